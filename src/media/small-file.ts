import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { monotonicMs } from '../concurrency.ts';

/** See descriptor.ts: a FIFO opens without waiting, a terminal does not become ours. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * A file that took longer did not come from memory. Four calls in place take 15 µs, four by the thread pool 200 µs of
 * processor time, which a hundred thousand small files feel; but a slow disk or network mount must not hold up everything
 * else: after a slow file the next ones are left to the thread pool.
 */
const SLOW_MS = 2;
const LEFT_AFTER_SLOW = 16;
let left = 0;

/**
 * Reads a small regular file whole, in place.
 * @param most bytes
 * @returns undefined for anything else: empty, larger, missing, no file; or where reading in place may take long
 */
export function readSmallFile(path: string, most: number): { bytes: Buffer; stats: BigIntStats } | undefined {
  if (left > 0) {
    left -= 1;
    return undefined;
  }
  const started = monotonicMs();
  let fd: number | undefined;
  try {
    fd = openSync(path, FLAGS);
    const stats = fstatSync(fd, { bigint: true });
    const size = Number(stats.size);
    if (!stats.isFile() || size === 0 || size > most) return undefined;
    const bytes = Buffer.allocUnsafe(size);
    return readSync(fd, bytes, 0, size, 0) === size ? { bytes, stats } : undefined;
  } catch {
    // Whoever opens it again finds the words for it.
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
    if (monotonicMs() - started > SLOW_MS) left = LEFT_AFTER_SLOW;
  }
}
