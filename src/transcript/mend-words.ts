import { wordsFit } from './check.ts';
import type { Count } from './mend.ts';
import type { Segment } from './transcript.ts';

/** The segment with its words inside it; without them when they are out of order, as then none can be believed. */
export function withFittingWords(segment: Segment, count: Count): Segment {
  const { words, ...rest } = segment;
  if (words === undefined) return segment;
  if (!wordsFit(segment)) count('words');
  const inside = (time: number) => Math.min(Math.max(time, segment.start), segment.end);
  const clamped = words.map(({ start, end, text }) => ({ start: inside(start), end: inside(end), text }));
  const sound = clamped.every(
    ({ start, end }, index) => start <= end && start >= (clamped[index - 1]?.start ?? start),
  );
  return sound ? { ...rest, words: clamped } : rest;
}
