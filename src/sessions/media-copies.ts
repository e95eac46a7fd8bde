import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteSource, readWhole } from '../byte-source.ts';

/** More is not copied: a session is no archive. */
export const LARGEST_COPY_BYTES = 64 * 1024 * 1024;
const BLOCK_BYTES = 1024 * 1024;

/** Where the copy of a content is. */
export function copyPath(folder: string, sha256: string): string {
  return join(folder, sha256);
}

/**
 * Keeps the bytes in a file of `folder` that is named for them, for its owner's eyes only.
 * @returns the name: their sha256; undefined when they are too many, or cannot be kept
 */
export async function keepCopy(data: Buffer | ByteSource, folder: string): Promise<string | undefined> {
  if (data.byteLength > LARGEST_COPY_BYTES) return undefined;
  try {
    const bytes = Buffer.isBuffer(data) ? data : await readWhole(data);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (!(await stat(copyPath(folder, sha256)).catch(() => undefined))) await write(bytes, folder, sha256);
    return sha256;
  } catch {
    // The turn is worth more than its medium; that it is gone is said when the session is read.
    return undefined;
  }
}

/** 64 hexadecimal digits. @throws what reading throws */
export async function sha256Of(source: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  const reader = await source.open();
  try {
    for (let length = await reader.read(buffer); length > 0; length = await reader.read(buffer)) {
      hash.update(buffer.subarray(0, length));
    }
  } finally {
    await reader.close();
  }
  return hash.digest('hex');
}

async function write(bytes: Buffer, folder: string, sha256: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${sha256}.${randomBytes(4).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.datasync();
    await file.close();
    await rename(temporary, copyPath(folder, sha256));
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}
