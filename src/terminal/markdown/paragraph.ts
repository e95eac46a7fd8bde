import { Lexer, type MarkedToken } from 'marked';
import type { Style } from '../style.ts';
import { BLOCK_LIMIT } from './blocks.ts';
import { runsOf } from './inline.ts';
import { createWrapper, mayBreakBetween } from './wrap.ts';

/** A paragraph that is printed while it comes, word by word. */
export type Paragraph = {
  /** Takes more of its source and returns what to print after what was printed before. */
  push(source: string): string;
  /** The rest, without a newline at its end. */
  end(): string;
};

/**
 * Words are printed as soon as nothing to come can change how they look: not before an emphasis, code span or link
 * that they may belong to is closed, or the paragraph ends. Its line breaks stay where they are.
 * @param width in columns
 */
export function createParagraph(width: number, style: Style): Paragraph {
  const wrap = createWrapper(width);
  let pending = '';
  let worthTrying = 0;

  const print = (length: number): string => {
    const settled = pending.slice(0, length);
    pending = pending.slice(length);
    worthTrying = 0;
    if (settled.length > BLOCK_LIMIT)
      return wrap(runsOf([{ type: 'text', raw: settled, text: settled }], style));
    return wrap(runsOf(Lexer.lexInline(settled), style));
  };

  return {
    push(source) {
      pending = source.includes('\n') ? (pending + source).replace(HARD_BREAK, '$1\n') : pending + source;
      if (pending.length < worthTrying) return '';
      if (pending.length > BLOCK_LIMIT) return print(pending.length);
      const length = settledLength(pending);
      if (length > 0) return print(length);
      // What an open mark holds is lexed again only when it has grown by half: the cost stays linear.
      worthTrying = pending.length * 1.5;
      return '';
    },
    end: () => print(pending.length),
  };
}

/** A backslash at the end of a line only says that the line ends, which is kept anyway. */
const HARD_BREAK = /(?<!\\)((?:\\\\)*)\\\n/g;

/** Marks that bind tighter than emphasis: one that closes later would take a part of an emphasis already closed. */
const TIGHT_OPENERS = [/`/, /\[(?![^[\]]*\][^([])/, /<(?=[A-Za-z/!?])(?![^<]*>)/];

/** Marks in leftover text that something to come could close. */
const OPENERS = [/\*+(?=[^\s*])/, /(?<![\p{L}\p{N}_])_+(?=[^\s_])/u, /~~(?=\S)/, ...TIGHT_OPENERS];

/** How much of the source, up to the end of a word, cannot change any more. */
function settledLength(source: string): number {
  const words = wordsUpTo(source, source.length);
  let settled = 0;
  let offset = 0;
  for (const token of Lexer.lexInline(source.slice(0, words)) as MarkedToken[]) {
    const end = offset + token.raw.length;
    if (token.type === 'text') {
      // What a mark opens may begin with another token, such as a bare URL.
      const open = offset + firstOf(OPENERS, source.slice(offset, end + 1));
      const closed = wordsUpTo(source, Math.min(open, end));
      if (closed > offset) settled = closed;
      if (open < end) return settled;
    } else if (hasTightOpener(token)) {
      return settled;
    }
    offset = end;
  }
  return words;
}

function hasTightOpener(token: MarkedToken): boolean {
  if (token.type === 'text') return firstOf(TIGHT_OPENERS, token.raw) < token.raw.length;
  return 'tokens' in token && ((token.tokens ?? []) as MarkedToken[]).some(hasTightOpener);
}

/** Where the first of the marks stands; infinite when there is none. */
function firstOf(marks: readonly RegExp[], text: string): number {
  const places = marks.map((mark) => text.search(mark)).filter((place) => place >= 0);
  return Math.min(...places);
}

/** Up to where before the limit all words are complete. */
function wordsUpTo(source: string, limit: number): number {
  for (let end = limit; end > 0; end -= 1) {
    if (/\s/.test(source.charAt(end - 1)) || mayBreakBetween(source.charAt(end - 1), source.charAt(end)))
      return end;
  }
  return 0;
}
