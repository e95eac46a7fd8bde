import { isUtf8 } from 'node:buffer';
import { InputError } from '../errors.ts';
import type { MediaKind } from '../prompt/parts.ts';
import { isoBrands, tracksOf } from './containers.ts';
import { displayName } from './display-name.ts';
import { extensionOf, isUsualExtension, kindOf, knownType, typeOfExtension } from './media-types.ts';
import { unsupportedType } from './unsupported.ts';

/** A type, and what told it: the bytes, their being UTF-8 text, or the name. */
export type DetectedType = {
  mimeType: string;
  by: 'content' | 'text' | 'extension';
  /** The type that the name promises, where the content is another. */
  mismatch?: string;
};

/** What was said about a source besides its name. */
export type Claim = {
  /** Decides between sound and video where a container can hold either and its first bytes do not tell. */
  kind?: MediaKind | undefined;
  /** The type that stands with it, as in a `data:` URL; counts in place of the extension. */
  mimeType?: string | undefined;
};

/**
 * The type of a medium: by content first, then by name. Spelled as media-types.ts has it; `apiMimeType` gives the API's
 * own spelling.
 * @param head the first bytes, some KiB of them or all there are
 * @param name a file's name, for its extension and for messages
 * @throws InputError for what the APIs do not take, and for bytes nobody knows
 */
export async function detectMimeType(head: Buffer, name: string, claim: Claim = {}): Promise<DetectedType> {
  const found = await typeOfContent(head, name, claim);
  const promised = claim.mimeType ?? (await typeOfName(name));
  if (found === undefined) return { mimeType: unverifiedType(name, promised), by: 'extension' };
  const by = found.startsWith('text/') ? 'text' : 'content';
  const surprise =
    promised !== undefined &&
    !isUsualExtension(found, name) &&
    // Text goes by many names that no table holds; only one that promises a picture (SVG too), sound or PDF matters.
    (by === 'text'
      ? /^(image|audio|video)\/|^application\/pdf/.test(promised)
      : knownType(promised) !== found);
  return { mimeType: found, by, ...(surprise ? { mismatch: promised } : {}) };
}

/** The type that a name's extension stands for, in anybody's spelling; undefined for none or an unknown one. */
export async function typeOfName(name: string): Promise<string | undefined> {
  const known = typeOfExtension(name);
  if (known !== undefined || extensionOf(name) === '') return known;
  // Loading the registry takes 10 ms: only for names that our own table does not hold.
  const { lookup } = await import('mime-types');
  return lookup(extensionOf(name)) || undefined;
}

async function typeOfContent(head: Buffer, name: string, claim: Claim): Promise<string | undefined> {
  const certain = bySignature(head, name);
  if (certain !== undefined) return certain;
  // Text comes before the library: it calls a text that begins with "BM" a bitmap, with "FORM" a recording.
  if (isText(head)) {
    if (startsWith(head, '%!PS')) throw unsupportedType(name, 'application/postscript');
    return startsWith(head, '{\\rtf') ? 'text/rtf' : 'text/plain';
  }
  if (isUtf16(head)) {
    throw new InputError(`${displayName(name)} is UTF-16 text, and the model reads UTF-8`, {
      hint: 'convert it first, for example with: iconv -f UTF-16 -t UTF-8 FILE',
    });
  }
  // The core has the detectors without Node's files and streams: 2 ms less to load.
  const { fileTypeFromBuffer } = await import('file-type/core');
  const mime = (await fileTypeFromBuffer(head))?.mime;
  if (mime === undefined) {
    // Readers look for the header in the first 1024 bytes (PDF Reference 1.7, Appendix H, note 13).
    return head.subarray(0, 1024).includes('%PDF-') ? 'application/pdf' : undefined;
  }
  const type = knownType(mime);
  if (type === undefined) throw unsupportedType(name, mime);
  if (type === 'image/heif' && isoBrands(head).some((brand) => brand === 'avif' || brand === 'avis')) {
    throw unsupportedType(name, 'image/avif');
  }
  return soundOrVideo(type, head, name, claim);
}

/**
 * The commonest types, which their first bytes settle alone: file-type says the same (a test compares them), but takes
 * about 8 ms to load, a fifth of what asking about a photograph takes.
 */
function bySignature(head: Buffer, name: string): string | undefined {
  // 0xF7 there would be JPEG-LS.
  if (startsWith(head, '\xff\xd8\xff') && head[3] !== 0xf7) return 'image/jpeg';
  if (startsWith(head, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (startsWith(head, '%PDF-')) return 'application/pdf';
  // FLAC and AAC may carry such a tag too, under their own names.
  if (startsWith(head, 'ID3') && extensionOf(name) === 'mp3') return 'audio/mpeg';
  if (startsWith(head, 'RIFF')) {
    const form = head.toString('latin1', 8, 12);
    if (form === 'WEBP') return 'image/webp';
    if (form === 'WAVE') return 'audio/wav';
  }
  return undefined;
}

/** MP4 and WebM hold video or sound alone: by their tracks, else as the person or the extension says. */
function soundOrVideo(type: string, head: Buffer, name: string, claim: Claim): string {
  const sound = type === 'video/mp4' ? 'audio/mp4' : type === 'video/webm' ? 'audio/webm' : undefined;
  if (sound === undefined) return type;
  const promised = claim.mimeType ?? typeOfExtension(name);
  const kind = tracksOf(head) ?? claim.kind ?? (promised === undefined ? 'video' : kindOf(promised));
  return kind === 'audio' ? sound : type;
}

/**
 * Sound and video may start with bytes that nobody can tell (padding, a broken first frame): there the name is believed.
 * An image or PDF that does not look like one is not sent: every true one can be told.
 */
function unverifiedType(name: string, promised: string | undefined): string {
  const type = promised === undefined ? undefined : knownType(promised);
  const kind = type === undefined ? undefined : kindOf(type);
  if (type !== undefined && (kind === 'audio' || kind === 'video')) return type;
  if (type === 'text/plain' || type === 'text/rtf') {
    throw new InputError(`${displayName(name)} is not UTF-8 text`, {
      hint: 'convert it first, for example with: iconv -f ISO-8859-1 -t UTF-8 FILE',
    });
  }
  const but = promised === undefined ? '' : `, though its name says ${promised}`;
  throw new InputError(`${displayName(name)} holds neither text nor a known kind of media${but}`, {
    hint: 'attach text, PDF, images, audio or video; a damaged file may need to be fetched again',
  });
}

/**
 * Whether a stream of unknown content that begins so is read as text: UTF-8 without a NUL. Of all media only a PDF can
 * begin like that.
 */
export function isTextHead(head: Buffer): boolean {
  return !startsWith(head, '%PDF-') && !head.includes(0) && isUtf8(withoutCutCharacter(head));
}

/** UTF-8 without the control characters that text does not have; a character cut at the end of the head is no fault. */
function isText(head: Buffer): boolean {
  return (
    isUtf8(withoutCutCharacter(head)) && !/[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]/.test(head.toString('latin1'))
  );
}

function withoutCutCharacter(head: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= head.length; back++) {
    const byte = head[head.length - back] ?? 0;
    if (byte < 0x80) return head;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (length > 0) return length > back ? head.subarray(0, head.length - back) : head;
  }
  return head;
}

/** A byte order mark and whole text after it: FF FE alone also starts a frame of MPEG sound. */
function isUtf16(head: Buffer): boolean {
  const little = head[0] === 0xff && head[1] === 0xfe;
  if (!little && !(head[0] === 0xfe && head[1] === 0xff)) return false;
  const even = head.subarray(0, head.length & ~1);
  try {
    const text = new TextDecoder(little ? 'utf-16le' : 'utf-16be', { fatal: true }).decode(even, {
      stream: true,
    });
    return !/[\x00-\x06\x0e-\x1a\x1c-\x1f]/.test(text);
  } catch {
    return false;
  }
}

function startsWith(head: Buffer, signature: string): boolean {
  return head.toString('latin1', 0, signature.length) === signature;
}
