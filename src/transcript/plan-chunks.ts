import type { Span } from './transcript.ts';

export type ChunkWish = {
  /** Of the medium, in seconds. */
  duration: number;
  /** Where nobody speaks, in order of time; empty when unknown. */
  silences: readonly Span[];
  /** The longest chunk, in seconds, overlap included. */
  target: number;
  /** Seconds that neighbours share; less than half of `target`. */
  overlap: number;
};

/** How far from where it would be best a border may go to find a silence, as a part of the chunk's length. */
const REACH = 0.3;

/**
 * Parts of about the same length that cover the whole, none longer than `target`, with their borders in the middle of
 * silences where there is one nearby; the overlap lies half on either side of a border. One part when the medium is no
 * longer than `target`.
 */
export function planChunks({ duration, silences, target, overlap }: ChunkWish): Span[] {
  const shared = Math.min(Math.max(0, overlap), target / 2);
  const borders: number[] = [];
  for (let begin = 0, first = true; ; first = false) {
    // The first and the last part have an overlap on one side only.
    const left = duration - begin + (first ? 0 : shared / 2);
    if (left <= target) break;
    const most = target - (first ? shared / 2 : shared);
    const even = (duration - begin) / Math.ceil((duration - begin) / most);
    const [from, to] = [begin + even * (1 - REACH), begin + Math.min(most, even * (1 + REACH))];
    const border = quietest(silences, from, to, begin + even) ?? begin + even;
    borders.push(border);
    begin = border;
  }
  const edges = [0, ...borders, duration];
  return edges.slice(1).map((end, index) => ({
    start: Math.max(0, (edges[index] ?? 0) - (index === 0 ? 0 : shared / 2)),
    end: Math.min(duration, end === duration ? duration : end + shared / 2),
  }));
}

/** The middle of the silence that is longest for its distance from the best place. */
function quietest(silences: readonly Span[], from: number, to: number, best: number): number | undefined {
  let found: { at: number; worth: number } | undefined;
  for (const { start, end } of silences) {
    const at = (Math.max(start, from) + Math.min(end, to)) / 2;
    if (end <= from || start >= to) continue;
    const worth = Math.min(2, end - start) * (1 - (0.8 * Math.abs(at - best)) / (to - from));
    if (!found || worth > found.worth) found = { at, worth };
  }
  return found?.at;
}
