import { type ByteSource, readWhole } from '../byte-source.ts';
import { InputError } from '../errors.ts';
import type { SourceOptions } from '../prompt/parts.ts';
import { bufferSource } from './buffer-source.ts';
import { displayName } from './display-name.ts';
import { formatBytes } from './format-bytes.ts';

type Pages = NonNullable<SourceOptions['pages']>;

/** A PDF is taken apart in memory; no service takes a larger one. */
const LARGEST_BYTES = 100_000_000;

/**
 * The pages of a PDF that its `#pages=` names, in that order, as a PDF of their own: the services read documents whole.
 * @throws InputError when it is encrypted, damaged, too large, or has no such page
 */
export async function cutPages(source: ByteSource, pages: Pages): Promise<ByteSource> {
  const name = displayName(source.name);
  if (source.byteLength > LARGEST_BYTES) {
    throw new InputError(
      `${name}: its pages cannot be cut out, since it has ${formatBytes(source.byteLength)}; ${formatBytes(LARGEST_BYTES)} is the most`,
    );
  }
  const bytes = await readWhole(source);
  try {
    return bufferSource(await takeOut(bytes, pages, name), source.name);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const { EncryptedPDFError } = await import('@cantoo/pdf-lib');
    const why = cause instanceof EncryptedPDFError ? 'it is encrypted' : 'it is damaged';
    throw new InputError(`${name}: its pages cannot be cut out: ${why}`, {
      cause,
      hint: 'save it anew without a password, or leave out "#pages"',
    });
  }
}

async function takeOut(bytes: Buffer, pages: Pages, name: string): Promise<Buffer> {
  const { PDFDocument } = await import('@cantoo/pdf-lib');
  const whole = await PDFDocument.load(bytes, { updateMetadata: false });
  const count = whole.getPageCount();
  const last = Math.max(...pages.map((range) => range.last));
  if (last > count) {
    throw new InputError(`${name} has no page ${last}`, { hint: `its pages are 1 to ${count}` });
  }
  const wanted = pages.flatMap((range) =>
    Array.from({ length: range.last - range.first + 1 }, (_, index) => range.first - 1 + index),
  );
  const cut = await PDFDocument.create({ updateMetadata: false });
  for (const page of await cut.copyPages(whole, wanted)) cut.addPage(page);
  return Buffer.from(await cut.save());
}
