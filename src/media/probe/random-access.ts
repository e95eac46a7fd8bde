import { resolve } from 'node:path';
import type { ByteReader, ByteSource } from '../../byte-source.ts';
import { openDescriptor } from '../descriptor.ts';
import { openFailure } from '../file-faults.ts';

/** Bytes by position, for what has to look in several places of a file and needs little of it. */
export type RandomAccess = {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes from `position` on: fewer than `length` only at the end. They stay valid. */
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
};

/** Parsers read a few bytes at a time; one read of a disk gives as much in the same time. */
const WINDOW_BYTES = 16 * 1024;
/** Windows that are kept: enough to go to and fro between the index of a file and what it points to. */
const WINDOWS = 8;

/**
 * Opens a source for reading here and there: a file by positioned reads, anything else by passing over what is not
 * wanted (and by starting again, to go back).
 * @throws InputError when it cannot be opened
 */
export async function openRandomAccess(source: ByteSource, signal: AbortSignal): Promise<RandomAccess> {
  const { readAt, close } =
    source.path === undefined ? forwardReads(source) : await positionedReads(source.path, source.name);
  const windows: { start: number; bytes: Buffer }[] = [];
  return {
    size: source.byteLength,
    async read(position, length) {
      signal.throwIfAborted();
      const end = Math.min(position + length, source.byteLength);
      if (position < 0 || end <= position) return Buffer.alloc(0);
      const held = windows.find(({ start, bytes }) => position >= start && end <= start + bytes.length);
      if (held) return held.bytes.subarray(position - held.start, end - held.start);
      const bytes = await readAt(
        position,
        Math.min(Math.max(length, WINDOW_BYTES), source.byteLength - position),
      );
      if (windows.push({ start: position, bytes }) > WINDOWS) windows.shift();
      return bytes.subarray(0, end - position);
    },
    close,
  };
}

type Reads = { readAt(position: number, length: number): Promise<Buffer>; close(): Promise<void> };

async function positionedReads(path: string, name: string): Promise<Reads> {
  const absolute = resolve(path);
  const file = await openDescriptor(absolute).catch((error: unknown) => {
    throw openFailure(error, absolute, name);
  });
  return {
    async readAt(position, length) {
      const bytes = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const count = await file.read(bytes, filled, length - filled, position + filled);
        // Cut short since it was looked at: sending it will say so.
        if (count === 0) break;
        filled += count;
      }
      return bytes.subarray(0, filled);
    },
    close: () => file.close(),
  };
}

function forwardReads(source: ByteSource): Reads {
  let pass: { reader: ByteReader; position: number } | undefined;
  return {
    async readAt(position, length) {
      if (pass && position < pass.position) {
        await pass.reader.close();
        pass = undefined;
      }
      pass ??= { reader: await source.open(), position: 0 };
      const scratch = Buffer.allocUnsafe(Math.min(1024 * 1024, Math.max(position - pass.position, 0)));
      while (pass.position < position) {
        const count = await pass.reader.read(scratch.subarray(0, position - pass.position));
        if (count === 0) return Buffer.alloc(0);
        pass.position += count;
      }
      const bytes = Buffer.allocUnsafe(length);
      const count = await pass.reader.read(bytes);
      pass.position += count;
      return bytes.subarray(0, count);
    },
    close: async () => pass?.reader.close(),
  };
}
