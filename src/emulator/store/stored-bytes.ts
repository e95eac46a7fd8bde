import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c, crc32cText } from './crc32c.ts';

/** The bytes of one upload: kept on disk, so that the emulator's memory stays flat, digested while they come. */
export type StoredBytes = {
  readonly size: number;
  /** After the bytes before it, even if those are still being written. */
  append(bytes: Buffer): Promise<void>;
  /** Of what was appended so far. */
  digests(): { sha256: Buffer; md5: Buffer; crc32c: string };
  /** The first bytes, at most so many. */
  head(most: number): Promise<Buffer>;
  pieces(): AsyncGenerator<Buffer>;
  close(): Promise<void>;
};

const PIECE_BYTES = 256 * 1024;

/** A file in a folder of its own, whose name is taken away at once where the system allows: nothing is left behind. */
export async function storeBytes(): Promise<StoredBytes> {
  const folder = await mkdtemp(join(tmpdir(), 'gemini-emulator-'));
  const file: FileHandle = await open(join(folder, 'bytes'), 'wx+', 0o600);
  const removed = await rm(folder, { recursive: true, force: true }).then(
    () => true,
    () => false,
  );
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  let crc = 0;
  let size = 0;
  let writing: Promise<unknown> = Promise.resolve();
  return {
    get size() {
      return size;
    },
    append(bytes) {
      const position = size;
      size += bytes.length;
      sha256.update(bytes);
      md5.update(bytes);
      crc = crc32c(crc, bytes);
      const written = writing.then(() => writeAll(file, bytes, position));
      writing = written.catch(() => {});
      return written;
    },
    digests: () => ({
      sha256: sha256.copy().digest(),
      md5: md5.copy().digest(),
      crc32c: crc32cText(crc),
    }),
    async head(most) {
      await writing;
      const buffer = Buffer.alloc(Math.min(most, size));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return buffer.subarray(0, bytesRead);
    },
    async *pieces() {
      await writing;
      for (let position = 0; position < size; position += PIECE_BYTES) {
        const buffer = Buffer.alloc(Math.min(PIECE_BYTES, size - position));
        await file.read(buffer, 0, buffer.length, position);
        yield buffer;
      }
    },
    async close() {
      await file.close();
      if (!removed) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  }
}
