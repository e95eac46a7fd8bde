import { InputError } from '../errors.ts';

/** What a `data:` URL holds. `label` stands for it in messages, since the URL may be long. */
export type DataUrl = { mimeType: string | undefined; bytes: Buffer; label: string };

/**
 * Reads `data:[type][;parameters][;base64],content` (RFC 2397).
 * @throws InputError when it has no content or its base64 is broken
 */
export function parseDataUrl(url: string): DataUrl {
  const comma = url.indexOf(',');
  const header = url.slice('data:'.length, comma < 0 ? undefined : comma);
  const label = `data:${header.slice(0, 60)}`;
  if (comma < 0) throw new InputError(`${label} has no comma, so it holds no content`);
  const [mimeType, ...parameters] = header.split(';');
  const base64 = parameters.at(-1)?.trim().toLowerCase() === 'base64';
  const content = percentDecoded(url.slice(comma + 1));
  const bytes = base64 ? decodeBase64(content.toString('latin1'), label) : content;
  if (bytes.length === 0) throw new InputError(`${label} is empty`);
  return { mimeType: mimeType?.trim() || undefined, bytes, label };
}

/** Buffer.from stops at the first broken character without a word, so the length is compared. */
function decodeBase64(text: string, label: string): Buffer {
  const digits = text.replace(/[\t\n\f\r ]/g, '').replace(/={1,2}$/, '');
  const bytes = Buffer.from(digits, 'base64');
  if (
    !/^[A-Za-z0-9+/_-]*$/.test(digits) ||
    bytes.length !== Math.floor((digits.length * 3) / 4) ||
    digits.length % 4 === 1
  ) {
    throw new InputError(`${label} is not correct base64`);
  }
  return bytes;
}

/** Percent escapes as bytes; everything else as UTF-8. */
function percentDecoded(text: string): Buffer {
  if (!text.includes('%')) return Buffer.from(text);
  const pieces = text.split(/((?:%[0-9a-fA-F]{2})+)/);
  return Buffer.concat(
    pieces.map((piece, index) =>
      index % 2 === 1 ? Buffer.from(piece.replaceAll('%', ''), 'hex') : Buffer.from(piece),
    ),
  );
}
