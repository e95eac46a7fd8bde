import { splitAtWidth, widthOf } from '../width.ts';

/** Plain text and how it is set off; a newline in it is a line break that stays. */
export type Run = { readonly text: string; readonly paint: (text: string) => string };

/** What no line break divides: pieces of text and their width together. */
type Unit = { readonly pieces: Run[]; width: number };

/**
 * Wraps text that comes in pieces, each of whole words: a call returns what to print after that of the call before.
 * A word wider than a line stays whole, so that a copied URL is one; the terminal itself folds it.
 * @param width in columns
 * @param options.hard divides such words, for the cells of a table
 */
export function createWrapper(width: number, { hard = false } = {}): (runs: readonly Run[]) => string {
  let column = 0;
  let breaks = 0;
  let gap: Run | undefined;

  const place = (unit: Unit): string => {
    const gapWidth = gap ? widthOf(gap.text) : 0;
    let lead = '\n'.repeat(breaks);
    if (breaks === 0 && column > 0) {
      if (column + gapWidth + unit.width > width) lead = '\n';
      else if (gap) lead = gap.paint(gap.text);
    }
    if (lead.startsWith('\n')) column = 0;
    column += unit.width + (column > 0 ? gapWidth : 0);
    breaks = 0;
    gap = undefined;
    return lead + unit.pieces.map(({ text, paint }) => paint(text)).join('');
  };

  return (runs) => {
    let printed = '';
    for (const part of unitsOf(runs)) {
      if ('pieces' in part) {
        for (const unit of hard && part.width > width ? divided(part, width) : [part]) printed += place(unit);
      } else if (part.text === '\n') breaks += 1;
      else gap ??= part;
    }
    return printed;
  };
}

/** A whole text as wrapped lines. */
export function wrapLines(runs: readonly Run[], width: number, options: { hard?: boolean } = {}): string[] {
  return createWrapper(width, options)(runs).split('\n');
}

const SPACE_OR_BREAK = /(\n|[ \t\u3000]+)/;
/** Chinese and Japanese break between any two characters, but not before a mark that closes or after one that opens. */
const IDEOGRAPH = '(?:\\p{sc=Han}|\\p{sc=Hiragana}|\\p{sc=Katakana})';
const PAUSE = '、。，．：；！？';
const CLOSING = `[${PAUSE}）」』】》〉…ー]`;
const ATOM = new RegExp(
  `${IDEOGRAPH}${CLOSING}*|(?:(?!${IDEOGRAPH})[^${PAUSE}])*[${PAUSE}]${CLOSING}*|(?:(?!${IDEOGRAPH})[^${PAUSE}])+`,
  'gu',
);
const IDEOGRAPH_FIRST = new RegExp(`^${IDEOGRAPH}`, 'u');
const CLOSING_FIRST = new RegExp(`^${CLOSING}`, 'u');
const PAUSE_LAST = new RegExp(`[${PAUSE}]${CLOSING}*$`, 'u');
const OPENING_LAST = /[（「『【《〈]$/;

/**
 * Whether a text without spaces may always be divided between these two characters: after a Chinese or Japanese comma
 * or full stop, say. @param after empty where it is not known yet
 */
export function mayBreakBetween(before: string, after: string): boolean {
  return (
    after !== '' && PAUSE.includes(before) && before !== '' && !/\s/.test(after) && !CLOSING_FIRST.test(after)
  );
}

/** The units of a text, and between them its spaces, each row of them as one, and its line breaks. */
function* unitsOf(runs: readonly Run[]): Generator<Unit | Run> {
  let unit: Unit | undefined;
  let before = '';
  for (const { text, paint } of runs) {
    for (const part of text.split(SPACE_OR_BREAK)) {
      if (SPACE_OR_BREAK.test(part)) {
        if (unit) yield unit;
        unit = undefined;
        yield { text: part.startsWith('\t') ? ' ' : part.slice(0, 1), paint };
        continue;
      }
      for (const atom of part.match(ATOM) ?? []) {
        if (unit && mayBreak(before, atom)) {
          yield unit;
          unit = undefined;
        }
        unit ??= { pieces: [], width: 0 };
        unit.pieces.push({ text: atom, paint });
        unit.width += widthOf(atom);
        before = atom;
      }
    }
  }
  if (unit) yield unit;
}

function mayBreak(before: string, atom: string): boolean {
  if (CLOSING_FIRST.test(atom) || OPENING_LAST.test(before)) return false;
  return IDEOGRAPH_FIRST.test(before) || IDEOGRAPH_FIRST.test(atom) || PAUSE_LAST.test(before);
}

function* divided(unit: Unit, width: number): Generator<Unit> {
  for (const { text, paint } of unit.pieces) {
    for (let rest = text; rest !== ''; ) {
      const [head, tail] = splitAtWidth(rest, width);
      yield { pieces: [{ text: head, paint }], width: widthOf(head) };
      rest = tail;
    }
  }
}
