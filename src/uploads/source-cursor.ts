import type { ByteReader, ByteSource } from '../byte-source.ts';

/** Slices of one source, taken mostly in order. */
export type SourceCursor = {
  /**
   * A part of the source as a source of its own, for the body of one request.
   * @param onRead is told of bytes that were read, as they go out
   */
  slice(offset: number, length: number, onRead?: (bytes: number) => void): ByteSource;
  close(): Promise<void>;
};

type Held = { readonly reader: ByteReader; position: number };

const SKIP_BYTES = 1024 * 1024;

/**
 * One pass over a source for many requests: the next slice goes on where the last one ended, with the same reader, so
 * that nothing is read twice and the source can still tell that it was changed meanwhile. A slice further back opens
 * the source again.
 */
export function createCursor(source: ByteSource): SourceCursor {
  let idle: Held | undefined;

  /** A reader at this offset, which is the taker's until it is given back. */
  const take = async (offset: number): Promise<Held> => {
    const last = idle;
    idle = undefined;
    if (last && last.position <= offset) return skip(last, offset);
    await last?.reader.close();
    return skip({ reader: await source.open(), position: 0 }, offset);
  };

  const giveBack = async (held: Held): Promise<void> => {
    if (idle) await held.reader.close();
    else idle = held;
  };

  return {
    slice: (offset, length, onRead) => ({
      byteLength: length,
      name: source.name,
      async open() {
        const held = await take(offset);
        const end = offset + length;
        let broken = false;
        return {
          async read(buffer) {
            const wanted = Math.min(buffer.length, end - held.position);
            if (wanted === 0) return 0;
            try {
              const count = await held.reader.read(buffer.subarray(0, wanted));
              held.position += count;
              onRead?.(count);
              return count;
            } catch (error) {
              broken = true;
              throw error;
            }
          },
          close: () => (broken ? held.reader.close() : giveBack(held)),
        };
      },
    }),
    async close() {
      await idle?.reader.close();
      idle = undefined;
    },
  };
}

async function skip(held: Held, offset: number): Promise<Held> {
  const { reader } = held;
  try {
    const buffer = Buffer.allocUnsafe(Math.min(SKIP_BYTES, offset - held.position));
    while (held.position < offset) {
      const count = await reader.read(buffer.subarray(0, Math.min(buffer.length, offset - held.position)));
      // The source is shorter than it said: whoever reads the slice finds out.
      if (count === 0) break;
      held.position += count;
    }
    return held;
  } catch (error) {
    await reader.close();
    throw error;
  }
}
