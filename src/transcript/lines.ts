import { columnsOf, endsClause, endsSentence } from './spoken-text.ts';

/** A piece of text that stays on one line. */
export type Unit = {
  text: string;
  columns: number;
  /** A space stands before it, unless it begins a line. */
  spaced: boolean;
  /** Seconds. */
  start: number;
  end: number;
  /** `start` is the time of a word, and not one spread by length. */
  exact: boolean;
};

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * How bad it is to break behind this unit, from 0 (the end of a sentence) to 1: a comma is a good place, a little word
 * (an article, a preposition) is a bad one, and before a little word is better than elsewhere. That holds for most
 * languages without knowing their words.
 */
export function breakCost(unit: Unit, next: Unit | undefined): number {
  if (next === undefined || endsSentence(unit.text)) return 0;
  if (endsClause(unit.text)) return 0.15;
  const pause = next.start - unit.end;
  if (pause >= 0.4) return 0.15;
  return 0.6 + (unit.columns <= 3 && unit.spaced ? 0.4 : 0) - (next.columns <= 3 && next.spaced ? 0.15 : 0);
}

/** How many lines the units take when each line is filled, or `Infinity` as soon as it is more than `most`. */
export function linesNeeded(units: readonly Unit[], width: number, most: number): number {
  let [lines, used] = [0, Number.POSITIVE_INFINITY];
  for (const unit of units) {
    const room = used + (unit.spaced ? 1 : 0) + unit.columns;
    if (room <= width) used = room;
    else [lines, used] = [lines + 1, unit.columns];
    if (lines > most) return Number.POSITIVE_INFINITY;
  }
  return lines;
}

/**
 * The units on as few lines as they take, of about the same length, broken at the ends of phrases where that can be.
 * @param width columns of a line, which no line exceeds: no unit may be wider (see `fitUnits`)
 */
export function breakLines(units: readonly Unit[], width: number): Unit[][] {
  const count = linesNeeded(units, width, Number.POSITIVE_INFINITY);
  // best[lines][end]: the least cost of putting the first `end` units on so many lines, and where the last one begins.
  let best = new Map<number, Way>([[0, { cost: 0, begins: [] }]]);
  for (let line = 0; line < count; line += 1) {
    const longer = new Map<number, Way>();
    for (const [from, way] of best) {
      let columns = 0;
      for (let end = from; end < units.length; end += 1) {
        const unit = units[end];
        if (unit === undefined) break;
        columns += unit.columns + (end > from && unit.spaced ? 1 : 0);
        if (columns > width) break;
        const cost = way.cost + breakCost(unit, units[end + 1]) + 2 * ((width - columns) / width) ** 2;
        const known = longer.get(end + 1);
        if (!known || cost < known.cost) longer.set(end + 1, { cost, begins: [...way.begins, from] });
      }
    }
    best = longer;
  }
  const begins = best.get(units.length)?.begins ?? [0];
  return begins.map((begin, index) => units.slice(begin, begins[index + 1]));
}

type Way = { cost: number; begins: number[] };

/** Units wider than a line taken apart between characters; a character wider than the line stays as it is. */
export function fitUnits(units: readonly Unit[], width: number): Unit[] {
  return units.flatMap((unit) => (unit.columns <= width ? [unit] : pieces(unit, width)));
}

/** The text of a line. */
export function lineText(units: readonly Unit[]): string {
  return units.map(({ text, spaced }, index) => (spaced && index > 0 ? ` ${text}` : text)).join('');
}

function pieces(unit: Unit, width: number): Unit[] {
  const texts: string[] = [];
  let [text, columns] = ['', 0];
  for (const { segment } of graphemes.segment(unit.text)) {
    const more = columnsOf(segment);
    if (text !== '' && columns + more > width) {
      texts.push(text);
      [text, columns] = ['', 0];
    }
    text += segment;
    columns += more;
  }
  texts.push(text);
  const share = (unit.end - unit.start) / texts.length;
  return texts.map((piece, index) => ({
    text: piece,
    columns: columnsOf(piece),
    spaced: index === 0 && unit.spaced,
    start: unit.start + index * share,
    end: unit.start + (index + 1) * share,
    exact: index === 0 && unit.exact,
  }));
}
