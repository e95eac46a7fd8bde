import {
  type CheckFacts,
  check,
  limitsOf,
  overlapToleranceOf,
  type Rule,
  runViolation,
  type Violation,
} from './check.ts';
import { secondsToSay } from './drafts.ts';
import { withoutLoops } from './mend-loops.ts';
import { separated } from './mend-overlaps.ts';
import { withFittingWords } from './mend-words.ts';
import { retime } from './retime.ts';
import type { Segment, Span } from './transcript.ts';
import { doubtfulRuns } from './trust.ts';

export type Mended = {
  /** In order, each start before its end, within the facts' span, no overlap beyond the tolerance, no loops. */
  segments: Segment[];
  /** How many violations of each rule were put right; rules without any are absent. */
  mended: Partial<Record<Rule, number>>;
  /**
   * What could not be: spans to ask again, in order of time. Their segments (by index in `segments`) are kept, with
   * times that fit between their neighbours and are no more than that.
   */
  remaining: Violation[];
};

/** Called for what was put right. */
export type Count = (rule: Rule, number?: number) => void;

/** Seconds of a loop beyond which something else may have been said there. */
const LONG_LOOP = 5;

/**
 * Puts right what `check` finds, as far as it can be without asking again: repeats of a loop are left out, false ends
 * become what the text takes to be said, segments whose times contradict the others go between their neighbours,
 * overlaps end where the next begins, what sticks out of the medium is cut off. No text is lost but that of loops.
 */
export function mend(segments: readonly Segment[], facts: CheckFacts): Mended {
  const limits = limitsOf(facts);
  const counts = new Map<Rule, number>();
  const count: Count = (rule, number = 1) => counts.set(rule, (counts.get(rule) ?? 0) + number);
  const { kept, holes } = withoutLoops(segments, limits, count);
  const upright = kept.map((segment) => withEnd(segment, limits, count));
  const { placed, doubts } = inPlace(upright, limits, count);
  const sound = separated(placed, limits, overlapToleranceOf(facts), count).map((segment) =>
    withFittingWords(segment, count),
  );
  const loops = holes
    .filter(({ start, end }) => end - start > LONG_LOOP)
    .map((span): Violation => {
      const at = sound.findIndex(({ start }) => start >= span.end);
      const index = at === -1 ? sound.length : at;
      return { rule: 'loop', span, segments: { first: index, end: index }, mendable: false };
    });
  const known = [...doubts, ...loops];
  // A hole that is reported as what made it is not reported as a hole too.
  const further = check({ segments: sound }, facts).filter(
    ({ span }) => !known.some((each) => meet(each.span, span)),
  );
  const remaining = [...known, ...further].sort((a, b) => a.span.start - b.span.start);
  return { segments: sound, mended: Object.fromEntries(counts), remaining };
}

/** An end that is not after its start: the two exchanged when that is sensible, or else an end that fits the text. */
function withEnd(segment: Segment, limits: Span, count: Count): Segment {
  const { start, end, text } = segment;
  if (end > start) return segment;
  count('reversed');
  const said = secondsToSay(text);
  // Exchanged by mistake, they tell how long it took; when that is more than the text can take, the start is believed.
  if (start > end && start - end <= 2 * said && end >= limits.start)
    return { ...segment, start: end, end: start };
  const begin = Number.isFinite(start) ? start : end - said;
  return { ...segment, start: begin, end: begin + said };
}

function inPlace(segments: readonly Segment[], limits: Span, count: Count) {
  let placed: readonly Segment[] = segments;
  const doubts: Violation[] = [];
  for (const run of doubtfulRuns(segments, limits)) {
    placed = retime(placed, run, limits);
    if (run.mendable) count(run.rule, run.end - run.first);
    else doubts.push(runViolation(run, segments, limits));
  }
  return { placed, doubts };
}

function meet(a: Span, b: Span): boolean {
  return Math.min(a.end, b.end) - Math.max(a.start, b.start) > (b.end - b.start) / 2;
}
