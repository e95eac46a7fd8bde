import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Context } from '../../context.ts';
import { InputError } from '../../errors.ts';
import { openFileSource } from '../../media/file-source.ts';
import { byteLines } from './byte-lines.ts';
import { keyOf } from './item-lines.ts';
import type { RequestLine } from './write-requests.ts';

/**
 * Requests that are written already, a line of JSON each: `{"key", "request": {…}}` with whatever else beside it, or the
 * request alone. What has no key is known by its place.
 * @param file '-' is stdin
 * @throws InputError for a line that is no request, two with one key, or a file that cannot be read
 */
export async function* readyLines(context: Context, file: string): AsyncGenerator<RequestLine> {
  const keys = new Set<string>();
  let number = 0;
  for await (const text of linesOf(context, file)) {
    number += 1;
    if (text.trim() === '') continue;
    const at = `line ${number} of ${file === '-' ? 'stdin' : file}`;
    const { key: given, ...rest } = readLine(text, at);
    const key = given ?? keyOf(number - 1, [at]);
    if (keys.has(key)) throw new InputError(`${at}: the key "${key}" stands for another request already`);
    keys.add(key);
    const line = JSON.stringify({ key, ...rest });
    yield { key, sources: [given ?? at], line, identity: line };
  }
  if (number === 0) throw new InputError(`${file === '-' ? 'stdin' : file} holds no requests`);
}

function readLine(text: string, at: string): { key?: string; request: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${at} is no JSON`, { cause: error, hint: 'a request is one line of JSON' });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InputError(`${at} is no JSON object`);
  }
  const given = value as Record<string, unknown>;
  const { key, ...rest } = given;
  if (key !== undefined && typeof key !== 'string') throw new InputError(`${at}: its key is no text`);
  const known = typeof key === 'string' && key !== '' ? { key } : {};
  if ('contents' in given) return { ...known, request: rest };
  if (typeof given.request === 'object' && given.request !== null)
    return { ...known, ...rest, request: given.request };
  throw new InputError(`${at} holds no request`, {
    hint: 'it looks like {"key": "1", "request": {"contents": [{"role": "user", "parts": [{"text": "…"}]}]}}',
  });
}

/** Line by line, in flat memory. */
export async function* linesOf({ cwd, io, signal }: Context, file: string): AsyncGenerator<string> {
  let input: Readable;
  if (file === '-') input = io.stdin;
  else {
    // For its words when it cannot be read.
    await openFileSource(file, { cwd });
    input = createReadStream(resolve(cwd, file));
  }
  const onAbort = () => input.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const line of byteLines(input)) yield line.toString().replace(/\r$/, '');
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
