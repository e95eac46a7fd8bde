import { isUtf8 } from 'node:buffer';
import { existsSync, fstatSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { InputError, UsageError } from '../errors.ts';
import type { PromptPart, TypedPart } from './parts.ts';

/** More text than any model reads at once; a larger file or stream is a mistake. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;
const SILENCE_MS = 3000;

export type InputOptions = {
  cwd: string;
  /** Undefined with --no-stdin. */
  stdin: (() => Readable) | undefined;
  signal: AbortSignal;
  note(line: string): void;
};

/**
 * Reads what stands outside the command line: files of text, and stdin. A non-terminal stdin that holds anything comes
 * first, unless `-` places it; an empty one is nothing.
 * @throws UsageError when nothing is left to ask; InputError for a file or stdin that cannot be read as text
 */
export async function gatherParts(typed: readonly TypedPart[], options: InputOptions): Promise<PromptPart[]> {
  const placed = typed.filter((part) => 'stdin' in part).length;
  if (placed > 1) throw new UsageError('"-" can stand only once: stdin can be read only once');
  const stdinText = options.stdin && stdinHoldsData() ? await readStdin(options.stdin(), options) : '';
  if (placed > 0 && stdinText === '') throw new InputError('stdin is empty, but "-" asks for it');

  const parts: PromptPart[] = [];
  if (stdinText !== '' && placed === 0) parts.push({ text: stdinText });
  for (const part of typed) {
    if ('stdin' in part) parts.push({ text: stdinText });
    else if ('textFile' in part) parts.push({ text: await readTextFile(part.textFile, options.cwd) });
    else if ('text' in part) {
      if (part.positional) noteFileAsText(part.text, options);
      if (part.text !== '') parts.push({ text: part.text });
    } else parts.push(part);
  }
  return parts;
}

/** A terminal and /dev/null hold nothing; a pipe, a socket or a file may. */
function stdinHoldsData(): boolean {
  try {
    return !fstatSync(0).isCharacterDevice();
  } catch {
    return false;
  }
}

async function readStdin(stdin: Readable, { signal, note }: InputOptions): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const silence = setTimeout(() => note('waiting for stdin to end; --no-stdin ignores it'), SILENCE_MS);
  const onAbort = () => stdin.destroy(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      clearTimeout(silence);
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_TEXT_BYTES) throw new InputError(`stdin holds more than ${MAX_TEXT_BYTES >> 20} MiB`);
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', onAbort);
  }
  return decodeText(Buffer.concat(chunks), 'stdin');
}

/** @throws InputError naming the file and what is wrong with it */
export async function readTextFile(file: string, cwd: string): Promise<string> {
  let bytes: Buffer;
  try {
    // The promises of node:fs take 2 ms to load, which a prompt without a file need not pay.
    const { readFile } = await import('node:fs/promises');
    bytes = await readFile(resolve(cwd, file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new InputError(`cannot read ${JSON.stringify(file)}: ${why}`, { cause: error });
  }
  return decodeText(bytes, file);
}

function decodeText(bytes: Buffer, name: string): string {
  if (!isUtf8(bytes)) {
    throw new InputError(`${name} is not UTF-8 text`, { hint: 'attach media by file name: -a FILE' });
  }
  // A byte order mark is not part of the text.
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** `gemini ask photo.jpg "what is this"` sends the name as text; a person who typed it may have meant the file. */
function noteFileAsText(text: string, { cwd, note }: InputOptions): void {
  if (text.length < 256 && /[./]/.test(text) && !/\s/.test(text) && existsSync(resolve(cwd, text))) {
    note(`note: "${text}" is sent as text; to send the file, write -a ${text}`);
  }
}
