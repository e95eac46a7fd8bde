import { InputError } from '../../errors.ts';
import { displayName } from '../display-name.ts';
import type { MediaFacts } from '../medium.ts';
import { type ObjectPlace, readCrossReferences } from './pdf/cross-references.ts';
import { opensWithoutPassword } from './pdf/password.ts';
import { isCount, PdfReader, PdfUnknownError } from './pdf/reader.ts';
import { scanPages } from './pdf/scan-pages.ts';
import {
  isDictionary,
  isReference,
  type PdfDictionary,
  PdfParser,
  PdfSyntaxError,
  type PdfValue,
} from './pdf/syntax.ts';
import type { RandomAccess } from './random-access.ts';

/** Readers look for the header in the first 1024 bytes, and for `startxref` in the last (PDF 1.7, appendix H). */
const HEADER_BYTES = 1024;
const TAIL_BYTES = 8 * 1024;

/**
 * The pages of a PDF, from its index: a few short reads, however large the file is. Where the index is broken the file
 * is searched for its pages, as PDF readers do.
 * @returns nothing for a file that says it in a way that is not read here
 * @throws InputError for a PDF that nobody can open: it needs a password, has no pages or is cut short
 */
export async function probePdf(access: RandomAccess, name: string): Promise<Pick<MediaFacts, 'pages'>> {
  const head = await access.read(0, HEADER_BYTES);
  const start = Math.max(head.indexOf('%PDF-'), 0);
  try {
    const pages = await countPages(new PdfReader(access, start), name);
    if (pages === 0) throw new InputError(`${displayName(name)} is a PDF without pages`);
    return { pages };
  } catch (error) {
    if (error instanceof PdfUnknownError) return {};
    if (error instanceof PdfSyntaxError) return scanPages(access, name);
    throw error;
  }
}

async function countPages(reader: PdfReader, name: string): Promise<number> {
  const tail = (await reader.bytes(Math.max(reader.size - TAIL_BYTES, 0), TAIL_BYTES)).toString('latin1');
  const position = /startxref[\s\0]+(\d{1,12})(?![\s\S]*startxref)/.exec(tail)?.[1];
  if (position === undefined) throw new PdfSyntaxError('no startxref');
  const { trailer, find } = await readCrossReferences(reader, Number(position));
  const document = new PdfDocument(reader, find);
  document.encrypted = await checkEncryption(document, trailer, name);
  const catalog = await document.dictionary(trailer.get('Root'));
  const pages = await document.dictionary(catalog.get('Pages'));
  const count = await document.resolve(pages.get('Count'));
  if (!isCount(count)) throw new PdfSyntaxError('a page tree without its number of pages');
  return count;
}

/** Objects by number. */
class PdfDocument {
  readonly #reader: PdfReader;
  readonly #find: (object: number) => Promise<ObjectPlace | undefined>;
  /** Object streams are encrypted too: what is in them cannot be read here. */
  encrypted = false;

  constructor(reader: PdfReader, find: (object: number) => Promise<ObjectPlace | undefined>) {
    this.#reader = reader;
    this.#find = find;
  }

  async dictionary(value: PdfValue | undefined): Promise<PdfDictionary> {
    const resolved = await this.resolve(value);
    if (!isDictionary(resolved)) throw new PdfSyntaxError('no dictionary where one should be');
    return resolved;
  }

  /** What a value stands for; a reference to an object that is not there stands for null. */
  async resolve(value: PdfValue | undefined, depth = 0): Promise<PdfValue> {
    if (!isReference(value)) return value ?? null;
    if (depth > 20) throw new PdfSyntaxError('references in a circle');
    const place = await this.#find(value.object);
    if (!place) return null;
    if ('inStream' in place) return this.#inObjectStream(place.inStream, value.object, depth);
    const found = await this.#reader.objectAt(place.position);
    if (found.number !== value.object) throw new PdfSyntaxError('another object than the index says');
    return this.resolve(found.value, depth + 1);
  }

  /** An object stream (7.5.7): pairs of number and offset, then the objects. */
  async #inObjectStream(container: number, object: number, depth: number): Promise<PdfValue> {
    if (this.encrypted) throw new PdfUnknownError('an encrypted object stream');
    const place = await this.#find(container);
    if (!place || 'inStream' in place) throw new PdfSyntaxError('an object stream that is not there');
    const { value, stream } = await this.#reader.objectAt(place.position);
    if (!isDictionary(value) || stream === undefined) throw new PdfSyntaxError('no object stream');
    const length = await this.resolve(value.get('Length'), depth + 1);
    const [count, first] = [value.get('N'), value.get('First')];
    if (!isCount(length) || !isCount(count) || !isCount(first)) throw new PdfSyntaxError('no object stream');
    const bytes = await this.#reader.stream(value, stream, length);
    const numbers = bytes
      .toString('latin1', 0, first)
      .trim()
      .split(/[\s\0]+/)
      .map(Number);
    for (let pair = 0; pair < Math.min(count * 2, numbers.length - 1); pair += 2) {
      if (numbers[pair] === object)
        return this.resolve(PdfDocument.#valueIn(bytes, first + Number(numbers[pair + 1])), depth + 1);
    }
    return null;
  }

  static #valueIn(bytes: Buffer, position: number): PdfValue {
    // The last object of a stream has nothing after it to end a word.
    return new PdfParser(Buffer.concat([bytes.subarray(position), Buffer.from('\n')])).next();
  }
}

/** @throws InputError for a file that does not open without a password or a certificate */
async function checkEncryption(
  document: PdfDocument,
  trailer: PdfDictionary,
  name: string,
): Promise<boolean> {
  const encryption = await document.resolve(trailer.get('Encrypt'));
  if (encryption === null) return false;
  if (!isDictionary(encryption)) throw new PdfSyntaxError('no encryption dictionary');
  const ids = await document.resolve(trailer.get('ID'));
  const id = Array.isArray(ids) && Buffer.isBuffer(ids[0]) ? ids[0] : Buffer.alloc(0);
  if (opensWithoutPassword(encryption, id) === false) {
    throw new InputError(`${displayName(name)} is an encrypted PDF: it opens only with a password`, {
      hint: 'save it without its password first, for example with: qpdf --decrypt --password=... FILE out.pdf',
    });
  }
  if (encryption.get('Filter') !== '/Standard') {
    throw new InputError(
      `${displayName(name)} is an encrypted PDF: it opens only with a certificate or licence`,
      {
        hint: 'save it unprotected first',
      },
    );
  }
  return true;
}
