import type { LieKind, SpokenSegment, TimeSpan } from '../transcripts.ts';

/** What is told of a recording: its segments, and how the rendered answer ends. */
export type Told = {
  readonly segments: readonly SpokenSegment[];
  /** How much of the answer's text is sent; 1 is all. */
  readonly share: number;
  readonly finishReason: 'STOP' | 'MAX_TOKENS';
};

type LieRule = (told: Told, span: TimeSpan, answers: number) => Told;

/** The middle of a segment decides to which part of the recording it belongs. */
const middle = ({ start, end }: TimeSpan) => (start + end) / 2;
const share = (segment: TimeSpan, span: TimeSpan) =>
  (middle(segment) - span.start) / Math.max(span.end - span.start, 0.001);

const segmentsOf =
  (
    change: (segments: readonly SpokenSegment[], span: TimeSpan, answers: number) => readonly SpokenSegment[],
  ): LieRule =>
  (told, span, answers) => ({ ...told, segments: change(told.segments, span, answers) });

/** How each lie is told; `answers` counts the answers so far. */
export const LIES: Readonly<Record<LieKind, LieRule>> = {
  'late-stamps': segmentsOf((segments, span) =>
    segments.map((segment) => ({
      ...segment,
      start: span.start + (segment.start - span.start) * 1.4 + 2,
      end: span.start + (segment.end - span.start) * 1.4 + 2,
    })),
  ),
  overlap: segmentsOf((segments) => segments.map((segment) => ({ ...segment, end: segment.end + 1.5 }))),
  disorder: segmentsOf((segments) => segments.toReversed()),
  loop: segmentsOf((segments, span) => {
    const told = segments.filter((segment) => share(segment, span) < 0.5);
    const last = told.at(-1);
    if (!last) return segments;
    const step = Math.max((span.end - last.end) / LOOPS, 0.1);
    const again = Array.from({ length: LOOPS }, (_, index) => ({
      ...last,
      start: last.end + index * step,
      end: last.end + (index + 1) * step,
    }));
    return [...told, ...again];
  }),
  'early-stop': segmentsOf((segments, span) => segments.filter((segment) => share(segment, span) < 0.5)),
  'missing-middle': segmentsOf((segments, span) =>
    segments.filter((segment) => Math.abs(share(segment, span) - 0.5) > 1 / 6),
  ),
  silent: segmentsOf(() => []),
  renamed: segmentsOf((segments, _span, answers) => {
    const speakers = [...new Set(segments.map(({ speaker = '' }) => speaker))];
    return segments.map((segment) => ({
      ...segment,
      speaker: `Speaker ${speakers.indexOf(segment.speaker ?? '') + answers}`,
    }));
  }),
  'wrong-json': (told) => ({ ...told, share: 0.6 }),
  'max-tokens': (told) => ({ ...told, share: 0.6, finishReason: 'MAX_TOKENS' }),
};

const LOOPS = 30;
