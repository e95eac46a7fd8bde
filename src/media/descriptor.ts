import { type BigIntStats, close, constants, fstat, open, read } from 'node:fs';

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

/** Opens for reading; rejects with Node's own error. */
export async function openDescriptor(path: string): Promise<Descriptor> {
  const fd = await new Promise<number>((resolve, reject) =>
    open(path, FLAGS, (error, opened) => (error ? reject(error) : resolve(opened))),
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
      await new Promise<void>((resolve) => close(fd, () => resolve()));
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
  return new Promise((resolve, reject) =>
    fstat(fd, { bigint: true }, (error, stats) => (error ? reject(error) : resolve(stats))),
  );
}

type Place = { offset: number; length: number; position: number };

function readAt(fd: number, buffer: Buffer, { offset, length, position }: Place): Promise<number> {
  return new Promise((resolve, reject) =>
    read(fd, buffer, offset, length, position, (error, count) => (error ? reject(error) : resolve(count))),
  );
}
