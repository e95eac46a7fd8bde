import { secondsToSay } from './drafts.ts';
import { columnsOf } from './spoken-text.ts';
import type { Segment, Span } from './transcript.ts';
import type { DoubtfulRun } from './trust.ts';

/** Columns a second of fast speech, to tell whether there is room enough. */
const FAST = 20;
/** Seconds that a segment has at the least. */
const LEAST = 0.01;

/**
 * The segments with a run of false times put between its neighbours, in the order of the text, each as long as its text
 * is. Where there is no room, neighbours give some of theirs.
 */
export function retime(
  segments: readonly Segment[],
  { first, end, room }: DoubtfulRun,
  limits: Span,
): Segment[] {
  let [from, until] = [first, end];
  let { start, end: last } = room;
  const need = () =>
    segments.slice(from, until).reduce((sum, { text }) => sum + LEAST + columnsOf(text) / FAST, 0);
  while (last - start < need()) {
    const [before, after] = [segments[from - 1], segments[until]];
    if (before) {
      from -= 1;
      start = Math.max(before.start, limits.start);
      last = Math.max(last, Math.min(before.end, limits.end, segments[until]?.start ?? limits.end));
    } else if (after) {
      until += 1;
      last = Math.max(last, Math.min(after.end, limits.end, segments[until]?.start ?? limits.end));
    } else {
      // All of it is one run: the limits are all there is.
      [start, last] = [limits.start, limits.end];
      break;
    }
  }
  const own = segments.slice(from, until);
  const spoken = own.reduce((sum, { text }) => sum + secondsToSay(text), 0);
  // An open end, and a hole much longer than the text, are not filled.
  const scale = Math.min(1, (last - start) / spoken);
  let at = start;
  const placed = own.map((segment) => {
    const begin = at;
    at += scale * secondsToSay(segment.text);
    return moved(segment, begin, at);
  });
  return [...segments.slice(0, from), ...placed, ...segments.slice(until)];
}

/** The segment in another time, its words with it. */
function moved(segment: Segment, start: number, end: number): Segment {
  const { words, ...rest } = segment;
  const factor = (end - start) / (segment.end - segment.start);
  const to = (time: number) => start + (time - segment.start) * factor;
  const scaled = words?.map((word) => ({ ...word, start: to(word.start), end: to(word.end) }));
  return { ...rest, start, end, ...(scaled && Number.isFinite(factor) ? { words: scaled } : {}) };
}
