import { columnsOf, followsWithoutSpace, hasUnspaced } from './spoken-text.ts';
import type { Segment } from './transcript.ts';

/** A piece of a segment's text that is never taken apart: a word with its punctuation. Times in seconds. */
export type Token = {
  /** Where it is in the text; the space around it belongs to no token. */
  from: number;
  to: number;
  start: number;
  end: number;
  /** Which of the segment's words it holds, when the times are theirs; otherwise they are spread by length. */
  words?: { first: number; end: number };
};

const wordBreaks = new Intl.Segmenter('en', { granularity: 'word' });

/** The tokens of a segment, in order; a text of nothing but space has none. */
export function tokensOf(segment: Segment): Token[] {
  return timedByWords(segment) ?? timedByLength(segment);
}

/** The tokens with the times of the segment's words; undefined when they are not the words of its text. */
function timedByWords({ text, words = [] }: Segment): Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  for (const [index, word] of words.entries()) {
    const from = text.indexOf(word.text, at);
    if (word.text === '' || from === -1) return undefined;
    const between = text.slice(at, from);
    if (/[\p{L}\p{N}]/u.test(between)) return undefined;
    at = from + word.text.length;
    const previous = tokens.at(-1);
    const own = ownPunctuation(between);
    if (previous) previous.to = from - own;
    const token = { from: from - own, to: at, start: word.start, end: word.end };
    if (!previous) tokens.push({ ...token, from: 0, words: { first: index, end: index + 1 } });
    else if (mayPart(text, previous, token.from)) {
      tokens.push({ ...token, words: { first: index, end: index + 1 } });
    } else {
      previous.to = at;
      previous.end = word.end;
      previous.words = { first: previous.words?.first ?? index, end: index + 1 };
    }
  }
  const last = tokens.at(-1);
  if (!last || /[\p{L}\p{N}]/u.test(text.slice(at))) return undefined;
  last.to = text.length;
  return tokens.map((token) => trimmed(text, token));
}

/** How much of what stands between two words belongs to the second: all behind the last space, or an opening bracket. */
function ownPunctuation(between: string): number {
  const behindSpace = /\s(\S*)$/u.exec(between);
  return (behindSpace?.[1] ?? /[\p{Ps}\p{Pi}]*$/u.exec(between)?.[0] ?? '').length;
}

function mayPart(text: string, previous: Token, from: number): boolean {
  const before = text.slice(previous.from, from);
  return /\s$/u.test(before) || followsWithoutSpace(before, text.slice(from));
}

function trimmed(text: string, token: Token): Token {
  const piece = text.slice(token.from, token.to);
  const lead = piece.length - piece.trimStart().length;
  return { ...token, from: token.from + lead, to: token.from + lead + piece.trim().length };
}

function timedByLength({ text, start, end }: Segment): Token[] {
  const pieces = piecesOf(text);
  const weights = pieces.map(({ from, to }) => 1 + columnsOf(text.slice(from, to)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let passed = 0;
  return pieces.map(({ from, to }, index) => {
    const begin = start + ((end - start) * passed) / total;
    passed += weights[index] ?? 0;
    return { from, to, start: begin, end: start + ((end - start) * passed) / total };
  });
}

/** The text between spaces, and in scripts without spaces between words, closing marks with the word before. */
export function piecesOf(text: string): { from: number; to: number }[] {
  const runs = [...text.matchAll(/\S+/gu)].map(({ 0: run, index }) => ({
    from: index,
    to: index + run.length,
  }));
  if (!hasUnspaced(text)) return runs;
  const breaks = [...wordBreaks.segment(text)].map(({ index }) => index);
  let next = 0;
  return runs.flatMap(({ from, to }) => {
    const pieces: { from: number; to: number }[] = [];
    let begin = from;
    for (; (breaks[next] ?? to) < to; next += 1) {
      const at = breaks[next] ?? to;
      if (at <= begin || !mayBreak(text.slice(begin, at), text.slice(at, to))) continue;
      pieces.push({ from: begin, to: at });
      begin = at;
    }
    pieces.push({ from: begin, to });
    return pieces;
  });
}

function mayBreak(before: string, after: string): boolean {
  const opens = /[\p{Ps}\p{Pi}]$/u.test(before);
  const closes = /^[\p{Pe}\p{Pf}\p{Po}\p{Pd}\p{M}ー々〆]/u.test(after);
  return !opens && !closes && followsWithoutSpace(before, after);
}

/** The tokens from `first` up to but not including `end` as a segment of their own, with the words and times they have. */
export function partOf(segment: Segment, tokens: readonly Token[], first: number, end: number): Segment {
  const { words, ...rest } = segment;
  const [begin, last] = [tokens[first], tokens[end - 1]];
  const kept = begin?.words && last?.words ? words?.slice(begin.words.first, last.words.end) : undefined;
  const whole = first <= 0 && end >= tokens.length;
  return {
    ...rest,
    start: first <= 0 ? segment.start : (begin?.start ?? segment.start),
    end: end >= tokens.length ? segment.end : (last?.end ?? segment.end),
    text: segment.text.slice(first <= 0 ? 0 : begin?.from, end >= tokens.length ? undefined : last?.to),
    ...(whole && words ? { words } : kept ? { words: kept } : {}),
  };
}

/** The time that decides where a token belongs. */
export function middleOf({ start, end }: { start: number; end: number }): number {
  return (start + end) / 2;
}
