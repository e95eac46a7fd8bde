import type { BigIntStats } from 'node:fs';
import { resolve } from 'node:path';
import type { ByteSource } from '../byte-source.ts';
import { InputError } from '../errors.ts';
import { bufferSource } from './buffer-source.ts';
import { HEAD_BYTES } from './chunks.ts';
import { type Descriptor, openDescriptor } from './descriptor.ts';
import { displayName } from './display-name.ts';
import { changed, notAFile, openFailure } from './file-faults.ts';
import { fileReader } from './file-reader.ts';
import { readSmallFile } from './small-file.ts';

/** A file that the first look has read whole is kept: opening thousands of small ones again takes seconds. */
const SMALL_BYTES = 4096;

export type FileSourceOptions = {
  /** Absolute; where a relative path starts. */
  readonly cwd: string;
  readonly onNote?: (line: string) => void;
  /** An empty file is no fault: its head is empty then. */
  readonly mayBeEmpty?: boolean;
  /** The largest file that is kept when the first look has read it whole; 4 KiB unless given. */
  readonly keepBytes?: number;
};

/** A file that was looked at: its first bytes, and a source that gives all of them later. */
export type OpenedFile = { readonly source: ByteSource; readonly head: Buffer };

/**
 * Looks at a file: that it is one, is readable and holds something; nothing stays open. The source of one that is not
 * small opens it again when it is sent, and fails if it is no longer the file seen here.
 * @throws InputError at once for what is missing, unreadable, empty or no regular file; never waits for a FIFO
 */
export async function openFileSource(path: string, options: FileSourceOptions): Promise<OpenedFile> {
  const { keepBytes } = options;
  if (keepBytes !== undefined) {
    const small = readSmallFile(resolve(options.cwd, path), keepBytes);
    if (small) {
      const source = { ...bufferSource(small.bytes, path), path: resolve(options.cwd, path) };
      return { source, head: small.bytes.subarray(0, HEAD_BYTES) };
    }
  }
  const { file, absolute } = await openAsSpelled(path, options);
  try {
    const seen = await regularFile(file, path);
    if (seen.size === 0n && !options.mayBeEmpty) throw new InputError(`${displayName(path)} is empty`);
    const head = Buffer.allocUnsafe(Math.min(HEAD_BYTES, Number(seen.size)));
    const count = await file.read(head, 0, head.length, 0);
    const whole = count === Number(seen.size) && count <= (options.keepBytes ?? SMALL_BYTES);
    const source = whole ? { ...bufferSource(head, path), path: absolute } : fileSource(absolute, path, seen);
    return { source, head: head.subarray(0, count) };
  } catch (error) {
    throw openFailure(error, absolute, path);
  } finally {
    await file.close();
  }
}

function fileSource(absolute: string, path: string, seen: BigIntStats): ByteSource {
  return {
    byteLength: Number(seen.size),
    name: path,
    path: absolute,
    async open() {
      const file = await openFile(absolute, path);
      try {
        const now = await regularFile(file, path);
        if (!sameFile(seen, now)) throw changed(path);
        return fileReader(file, path, {
          size: Number(seen.size),
          unchanged: async () => sameFile(seen, await file.stat()),
        });
      } catch (error) {
        await file.close();
        throw openFailure(error, absolute, path);
      }
    },
  };
}

/**
 * Opens a path as given. A miss tries the other Unicode form of the name: macOS hands out names decomposed (NFD), most
 * keyboards type them composed (NFC), and file systems hold either.
 */
async function openAsSpelled(
  path: string,
  { cwd, onNote }: FileSourceOptions,
): Promise<{ file: Descriptor; absolute: string }> {
  const absolute = resolve(cwd, path);
  try {
    return { file: await openDescriptor(absolute), absolute };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      for (const form of ['NFC', 'NFD']) {
        const other = path.normalize(form);
        if (other === path) continue;
        const file = await openDescriptor(resolve(cwd, other)).catch(() => undefined);
        if (!file) continue;
        onNote?.(
          `note: ${displayName(path)} is written with other code points on disk (${form}); that file is used`,
        );
        return { file, absolute: resolve(cwd, other) };
      }
    }
    throw openFailure(error, absolute, path);
  }
}

async function openFile(absolute: string, path: string): Promise<Descriptor> {
  try {
    return await openDescriptor(absolute);
  } catch (error) {
    throw openFailure(error, absolute, path);
  }
}

async function regularFile(file: Descriptor, path: string): Promise<BigIntStats> {
  const stats = await file.stat();
  if (!stats.isFile()) throw notAFile(stats, path);
  return stats;
}

/** Whether a file is still the one that was looked at. */
export function sameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}
