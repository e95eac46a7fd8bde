import { columnsOf } from './spoken-text.ts';
import type { Segment, Span } from './transcript.ts';

/** Segments one after the other whose start cannot be true, between segments whose start can. */
export type DoubtfulRun = {
  /** Indices: from `first` up to but not including `end`. */
  first: number;
  end: number;
  /** The time between the neighbours, where the run belongs by its place in the text; empty when there is none. */
  room: Span;
  rule: 'late' | 'disorder';
  /** The run is short, and its room is enough for what is said, or its times are only rounded. */
  mendable: boolean;
};

/** Columns a second of very fast speech: what needs more was not said in that time. */
const FASTEST = 30;
/** Seconds before the beginning or behind the end that are rounding, and no lie: models give whole seconds. */
const ROUNDING = 1;
/** More segments in a row with false times are no slip but a model that has lost its way. */
const MOST = 3;

/**
 * Finds the starts that contradict the others: beyond the limits, or out of the order that most of them agree on.
 * A model's text is in the order it was spoken also when its times are not.
 */
export function doubtfulRuns(segments: readonly Segment[], limits: Span): DoubtfulRun[] {
  const trusted = agreeing(segments, limits);
  const runs: DoubtfulRun[] = [];
  for (let first = 0; first < segments.length; first += 1) {
    if (trusted[first]) continue;
    let end = first;
    while (end < segments.length && !trusted[end]) end += 1;
    const own = segments.slice(first, end);
    const start = segments[first - 1]?.end ?? limits.start;
    const until = segments[end]?.start ?? limits.end;
    const room = {
      start: within(start, limits),
      end: Math.max(within(start, limits), within(until, limits)),
    };
    const rounded = ({ start: at }: Segment) => at >= limits.end && at < limits.end + ROUNDING;
    const need = own.reduce((sum, { text }) => sum + columnsOf(text) / FASTEST, 0);
    runs.push({
      first,
      end,
      room,
      rule: own.some((segment) => segment.start >= limits.end) ? 'late' : 'disorder',
      mendable: own.length <= MOST && (room.end - room.start > need || own.every(rounded)),
    });
    first = end;
  }
  return runs;
}

/** The time, or the nearest that is within the limits; what is no time is their beginning. */
export function within(time: number, { start, end }: Span): number {
  return Math.min(Math.max(Number.isFinite(time) ? time : start, start), end);
}

/** The longest list of segments within the limits whose starts do not decrease (patience sorting). */
function agreeing(segments: readonly Segment[], limits: Span): boolean[] {
  // ends[n]: the index where the best list of n + 1 segments ends; before[i]: what stands before i in its list.
  const ends: number[] = [];
  const before: number[] = [];
  const startOf = (index: number | undefined) => segments[index ?? -1]?.start ?? Number.NEGATIVE_INFINITY;
  for (const [index, { start }] of segments.entries()) {
    before.push(-1);
    if (!(start < limits.end) || start < limits.start - ROUNDING) continue;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (startOf(ends[middle]) <= start) low = middle + 1;
      else high = middle;
    }
    before[index] = ends[low - 1] ?? -1;
    ends[low] = index;
  }
  const trusted = segments.map(() => false);
  for (let index = ends.at(-1) ?? -1; index !== -1; index = before[index] ?? -1) trusted[index] = true;
  return trusted;
}
