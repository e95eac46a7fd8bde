import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { InputError } from '../../errors.ts';

/** More than any model reads at once. */
const LONGEST_LINE = 64 * 1024 * 1024;

export type PipedLine = { readonly number: number; readonly text: string };

/**
 * The lines of stdin that hold something, as they come.
 * @throws InputError for what is no text, or has a line without an end; the signal's reason
 */
export async function* pipedLines(stdin: Readable, signal: AbortSignal): AsyncGenerator<PipedLine, void> {
  signal.throwIfAborted();
  const decoder = new StringDecoder('utf8');
  const onAbort = () => stdin.destroy(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let rest = '';
  let number = 0;
  const line = (text: string): PipedLine[] => {
    number++;
    const shown = text.replace(/\r$/, '');
    if (shown.includes('\0') || shown.includes('\uFFFD')) throw notText(number);
    return shown.trim() === '' ? [] : [{ number, text: number === 1 ? shown.replace(/^\uFEFF/, '') : shown }];
  };
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_LINE) {
        throw new InputError(`line ${number + lines.length + 1} of stdin is longer than 64 MiB`);
      }
      for (const text of lines) yield* line(text);
    }
    rest += decoder.end();
    if (rest !== '') yield* line(rest);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function notText(number: number): InputError {
  return new InputError(`line ${number} of stdin is not UTF-8 text, and each line is a turn of the chat`, {
    hint: 'attach media by file name: -a FILE',
  });
}
