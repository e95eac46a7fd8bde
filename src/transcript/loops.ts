import { columnsOf, comparable } from './spoken-text.ts';
import { tokensOf } from './tokens.ts';
import type { Segment } from './transcript.ts';

/** A stretch of a list that is its first `period` items over and over; `end` is behind its last item. */
export type Loop = { first: number; end: number; period: number };

/** How often so many segments, or so many words within a segment, come again before nobody can have said it. */
const SEGMENT_REPEATS: readonly number[] = [8, 5, 5, 5];
const WORD_REPEATS: readonly number[] = [14, 9, 7, 6, 5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 4, 4];
/** A sentence that is said five times over is a loop, a `Yes.` is not. */
const LONG = 12;

/** Segments that say the same again and again; at most one period of each is real. */
export function segmentLoops(segments: readonly Segment[]): Loop[] {
  const said = segments.map(({ text }) => comparable(text));
  return loopsIn(
    said,
    (period, first) => {
      const columns = segments
        .slice(first, first + period)
        .reduce((sum, { text }) => sum + columnsOf(text), 0);
      return (SEGMENT_REPEATS[period - 1] ?? 5) - (period === 1 && columns >= LONG ? 3 : 0);
    },
    SEGMENT_REPEATS.length,
  );
}

/** Loops of words within one segment, as indices of its tokens. */
export function wordLoops(segment: Segment): Loop[] {
  const tokens = tokensOf(segment);
  const said = tokens.map(({ from, to }) => comparable(segment.text.slice(from, to)));
  return loopsIn(said, (period) => WORD_REPEATS[period - 1] ?? 4, WORD_REPEATS.length);
}

function loopsIn(
  items: readonly string[],
  repeats: (period: number, first: number) => number,
  longest: number,
): Loop[] {
  const loops: Loop[] = [];
  for (let first = 0; first < items.length; ) {
    const loop = loopAt(items, first, repeats, longest);
    if (loop) loops.push(loop);
    first = loop?.end ?? first + 1;
  }
  return loops;
}

function loopAt(
  items: readonly string[],
  first: number,
  repeats: (period: number, first: number) => number,
  longest: number,
): Loop | undefined {
  for (let period = 1; period <= longest; period += 1) {
    let end = first + period;
    while (end < items.length && items[end] === items[end - period]) end += 1;
    if (end - first >= period * repeats(period, first)) return { first, end, period };
  }
  return undefined;
}
