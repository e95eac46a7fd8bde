import { segmentLoops, wordLoops } from './loops.ts';
import type { Segment, Span } from './transcript.ts';
import { type DoubtfulRun, doubtfulRuns, within } from './trust.ts';

/**
 * What can be wrong with a transcript:
 * - `late`: a stamp beyond the end of what was transcribed
 * - `reversed`: an end not after its start, or no number
 * - `disorder`: a start that contradicts the order of the others, or lies before the beginning
 * - `overlap`: a start before the end of the segment before, by more than the tolerance
 * - `loop`: a phrase repeated over and over
 * - `words`: words out of order or outside their segment
 * - `gap`: nothing for a long time in the middle or at the beginning, where there is no silence
 * - `early-stop`: nothing for a long time at the end
 */
export type Rule = 'late' | 'reversed' | 'disorder' | 'overlap' | 'loop' | 'words' | 'gap' | 'early-stop';

export type Violation = {
  rule: Rule;
  /** The time it concerns, in seconds, within what was transcribed: what to ask again when it cannot be mended. */
  span: Span;
  /** Indices of the segments it concerns, from `first` up to but not including `end`; equal for a gap. */
  segments: { first: number; end: number };
  /** `mend` can put it right without asking again. */
  mendable: boolean;
};

/** What is known of the medium. */
export type CheckFacts = {
  /** Of the medium, in seconds; undefined when unknown: then nothing is late and nothing stops early. */
  duration?: number;
  /** The part that was transcribed, in the same time as the segments: from 0 to `duration` unless said. */
  start?: number;
  end?: number;
  /** Where nobody speaks: not counted as gaps. */
  silences?: readonly Span[];
  /** Seconds that neighbours may overlap (people talk over each other); 1 unless said. */
  overlapTolerance?: number;
  /** Seconds without speech that are taken for an omission; 15 unless said. */
  longestGap?: number;
};

/** Seconds beyond the end that are rounding: models give whole seconds. */
export const ROUNDING = 1;
const OVERLAP_TOLERANCE = 1;
const LONGEST_GAP = 15;

/** Everything that is wrong, in the order of time. */
export function check({ segments }: { segments: readonly Segment[] }, facts: CheckFacts): Violation[] {
  const limits = limitsOf(facts);
  const runs = doubtfulRuns(segments, limits);
  const doubtful = new Set(runs.flatMap(({ first, end }) => indices(first, end)));
  const each = segments.map((segment, index): Violation[] => {
    const about = (rule: Rule): Violation => ({
      rule,
      span: spanOf([segment], limits),
      segments: { first: index, end: index + 1 },
      mendable: true,
    });
    return [
      ...(segment.end > segment.start ? [] : [about('reversed')]),
      ...(segment.end > limits.end + ROUNDING && !doubtful.has(index) ? [about('late')] : []),
      ...(wordsFit(segment) ? [] : [about('words')]),
      ...(wordLoops(segment).length > 0 ? [about('loop')] : []),
    ];
  });
  return [
    ...each.flat(),
    ...runs.map((run) => runViolation(run, segments, limits)),
    ...overlaps(segments, doubtful, limits, overlapToleranceOf(facts)),
    ...loops(segments, limits),
    ...gaps(segments, runs, limits, facts),
  ].sort((a, b) => a.span.start - b.span.start);
}

/** The time that a transcript may have, as far as it is known. */
export function limitsOf({ start = 0, end, duration }: CheckFacts): Span {
  return { start, end: end ?? duration ?? Number.POSITIVE_INFINITY };
}

/** Seconds that neighbours may overlap. */
export function overlapToleranceOf({ overlapTolerance = OVERLAP_TOLERANCE }: CheckFacts): number {
  return overlapTolerance;
}

/** The words are in order and in their segment, give or take what people round. */
export function wordsFit({ start, end, words = [] }: Segment): boolean {
  return words.every(
    (word, index) =>
      word.start <= word.end &&
      word.start >= (words[index - 1]?.start ?? start - ROUNDING) &&
      word.end <= end + ROUNDING,
  );
}

/** A run of false times as a violation: the room it belongs in, and where there is none the times around it. */
export function runViolation(
  { first, end, room, rule, mendable }: DoubtfulRun,
  segments: readonly Segment[],
  limits: Span,
): Violation {
  const own = spanOf(segments.slice(first, end), limits);
  const wide =
    room.end > room.start
      ? room
      : { start: Math.min(room.start, own.start), end: Math.max(room.end, own.end) };
  return { rule, span: wide, segments: { first, end }, mendable };
}

function overlaps(
  segments: readonly Segment[],
  doubtful: ReadonlySet<number>,
  limits: Span,
  tolerance: number,
) {
  return segments.flatMap((segment, index): Violation[] => {
    const before = segments[index - 1];
    if (!before || doubtful.has(index) || doubtful.has(index - 1)) return [];
    if (!(before.end - segment.start > tolerance)) return [];
    const span = { start: within(segment.start, limits), end: within(before.end, limits) };
    return [{ rule: 'overlap', span, segments: { first: index - 1, end: index + 1 }, mendable: true }];
  });
}

function loops(segments: readonly Segment[], limits: Span): Violation[] {
  return segmentLoops(segments).map(({ first, end, period }) => ({
    rule: 'loop',
    span: spanOf(segments.slice(first + period, end), limits),
    segments: { first, end },
    mendable: true,
  }));
}

function gaps(segments: readonly Segment[], runs: readonly DoubtfulRun[], limits: Span, facts: CheckFacts) {
  const { silences = [], longestGap = LONGEST_GAP } = facts;
  const found: Violation[] = [];
  const runAt = new Map(runs.map((run) => [run.first, run]));
  let reached = limits.start;
  const look = (until: number, index: number, rule: 'gap' | 'early-stop') => {
    const hole = { start: reached, end: until };
    const speech = until - reached - silentWithin(hole, silences);
    if (speech > longestGap && Number.isFinite(until)) {
      found.push({ rule, span: hole, segments: { first: index, end: index }, mendable: false });
    }
  };
  for (let index = 0; index < segments.length; index += 1) {
    const run = runAt.get(index);
    const segment = segments[index];
    // What has false times is said somewhere in its room: that is reported as such.
    if (run) {
      reached = Math.max(reached, run.room.end);
      index = run.end - 1;
    } else if (segment) {
      look(within(segment.start, limits), index, 'gap');
      reached = Math.max(reached, within(segment.end, limits));
    }
  }
  look(limits.end, segments.length, 'early-stop');
  return found;
}

function silentWithin(hole: Span, silences: readonly Span[]): number {
  return silences.reduce(
    (sum, { start, end }) => sum + Math.max(0, Math.min(end, hole.end) - Math.max(start, hole.start)),
    0,
  );
}

function spanOf(segments: readonly Segment[], limits: Span): Span {
  const start = segments.reduce(
    (least, segment) => Math.min(least, within(segment.start, limits)),
    Number.POSITIVE_INFINITY,
  );
  const end = segments.reduce((most, segment) => Math.max(most, within(segment.end, limits)), start);
  return { start, end };
}

function indices(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
