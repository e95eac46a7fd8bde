import { StringDecoder } from 'node:string_decoder';

/** Longest piece handed on: a flood without a line end must not gather in memory. Characters. */
const MAX_LINE = 8 * 1024;

/**
 * Hands on the lines of a UTF-8 stream without their ends; very long ones in pieces.
 * @param maxBytes what comes after so many is left out, with one line that says so
 */
export function createLineReader(
  onLine: (line: string) => void,
  maxBytes: number,
): { add(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let room = maxBytes;
  const add = (text: string) => {
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) onLine(line.replace(/\r$/, ''));
    for (; pending.length > MAX_LINE; pending = pending.slice(MAX_LINE)) onLine(pending.slice(0, MAX_LINE));
  };
  return {
    add: (chunk) => {
      if (room === 0) return;
      const taken = chunk.subarray(0, room);
      room -= taken.length;
      add(decoder.write(taken));
      if (room === 0) add('\n(more is left out)\n');
    },
    end: () => {
      add(decoder.end());
      if (pending !== '') onLine(pending);
      pending = '';
    },
  };
}
