import type { Chunk } from './join.ts';
import { middleOf, partOf, tokensOf } from './tokens.ts';
import type { Segment, Span, Transcript } from './transcript.ts';

/**
 * What is said in each span, in the time of the whole. A segment that a border goes through is cut between words, each
 * word going whole to every span that its middle is in, and ends at the border: the inverse of `join`.
 */
export function cut(transcript: Pick<Transcript, 'segments'>, spans: readonly Span[]): Chunk[] {
  return spans.map((span) => ({
    span,
    segments: transcript.segments
      .filter(({ start, end }) => start < span.end && end >= span.start)
      .flatMap((segment) => within(segment, span) ?? []),
  }));
}

function within(segment: Segment, span: Span): Segment | undefined {
  const tokens = tokensOf(segment);
  const inside = (time: number) => time >= span.start && time < span.end;
  const first = tokens.findIndex((token) => inside(middleOf(token)));
  if (first === -1) return undefined;
  const end = tokens.findLastIndex((token) => inside(middleOf(token))) + 1;
  return {
    ...partOf(segment, tokens, first, end),
    ...(first === 0 ? {} : { start: span.start }),
    ...(end === tokens.length ? {} : { end: span.end }),
  };
}
