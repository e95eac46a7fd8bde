import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError, UsageError } from '../errors.ts';
import type { BytesPart, PromptPart, SourcePart, TextPart, TypedPart } from './parts.ts';
import { parseSourceOptions } from './source-options.ts';

/**
 * Reads stdin to its end; undefined when it holds nothing. Media come as bytes and text as text, but as an attachment
 * text comes as bytes too, and as an attachment of a given type whatever it is.
 */
export type ReadStdin = (
  as: 'found' | 'attachment' | 'attachment of a given type',
) => Promise<TextPart | BytesPart | undefined>;

export type InputOptions = {
  cwd: string;
  /** Undefined with --no-stdin. */
  stdin: ReadStdin | undefined;
  note(line: string): void;
};

/**
 * Reads what stands outside the command line: files of text, and stdin. A stdin that holds anything comes first, unless
 * `-` places it, as a positional or as a source.
 * @throws UsageError when stdin is wanted twice; InputError for a file or stdin that cannot be read
 */
export async function gatherParts(typed: readonly TypedPart[], options: InputOptions): Promise<PromptPart[]> {
  const [place, ...others] = typed.filter((part) => 'stdin' in part || isStdin(part));
  if (others.length > 0) throw new UsageError('"-" can stand only once: stdin can be read only once');
  const said = place && 'source' in place ? saidOfStdin(place) : undefined;
  const given = said?.options?.mimeType !== undefined ? 'attachment of a given type' : 'attachment';
  const held = await options.stdin?.(said ? given : 'found');
  if (place && !held) throw new InputError('stdin is empty, but "-" asks for it');

  const parts: PromptPart[] = [];
  if (held && !place) parts.push(held);
  for (const part of typed) {
    if (held && part === place) parts.push({ ...held, ...said });
    else if ('textFile' in part) parts.push({ text: await readTextFile(part.textFile, options.cwd) });
    else if ('text' in part) {
      if (part.positional) noteFileAsText(part.text, options);
      if (part.text !== '') parts.push({ text: part.text });
    } else if ('source' in part) parts.push(part);
  }
  return parts;
}

/** `-`, or `-#` and options. */
function isStdin(part: TypedPart): part is SourcePart {
  return 'source' in part && /^-(#|$)/.test(part.source);
}

function saidOfStdin({ source, kind }: SourcePart): Pick<SourcePart, 'kind' | 'options'> {
  return {
    ...(kind && { kind }),
    ...(source !== '-' && { options: parseSourceOptions(source.slice('-#'.length), 'stdin') }),
  };
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

/** @throws InputError when it is not UTF-8 */
export function decodeText(bytes: Buffer, name: string): string {
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
