import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { UploadMode } from '../media/delivery.ts';
import { parseByteSize } from '../prompt/byte-size.ts';
import type { GenerationFlags } from '../prompt/generation-config.ts';
import type { TypedPart } from '../prompt/parts.ts';
import { isLiteralText, type LiteralText } from '../prompt/template-flags.ts';
import type { GenerateContentRequest } from '../wire/generate-content.ts';

/** What every command that asks has in common: the prompt and the request around it, as typed. */
export type PromptOptions = {
  readonly parts: readonly TypedPart[];
  readonly stdin: boolean;
  /** Texts such as "image 1:" before the media. */
  readonly label: boolean;
  readonly urls: UrlOptions;
  /** Nothing may go over the network. */
  readonly offline?: boolean;
  /** A request.json to start from. */
  readonly request: string | undefined;
  /** A request to start from that is here already, in place of a file's: a conversation so far, or its settings. */
  readonly base?: GenerateContentRequest | undefined;
  /** There may be nothing to ask yet. */
  readonly mayBeEmpty?: boolean;
  /** Text, or @FILE. */
  readonly system: string | LiteralText | undefined;
  readonly generation: GenerationFlags;
  readonly safety: readonly string[];
  /** JSON Schema, @FILE, or the short form. */
  readonly schema: string | LiteralText | undefined;
  /** @FILE of function declarations, or their JSON. */
  readonly tools: string | LiteralText | undefined;
  readonly googleSearch: boolean;
  readonly codeExecution: boolean;
  readonly urlContext: boolean;
  /** KEY=VALUE. */
  readonly labels: readonly string[];
  readonly cachedContent: string | undefined;
  /** PATH=JSON, applied last. */
  readonly set: readonly string[];
};

/** What is done with web addresses. */
export type UrlOptions = {
  readonly mode: 'fetch' | 'pass';
  readonly maxBytes: number;
  readonly allowPrivate: boolean;
};

/** Commander's flags by name, with their types narrowed. */
export type FlagReader = {
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  is(name: string): boolean;
  /** A text that may be given as @FILE, unless a template gave it. */
  textOrFile(name: string): string | LiteralText | undefined;
};

export function readFlags(flags: Readonly<Record<string, unknown>>): FlagReader {
  return {
    text: (name) => (typeof flags[name] === 'string' ? flags[name] : undefined),
    list: (name) => (Array.isArray(flags[name]) ? flags[name].map(String) : []),
    is: (name) => flags[name] === true,
    textOrFile: (name) => {
      const value = flags[name];
      return typeof value === 'string' || isLiteralText(value) ? value : undefined;
    },
  };
}

/** The part of a command's options that is the prompt. */
export function readPromptOptions(
  flags: Readonly<Record<string, unknown>>,
  parts: readonly TypedPart[],
): PromptOptions {
  const { text, list, is, textOrFile } = readFlags(flags);
  return {
    parts,
    stdin: flags.stdin !== false,
    label: is('label'),
    urls: readUrlOptions(flags),
    request: text('request'),
    system: textOrFile('system'),
    generation: {
      temperature: text('temperature'),
      topP: text('topP'),
      topK: text('topK'),
      maxOutputTokens: text('maxOutputTokens'),
      stop: list('stop'),
      candidates: text('candidates'),
      seed: text('seed'),
      responseMimeType: text('responseMimeType'),
      thinking: text('thinking'),
      showThoughts: is('showThoughts'),
      mediaResolution: text('mediaResolution'),
    },
    safety: list('safety'),
    schema: textOrFile('schema'),
    tools: textOrFile('tools'),
    googleSearch: is('googleSearch'),
    codeExecution: is('codeExecution'),
    urlContext: is('urlContext'),
    labels: list('labels'),
    cachedContent: text('cachedContent'),
    set: list('set'),
  };
}

/** What is done with web addresses, of commander's flags. */
export function readUrlOptions(flags: Readonly<Record<string, unknown>>): UrlOptions {
  const { text, is } = readFlags(flags);
  return {
    mode: text('urlMode') === 'pass' ? 'pass' : 'fetch',
    maxBytes: readSize(text('maxFetchSize') ?? '64MiB', '--max-fetch-size'),
    allowPrivate: is('allowPrivateUrls'),
  };
}

function readSize(text: string, flag: string): number {
  const bytes = parseByteSize(text);
  if (bytes !== undefined) return bytes;
  throw new UsageError(`${flag}: "${text}" is not a size`, { hint: 'a size is such as 200MB or 1GiB' });
}

/** Of --max-tokens-in: a number, also as 100k or 1M. */
export function readTokenLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit = ''] = /^(\d{1,9})([kM]?)$/i.exec(text) ?? [];
  if (digits === undefined) {
    throw new UsageError(`--max-tokens-in: "${text}" is not a number of tokens`, {
      hint: 'such as 20000, 20k or 1M',
    });
  }
  return Number(digits) * ({ k: 1000, m: 1_000_000 }[unit.toLowerCase()] ?? 1);
}

/** What `--upload` says. */
export function uploadMode({ config }: Pick<Context, 'config'>): UploadMode {
  return (config.text('upload') ?? 'auto') as UploadMode;
}
