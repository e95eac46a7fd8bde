import type { Writable } from 'node:stream';
import type { GeminiError } from '../errors.ts';
import type { OutputStream, WatchedOutputStream } from './io.ts';

export type OutputStreamOptions = Pick<OutputStream, 'isTTY' | 'columns' | 'colorLevel'> & {
  /** What a broken stream means to the run; undefined: nothing, and what is written from then on is dropped. */
  failure(error: NodeJS.ErrnoException): GeminiError | undefined;
};

const TAKEN = Promise.resolve();

/** An OutputStream over a stream of Node, which may break at any time: an 'error' never goes unheard. */
export function createOutputStream(stream: Writable, options: OutputStreamOptions): WatchedOutputStream {
  const { isTTY, columns, colorLevel } = options;
  const waiting: { resolve(): void; reject(reason: GeminiError): void }[] = [];
  const beforeWrite = new Set<() => void>();
  const onClosed: ((reason: GeminiError) => void)[] = [];
  let broken = false;
  let reason: GeminiError | undefined;

  const fail = (error: Error) => {
    if (broken) return;
    broken = true;
    reason = options.failure(error);
    for (const { resolve, reject } of waiting.splice(0)) reason ? reject(reason) : resolve();
    for (const listener of onClosed.splice(0)) if (reason) listener(reason);
  };
  stream.on('error', fail);
  stream.on('drain', () => {
    for (const { resolve } of waiting.splice(0)) resolve();
  });

  return {
    stream,
    isTTY,
    columns,
    colorLevel,
    write(data) {
      if (!broken) {
        for (const listener of beforeWrite) listener();
        const taken = stream.write(data);
        // Files and most pipes are written in this very call, but their 'error' event comes a turn later.
        if (stream.errored) fail(stream.errored);
        else if (!taken) return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
      }
      return reason ? Promise.reject(reason) : TAKEN;
    },
    beforeWrite(listener) {
      beforeWrite.add(listener);
      return () => beforeWrite.delete(listener);
    },
    onClosed(listener) {
      if (reason) listener(reason);
      else onClosed.push(listener);
    },
  };
}
