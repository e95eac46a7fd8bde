import { PassThrough, Readable } from 'node:stream';
import type { IO, WatchedOutputStream } from '../../src/terminal/io.ts';

/** An output that remembers each write. */
export function memoryOutput(
  options: Partial<Pick<WatchedOutputStream, 'isTTY' | 'colorLevel'>> = {},
): WatchedOutputStream & { readonly writes: string[]; text(): string } {
  const writes: string[] = [];
  return {
    stream: new PassThrough(),
    isTTY: false,
    colorLevel: 0,
    columns: () => undefined,
    ...options,
    writes,
    text: () => writes.join(''),
    write: async (data) => {
      writes.push(String(data));
    },
    onClosed: () => {},
  };
}

/** Streams in memory, of which stderr is looked at. */
export function memoryIO(options: Partial<Pick<WatchedOutputStream, 'isTTY' | 'colorLevel'>> = {}) {
  const stderr = memoryOutput(options);
  return { stdin: Readable.from([]), stdout: memoryOutput(), stderr } satisfies IO;
}

/** The text in pieces that end at the given places. */
export function cutAt(text: string, places: readonly number[]): string[] {
  const ends = [...places.map((place) => place % (text.length + 1)), text.length].sort((a, b) => a - b);
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}
