/*
 * A text with a cursor, and what keys do to it. Pure: an edit in, an edit out. The cursor stands before, between or after
 * graphemes, never inside one, so that a family emoji, a flag or a letter with its accents is one step and one deletion.
 */

/** `cursor` counts UTF-16 code units. */
export type Edit = { readonly text: string; readonly cursor: number };

/** Where a key takes the cursor, or up to where it erases. */
export type Move = (edit: Edit) => number;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const WORD_BEFORE = /[\p{L}\p{M}\p{N}_]+[^\p{L}\p{M}\p{N}_]*$/u;
const WORD_AFTER = /^[^\p{L}\p{M}\p{N}_]*[\p{L}\p{M}\p{N}_]+/u;
const BLANK_DELIMITED_BEFORE = /\S+\s*$/;

export function editAtEnd(text: string): Edit {
  return { text, cursor: text.length };
}

/** What is inserted may join its neighbours in one grapheme, as an accent does; the cursor then goes behind it. */
export function insert({ text, cursor }: Edit, piece: string): Edit {
  return moveTo({ text: text.slice(0, cursor) + piece + text.slice(cursor), cursor }, cursor + piece.length);
}

/** The edit without what lies between the cursor and there, and what that was. */
export function eraseTo(edit: Edit, there: number): { readonly edit: Edit; readonly erased: string } {
  const start = Math.min(edit.cursor, there);
  const end = Math.max(edit.cursor, there);
  const text = edit.text.slice(0, start) + edit.text.slice(end);
  // What was apart may have become one grapheme.
  return { edit: moveTo({ text, cursor: start }, start), erased: edit.text.slice(start, end) };
}

export function moveTo({ text }: Edit, cursor: number): Edit {
  const around = graphemes.segment(text).containing(cursor);
  const whole =
    around === undefined || around.index === cursor ? cursor : around.index + around.segment.length;
  return { text, cursor: whole };
}

export const left: Move = ({ text, cursor }) => graphemes.segment(text).containing(cursor - 1)?.index ?? 0;

export const right: Move = ({ text, cursor }) => {
  const next = graphemes.segment(text).containing(cursor);
  return next === undefined ? text.length : next.index + next.segment.length;
};

export const wordLeft: Move = (edit) => before(edit, WORD_BEFORE);

/** A word as the shell's Ctrl-W knows it: up to a blank. */
export const blankLeft: Move = (edit) => before(edit, BLANK_DELIMITED_BEFORE);

export const wordRight: Move = ({ text, cursor }) => {
  const word = WORD_AFTER.exec(text.slice(cursor));
  return word === null ? text.length : cursor + word[0].length;
};

export const lineStart: Move = ({ text, cursor }) => text.slice(0, cursor).lastIndexOf('\n') + 1;

export const lineEnd: Move = ({ text, cursor }) => {
  const end = text.indexOf('\n', cursor);
  return end < 0 ? text.length : end;
};

export const textStart: Move = () => 0;

export const textEnd: Move = ({ text }) => text.length;

/** To the line above, as many graphemes in; undefined on the first line. */
export function lineAbove(edit: Edit): number | undefined {
  const start = lineStart(edit);
  if (start === 0) return undefined;
  return graphemesInto(edit, lineStart({ text: edit.text, cursor: start - 1 }));
}

/** To the line below; undefined on the last one. */
export function lineBelow(edit: Edit): number | undefined {
  const end = lineEnd(edit);
  return end === edit.text.length ? undefined : graphemesInto(edit, end + 1);
}

/** As far into the line that starts there as the cursor is into its own, or its end. */
function graphemesInto(edit: Edit, start: number): number {
  const own = edit.text.slice(lineStart(edit), edit.cursor);
  const line = edit.text.slice(start, lineEnd({ text: edit.text, cursor: start }));
  const steps = [...graphemes.segment(own)].length;
  const into = [...graphemes.segment(line)].slice(0, steps);
  return start + into.reduce((length, { segment }) => length + segment.length, 0);
}

function before({ text, cursor }: Edit, word: RegExp): number {
  return Math.max(text.slice(0, cursor).search(word), 0);
}
