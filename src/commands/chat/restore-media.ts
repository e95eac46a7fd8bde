import { basename } from 'node:path';
import type { ByteSource } from '../../byte-source.ts';
import { GeminiError } from '../../errors.ts';
import { displayName } from '../../media/display-name.ts';
import { openFileSource } from '../../media/file-source.ts';
import { copyPath, sha256Of } from '../../sessions/media-copies.ts';
import type { MediaReference, StoredContent, StoredPart, UploadedFrom } from '../../sessions/stored-media.ts';
import type { Content, Part } from '../../wire/generate-content.ts';

/** The Files API keeps a file for 48 hours; one that ends sooner than this would not last for the next turns. */
const UPLOADED_FOR_MS = 46 * 3600 * 1000;

export type RestoreOptions = {
  /** The folder of copies of media that were no files. */
  readonly copies: string;
  /** Whether files that were uploaded are still there for whom is asked now. */
  readonly sameBackend: boolean;
  now(): Date;
  note(line: string): void;
  /** Gets whose bytes an uploaded file is. */
  readonly uploads: WeakMap<Part, UploadedFrom>;
};

/**
 * Contents as they were sent: media are found again and held against what was written down of them. One that is gone
 * or has another content now is left out, with a text in its place, and said: the answers after it were about another.
 */
export async function restoreContents(
  stored: readonly StoredContent[],
  options: RestoreOptions,
): Promise<Content[]> {
  const contents: Content[] = [];
  for (const content of stored) {
    const parts: Part[] = [];
    for (const part of content.parts) parts.push(await restorePart(part, options));
    contents.push({ ...content, parts });
  }
  return contents;
}

async function restorePart(
  { $media: reference, ...part }: StoredPart,
  options: RestoreOptions,
): Promise<Part> {
  const { inlineData, fileData, ...rest } = part;
  if (!reference)
    return inlineData ? { ...rest, ...held(inlineData, inlineData.data ?? '') } : (part as Part);
  if (fileData && isStillThere(fileData.fileUri, reference, options)) {
    const uploaded: Part = { ...rest, fileData };
    options.uploads.set(uploaded, { reference });
    return uploaded;
  }
  const found = await find(reference, options.copies);
  const mimeType = inlineData?.mimeType ?? fileData?.mimeType ?? 'application/octet-stream';
  if (typeof found !== 'string') return { ...rest, ...held({ ...inlineData, mimeType }, found) };
  const name = displayName(basename(reference.name));
  options.note(`${name} ${found}: it is left out of the conversation; attach it again to show it`);
  return { text: `[${name}, ${mimeType}, was shown here and is left out: it ${found}]` };
}

function held(
  blob: { mimeType: string; displayName?: string },
  data: string | ByteSource,
): Pick<Part, 'inlineData'> {
  return { inlineData: { ...blob, data } };
}

/** A file in a bucket stays; one of the Files API for two days, and of an emulator as long as that. */
function isStillThere(
  uri: string,
  { uploaded }: MediaReference,
  { sameBackend, now }: RestoreOptions,
): boolean {
  if (/^(gs|s3):/.test(uri)) return sameBackend;
  const since = Date.parse(uploaded ?? '');
  const local = /^http:\/\/(127\.|localhost|\[::1\])/.test(uri);
  return sameBackend && !local && now().getTime() - since < UPLOADED_FOR_MS;
}

/** @returns the bytes, or why there are none: "is gone", "has changed since it was sent" */
async function find({ path, sha256, name }: MediaReference, copies: string): Promise<ByteSource | string> {
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) return 'was not kept';
  try {
    const { source } = await openFileSource(path ?? copyPath(copies, sha256), { cwd: '/' });
    if ((await sha256Of(source)) !== sha256) return 'has changed since it was sent';
    if (path !== undefined) return { ...source, name };
    // What is no file of the person's has no path: it is copied again, not referred to.
    const { path: _copy, ...copied } = source;
    return { ...copied, name };
  } catch (error) {
    if (!(error instanceof GeminiError)) throw error;
    return 'is gone';
  }
}
