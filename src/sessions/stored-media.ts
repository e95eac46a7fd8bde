import { type ByteSource, isByteSource } from '../byte-source.ts';
import type { Content, Part } from '../wire/generate-content.ts';
import { keepCopy, sha256Of } from './media-copies.ts';

/** Where the bytes of a medium are: a session names them, and does not hold them. */
export type MediaReference = {
  /** As the person gave it. */
  readonly name: string;
  /** The absolute path of the file; undefined for what was no file, of which a copy is kept beside the session. */
  readonly path?: string;
  readonly sha256?: string;
  /** Bytes. */
  readonly size: number;
  /** Of the file, in milliseconds since 1970. */
  readonly mtimeMs?: number;
  /** When it was uploaded, as an ISO time: the part names the uploaded file then. */
  readonly uploaded?: string;
};

/** A part as a session holds it: what would be bytes is named by `$media`. */
export type StoredPart = Omit<Part, 'inlineData'> & {
  inlineData?: { mimeType: string; data?: string; displayName?: string };
  $media?: MediaReference;
};
export type StoredContent = Omit<Content, 'parts'> & { parts: StoredPart[] };

/** Whose bytes an uploaded file stands for, and since when it is there; or what a session said of that. */
export type UploadedFrom =
  | { readonly source: string | ByteSource; readonly uploaded: string }
  | { readonly reference: MediaReference };

export type StoreOptions = {
  /** The folder of copies; made when there is something to copy. */
  readonly copies: string;
  /** Of a part that names an uploaded file. */
  uploadedFrom(part: Part): UploadedFrom | undefined;
  /** When a file was changed last, in milliseconds; undefined when it is gone. */
  changedAt(path: string): Promise<number | undefined>;
};

/** Contents as a session holds them; what is no medium stays exactly as it is. */
export async function storeContents(
  contents: readonly Content[],
  options: StoreOptions,
): Promise<StoredContent[]> {
  const stored: StoredContent[] = [];
  for (const content of contents) {
    const parts: StoredPart[] = [];
    for (const part of content.parts) parts.push(await storePart(part, options));
    stored.push({ ...content, parts });
  }
  return stored;
}

async function storePart(part: Part, options: StoreOptions): Promise<StoredPart> {
  const { inlineData, ...rest } = part;
  if (inlineData) {
    const { data, ...blob } = inlineData;
    return { ...rest, inlineData: blob, $media: await refer(data, options) };
  }
  const from = options.uploadedFrom(part);
  if (!from) return rest;
  if ('reference' in from) return { ...rest, $media: from.reference };
  return { ...rest, $media: { ...(await refer(from.source, options)), uploaded: from.uploaded } };
}

async function refer(data: string | ByteSource, options: StoreOptions): Promise<MediaReference> {
  if (!isByteSource(data)) {
    const bytes = Buffer.from(data, 'base64');
    const sha256 = await keepCopy(bytes, options.copies);
    return { name: 'medium', ...(sha256 && { sha256 }), size: bytes.length };
  }
  const { name, path, byteLength: size } = data;
  if (path === undefined) {
    const sha256 = await keepCopy(data, options.copies);
    return { name, ...(sha256 && { sha256 }), size };
  }
  const mtimeMs = await options.changedAt(path);
  // A file that is gone already, or was written to since, has no content that could be told from another.
  const sha256 = await sha256Of(data).catch(() => undefined);
  return { name, path, ...(sha256 && { sha256 }), size, ...(mtimeMs !== undefined && { mtimeMs }) };
}
