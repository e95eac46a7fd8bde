import { readSync } from 'node:fs';
import type { ByteReader } from '../byte-source.ts';
import { monotonicMs } from '../concurrency.ts';
import { GeminiError, InputError } from '../errors.ts';
import type { Descriptor } from './descriptor.ts';
import { displayName } from './display-name.ts';
import { changed } from './file-faults.ts';

/**
 * A read that took longer did not come from memory. 48 KiB from the page cache take about 20 µs in place and 100 µs by
 * the thread pool (15 MB to a socket: 28 ms against 56 ms), so reads are made in place as long as the last one was
 * fast. The first of a pass, and those of a slow disk or network mount, go to the thread pool and leave the event loop
 * free.
 */
const SLOW_READ_MS = 2;

type Pass = {
  /** Bytes the file had when it was looked at. */
  readonly size: number;
  /** True while the file is still the one looked at. */
  unchanged(): Promise<boolean>;
};

/**
 * One pass over an open file; the reader owns the descriptor. The bytes that complete the file are given out only once
 * it is sure that nobody wrote to it, so that a mix of old and new never goes out whole.
 */
export function fileReader(file: Descriptor, path: string, { size, unchanged }: Pass): ByteReader {
  let position = 0;
  let slow = true;

  const readSome = async (buffer: Buffer, offset: number, length: number): Promise<number> => {
    const started = monotonicMs();
    const count = slow
      ? await file.read(buffer, offset, length, position)
      : readSync(file.fd, buffer, offset, length, position);
    slow = monotonicMs() - started > SLOW_READ_MS;
    return count;
  };

  return {
    async read(buffer) {
      const wanted = Math.min(buffer.length, size - position);
      let filled = 0;
      try {
        while (filled < wanted) {
          const count = await readSome(buffer, filled, wanted - filled);
          if (count === 0) throw changed(path);
          filled += count;
          position += count;
        }
        if (filled > 0 && position === size && !(await unchanged())) throw changed(path);
      } catch (error) {
        if (error instanceof GeminiError) throw error;
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
        throw new InputError(`${displayName(path)} cannot be read to its end (${code})`, { cause: error });
      }
      return filled;
    },
    close: () => file.close(),
  };
}
