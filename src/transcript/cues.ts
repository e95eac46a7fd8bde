import { breakCost, breakLines, fitUnits, type Unit } from './lines.ts';
import { columnsOf, plainText } from './spoken-text.ts';
import { toMilliseconds } from './timecode.ts';
import { tokensOf } from './tokens.ts';
import type { Segment } from './transcript.ts';

/** What a subtitle shows at a time. */
export type Cue = {
  /** Milliseconds, `start` < `end`; no cue begins before the one before it ends. */
  start: number;
  end: number;
  speaker?: string;
  /** At least one line, none of them empty. */
  lines: Unit[][];
};

export type CueOptions = {
  /** Columns of a line, at least 1; 42 unless said. */
  maxLineWidth?: number;
  /** 2 unless said. */
  maxLines?: number;
  /** Milliseconds; no cue is shown longer than this. */
  longest?: number;
  /** The medium's, in seconds: cues are not lengthened beyond it. */
  duration?: number;
  /** `text` puts `Name: ` before the text where another speaker begins. */
  speakers: 'none' | 'field' | 'text';
};

/** What players and viewers are used to: two lines of 42 columns, between 5/6 of a second and 7 seconds. */
const LINE_WIDTH = 42;
const LINES = 2;
const SHORTEST = 833;
const LONGEST = 7000;
/** Columns a second; nobody speaks slower than this for long. */
const SLOWEST = 4;

/** The segments as cues that can be read: long ones in several, at the ends of phrases; those without text left out. */
export function cuesOf(segments: readonly Segment[], options: CueOptions): Cue[] {
  const size = {
    width: Math.max(1, options.maxLineWidth ?? LINE_WIDTH),
    lines: Math.max(1, options.maxLines ?? LINES),
    longest: options.longest ?? LONGEST,
  };
  let shown: string | undefined;
  const cues = segments.flatMap((segment): Cue[] => {
    const speaker = plainText(segment.speaker ?? '');
    const named = options.speakers === 'text' && speaker !== '' && speaker !== shown;
    const units = fitUnits(unitsOf(segment, named ? `${speaker}:` : ''), size.width);
    if (units.length === 0) return [];
    if (speaker !== '') shown = speaker;
    return parts(units, size).map((part) => ({
      start: toMilliseconds(part[0]?.start ?? segment.start),
      end: toMilliseconds(part.at(-1)?.end ?? segment.end),
      ...(options.speakers === 'field' && speaker !== '' ? { speaker } : {}),
      lines: breakLines(part, size.width),
    }));
  });
  return timed(cues, size.longest, toMilliseconds(options.duration ?? Number.NaN));
}

type Size = { width: number; lines: number; longest: number };

/** The text's units, with the times of its words or those spread by length; the first and the last have the segment's. */
function unitsOf(segment: Segment, name: string): Unit[] {
  const clean = { ...segment, text: plainText(segment.text) };
  const tokens = tokensOf(clean);
  if (tokens.length === 0) return [];
  const units = tokens.map(({ from, to, start, end, words }, index): Unit => {
    const text = clean.text.slice(from, to);
    const spaced = index === 0 ? name !== '' : /\s/u.test(clean.text[from - 1] ?? '');
    const [first, last] = [index === 0, index === tokens.length - 1];
    return {
      text,
      columns: columnsOf(text),
      spaced,
      start: first ? segment.start : start,
      end: last ? segment.end : end,
      exact: words !== undefined,
    };
  });
  const prefix = name === '' ? [] : name.split(' ');
  const at = { start: segment.start, end: segment.start, exact: false };
  return [
    ...prefix.map((text, index) => ({ text, columns: columnsOf(text), spaced: index > 0, ...at })),
    ...units,
  ];
}

/**
 * The units in groups that fit a cue in lines and in time, cut where it hurts least: the shortest way through all
 * places to cut, where a cut costs what `breakCost` says, and each cue something for being one more and for being
 * emptier or shorter than need be.
 */
function parts(units: readonly Unit[], size: Size): Unit[][] {
  const ways: (Way | undefined)[] = [{ cost: 0, from: 0 }];
  for (let from = 0; from < units.length; from += 1) {
    const before = ways[from]?.cost;
    if (before === undefined) continue;
    let [lines, used, total] = [1, 0, 0];
    for (let end = from; end < units.length; end += 1) {
      const unit = units[end];
      if (unit === undefined) break;
      const room = end === from ? unit.columns : used + (unit.spaced ? 1 : 0) + unit.columns;
      [lines, used] = room <= size.width ? [lines, room] : [lines + 1, unit.columns];
      total += unit.columns + 1;
      const time = (unit.end - (units[from]?.start ?? 0)) * 1000;
      // Little text in much time is said at once somewhere in it; only its words' own times can tell otherwise.
      const slow = !unit.exact && total / (time / 1000) < SLOWEST;
      if (end > from && (lines > size.lines || (time > size.longest && !slow))) break;
      const empty = Math.max(0, 1 - total / (size.width * size.lines));
      const brief = time < SHORTEST ? 0.5 : 0;
      const cost = before + 0.7 + 3 * breakCost(unit, units[end + 1]) + 0.5 * empty ** 2 + brief;
      const known = ways[end + 1];
      if (!known || cost < known.cost) ways[end + 1] = { cost, from };
    }
  }
  const found: Unit[][] = [];
  for (let end = units.length; end > 0; ) {
    const from = ways[end]?.from ?? 0;
    found.unshift(units.slice(from, end));
    end = from;
  }
  return found;
}

type Way = { cost: number; from: number };

/** The cues one after the other, each shown long enough to be read and no longer than need be. */
function timed(cues: readonly Cue[], longest: number, duration: number): Cue[] {
  const sorted = cues.map((cue) => ({ ...cue })).sort((a, b) => a.start - b.start);
  for (const [index, cue] of sorted.entries()) {
    cue.end = Math.max(cue.end, cue.start + 1);
    const before = sorted[index - 1];
    if (before && cue.start < before.end) part(before, cue);
  }
  for (const [index, cue] of sorted.entries()) {
    const next = sorted[index + 1]?.start ?? Number.POSITIVE_INFINITY;
    const room = duration > cue.start ? Math.min(next, duration) : next;
    cue.end = Math.min(cue.end, cue.start + longest);
    cue.end = Math.max(cue.end, Math.min(cue.start + Math.min(SHORTEST, longest), room));
  }
  return sorted;
}

/** Two that would show at once follow each other; when they begin at about the same time, they share it by length. */
function part(before: Cue, cue: Cue): void {
  const least = Math.min(SHORTEST, before.end - before.start);
  if (cue.start - before.start < least) {
    const until = Math.max(before.end, cue.end);
    const [a, b] = [columns(before), columns(cue)];
    cue.start = before.start + Math.max(1, Math.round(((until - before.start) * a) / (a + b)));
    cue.end = Math.max(until, cue.start + 1);
  }
  before.end = cue.start;
}

function columns({ lines }: Cue): number {
  return lines.flat().reduce((sum, unit) => sum + unit.columns + 1, 0);
}
