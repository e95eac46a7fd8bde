import { secondsToSay } from './drafts.ts';
import { segmentLoops, wordLoops } from './loops.ts';
import type { Count } from './mend.ts';
import { joinText } from './spoken-text.ts';
import { partOf, tokensOf } from './tokens.ts';
import type { Segment, Span } from './transcript.ts';
import { within } from './trust.ts';

/** The segments without repeats of loops, and the spans that the repeats took: what was said there is not known. */
export function withoutLoops(
  segments: readonly Segment[],
  limits: Span,
  count: Count,
): { kept: Segment[]; holes: Span[] } {
  const holes: Span[] = [];
  const hole = (start = 0, end = 0) => holes.push({ start: within(start, limits), end: within(end, limits) });
  let kept = segments.map((segment) => withoutWordLoops(segment, hole, count));
  // What is left may be a loop again: of longer pieces, or of segments that are the same now.
  for (let loops = segmentLoops(kept); loops.length > 0; loops = segmentLoops(kept)) {
    const repeats = new Set<number>();
    for (const { first, end, period } of loops) {
      for (let index = first + period; index < end; index += 1) repeats.add(index);
      hole(kept[first + period]?.start, kept[end - 1]?.end);
      count('loop');
    }
    kept = kept.filter((_, index) => !repeats.has(index));
  }
  return { kept, holes };
}

function withoutWordLoops(
  segment: Segment,
  hole: (start: number, end: number) => void,
  count: Count,
): Segment {
  const [loop] = wordLoops(segment);
  if (!loop) return segment;
  const tokens = tokensOf(segment);
  count('loop');
  const head = partOf(segment, tokens, 0, loop.first + loop.period);
  if (loop.end >= tokens.length) {
    const end = Math.min(segment.end, segment.start + secondsToSay(head.text));
    hole(end, segment.end);
    return withoutWordLoops({ ...head, end }, hole, count);
  }
  const tail = partOf(segment, tokens, loop.end, tokens.length);
  hole(tokens[loop.first + loop.period]?.start ?? segment.start, tokens[loop.end]?.start ?? segment.end);
  const { words: _, ...rest } = segment;
  const words = head.words && tail.words ? { words: [...head.words, ...tail.words] } : {};
  return withoutWordLoops({ ...rest, ...words, text: joinText(head.text, tail.text) }, hole, count);
}
