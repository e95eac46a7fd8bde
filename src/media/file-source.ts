import type { BigIntStats } from 'node:fs';
import { resolve } from 'node:path';
import type { ByteSource } from '../byte-source.ts';
import { InputError } from '../errors.ts';
import { type Descriptor, openDescriptor } from './descriptor.ts';
import { displayName } from './display-name.ts';
import { changed, notAFile, openFailure } from './file-faults.ts';
import { fileReader } from './file-reader.ts';

/** Enough for the detectors: most need 4 KiB, but track lists and archive entries may stand later. */
const HEAD_BYTES = 64 * 1024;

export type FileSourceOptions = {
  /** Absolute; where a relative path starts. */
  readonly cwd: string;
  readonly onNote?: (line: string) => void;
};

/** A file that was looked at: its first bytes, and a source that gives all of them later. */
export type OpenedFile = { readonly source: ByteSource; readonly head: Buffer };

/**
 * Looks at a file: that it is one, is readable and holds something; nothing stays open. The source opens it again when
 * it is sent, and fails if it is no longer the file seen here.
 * @throws InputError at once for what is missing, unreadable, empty or no regular file; never waits for a FIFO
 */
export async function openFileSource(path: string, options: FileSourceOptions): Promise<OpenedFile> {
  const { file, absolute } = await openAsSpelled(path, options);
  try {
    const seen = await regularFile(file, path);
    if (seen.size === 0n) throw new InputError(`${displayName(path)} is empty`);
    const head = Buffer.allocUnsafe(Math.min(HEAD_BYTES, Number(seen.size)));
    const count = await file.read(head, 0, head.length, 0);
    return { source: fileSource(absolute, path, seen), head: head.subarray(0, count) };
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

function sameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}
