import { parseArgs } from 'node:util';
import type { ByteSource } from '../byte-source.ts';

/** The four kinds of media a prompt can hold; PDF and text files are documents. */
export type MediaKind = 'image' | 'audio' | 'video' | 'document';

/** What may stand after `#` in a source, for this source alone. */
export type SourceOptions = {
  /** Part of a recording or video, in seconds from its start. */
  readonly startSeconds?: number;
  readonly endSeconds?: number;
  /** Frames per second that the model sees of a video. */
  readonly fps?: number;
  /** The type, whatever the content says. */
  readonly mimeType?: string;
  readonly resolution?: 'low' | 'medium' | 'high';
  /** Pages of a document, from 1, both ends included. */
  readonly pages?: readonly { readonly first: number; readonly last: number }[];
};

export type TextPart = { text: string };
/** What was said about a medium: its kind is checked against the content. */
type Said = { kind?: MediaKind; options?: SourceOptions };
/** A medium by where it is; options may also stand in `source`, after "#". */
export type SourcePart = Said & { source: string };
/** A medium whose bytes are here already, as those of stdin; `head` are the first of them. */
export type BytesPart = Said & { bytes: ByteSource; head: Buffer };
/** One piece of a prompt, in the order typed. */
export type PromptPart = TextPart | SourcePart | BytesPart;

/** A piece as the command line has it, before files of text and stdin are read. */
export type TypedPart =
  | (TextPart & { positional?: true })
  | SourcePart
  | { textFile: string }
  | { stdin: true };

/** What commander knows of an option, as far as order needs it. */
export type OptionShape = { long: string; short?: string | undefined; takesValue: boolean };

/** Flags that add a part, by long name, and the part each makes of its value. */
export const PART_FLAGS: Readonly<Record<string, (value: string) => TypedPart>> = {
  text: (text) => ({ text }),
  prompt: (text) => ({ text }),
  'prompt-file': (textFile) => ({ textFile }),
  attach: (source) => ({ source }),
  attachment: (source) => ({ source }),
  input: (source) => ({ source }),
  file: (source) => ({ source }),
  image: (source) => ({ source, kind: 'image' }),
  audio: (source) => ({ source, kind: 'audio' }),
  video: (source) => ({ source, kind: 'video' }),
  document: (source) => ({ source, kind: 'document' }),
  pdf: (source) => ({ source, kind: 'document' }),
};

/**
 * The parts in the order typed, positionals and flags interleaved. Commander hands over positionals after all options,
 * so their order is lost there; the same arguments are read again here, by the same option shapes.
 * @param argv arguments after the command's name
 */
export function partsInOrder(argv: readonly string[], options: readonly OptionShape[]): TypedPart[] {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      options.map(({ long, short, takesValue }) => [
        long,
        { type: takesValue ? ('string' as const) : ('boolean' as const), ...(short ? { short } : {}) },
      ]),
    ),
  });
  const parts: TypedPart[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      parts.push(positionalPart(token.value));
    } else if (token.kind === 'option' && token.value !== undefined) {
      const make = Object.hasOwn(PART_FLAGS, token.name) ? PART_FLAGS[token.name] : undefined;
      if (make) parts.push(make(token.value));
    }
  }
  return parts;
}

/** The part that a word without a flag is: "-" is stdin. */
export function positionalPart(word: string): TypedPart {
  return word === '-' ? { stdin: true } : { text: word, positional: true };
}
