import { AuthError, RefusedError } from '../errors.ts';
import { type File, hasSha256 } from '../wire/files.ts';
import type { FileStore } from './file-store.ts';
import type { UploadState } from './upload-state.ts';

/** A file that expires sooner is uploaded again: it has to last for the question, its tries and the next turns. */
const MARGIN_MS = 60 * 60 * 1000;

type Remembered = { readonly file: string; readonly expires: string };

/** Remembers a file under the key of its content, store and account. */
export async function rememberFile(key: string, file: File, state: UploadState): Promise<void> {
  if (!file.expirationTime) return;
  await state.write(key, { file: file.name, expires: file.expirationTime } satisfies Remembered);
}

/**
 * The file of an earlier upload of the same content, if the service still has it for long enough: it is asked first.
 * @returns undefined when it must be uploaded
 */
export async function rememberedFile(
  key: string,
  sha256: string,
  options: { state: UploadState; files: FileStore; now: () => Date; signal: AbortSignal },
): Promise<File | undefined> {
  const { state, files, now, signal } = options;
  const { file: name, expires } = ((await state.read(key)) ?? {}) as Partial<Remembered>;
  if (typeof name !== 'string' || typeof expires !== 'string') return undefined;
  const lasts = (time: string | undefined) => Date.parse(time ?? '') - now().getTime() > MARGIN_MS;
  if (!lasts(expires) || !/^files\/[a-z0-9-]+$/.test(name)) return undefined;
  try {
    const file = await files.get(name, signal);
    return lasts(file.expirationTime) && file.state !== 'FAILED' && hasSha256(file, sha256)
      ? file
      : undefined;
  } catch (error) {
    // Deleted meanwhile, or no longer ours: the service answers 403 to both.
    if (!(error instanceof AuthError || error instanceof RefusedError)) throw error;
    await state.remove(key);
    return undefined;
  }
}
