import {
  type BigIntStats,
  close,
  closeSync,
  constants,
  fstat,
  fstatSync,
  open,
  openSync,
  read,
  readSync,
} from 'node:fs';
import { monotonicMs } from '../concurrency.ts';

/**
 * A file descriptor by callbacks in place of node:fs/promises: its FileHandle takes 2 ms more to load and set up, which a
 * person who asks about one photograph would wait for.
 */
export type Descriptor = {
  /** For reads made in place. */
  readonly fd: number;
  /** BigInt: nanoseconds of mtime, and inode numbers beyond 2^53. */
  stat(): Promise<BigIntStats>;
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<number>;
  /** May be called again; waits for a read that is under way, so that its number is not another file's by then. */
  close(): Promise<void>;
};

/** O_NONBLOCK: a FIFO opens without waiting for a writer. O_NOCTTY: a terminal does not become ours. Windows has neither. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** A call in place that took longer did not come from memory. */
const SLOW_MS = 2;
/** So many calls go to the thread pool after a slow one. */
const POOLED_AFTER_SLOW = 16;

/** The first call goes there: if it never ends, as on a mount whose server is gone, none is made in place. */
let pooled = 1;

/**
 * Calls in place take some 5 µs of processor time, those of the thread pool 50, which ten thousand files feel; but a slow
 * disk or network mount must leave the event loop free.
 */
async function quick<Result>(inPlace: () => Result, byPool: () => Promise<Result>): Promise<Result> {
  if (pooled > 0) {
    try {
      return await byPool();
    } finally {
      pooled = Math.max(0, pooled - 1);
    }
  }
  const started = monotonicMs();
  try {
    return inPlace();
  } finally {
    if (monotonicMs() - started > SLOW_MS) pooled = POOLED_AFTER_SLOW;
  }
}

/** Opens for reading; rejects with Node's own error. */
export async function openDescriptor(path: string): Promise<Descriptor> {
  const fd = await quick(
    () => openSync(path, FLAGS),
    () =>
      new Promise<number>((resolve, reject) =>
        open(path, FLAGS, (error, opened) => (error ? reject(error) : resolve(opened))),
      ),
  );
  let reading: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    fd,
    stat: () => stat(fd),
    read(buffer, offset, length, position) {
      const done = readAt(fd, buffer, { offset, length, position });
      reading = done.catch(() => {});
      return done;
    },
    async close() {
      if (closed) return;
      closed = true;
      await reading;
      // Nothing was written, so that nothing can fail.
      await quick(
        () => closeSync(fd),
        () => new Promise<void>((resolve) => close(fd, () => resolve())),
      ).catch(() => {});
    },
  };
}

/** A descriptor of someone else, who is held as long as it is used and closes it: reads have positions of their own. */
export function sharedDescriptor(owner: { readonly fd: number }): Descriptor {
  return {
    get fd() {
      return owner.fd;
    },
    stat: () => stat(owner.fd),
    read: (buffer, offset, length, position) => readAt(owner.fd, buffer, { offset, length, position }),
    close: async () => {},
  };
}

function stat(fd: number): Promise<BigIntStats> {
  return quick(
    () => fstatSync(fd, { bigint: true }),
    () =>
      new Promise((resolve, reject) =>
        fstat(fd, { bigint: true }, (error, stats) => (error ? reject(error) : resolve(stats))),
      ),
  );
}

type Place = { offset: number; length: number; position: number };

function readAt(fd: number, buffer: Buffer, { offset, length, position }: Place): Promise<number> {
  return quick(
    () => readSync(fd, buffer, offset, length, position),
    () =>
      new Promise((resolve, reject) =>
        read(fd, buffer, offset, length, position, (error, count) =>
          error ? reject(error) : resolve(count),
        ),
      ),
  );
}
