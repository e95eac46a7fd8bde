import type { GeminiError } from '../../errors.ts';
import type { CheckFacts, Rule, Violation } from '../../transcript/check.ts';
import { replaceSpan } from '../../transcript/join.ts';
import { mend } from '../../transcript/mend.ts';
import type { Segment, Span } from '../../transcript/transcript.ts';
import { type Listening, listen } from './listen.ts';

/** What is kept of one piece of a medium. */
export type Piece = {
  readonly span: Span;
  readonly segments: readonly Segment[];
  readonly language?: string;
  /** False when the model gave no times, and they are spread over the span. */
  readonly timed: boolean;
  /** How often each rule was broken and put right. */
  readonly mended: Partial<Record<Rule, number>>;
  /** Spans that were asked about again. */
  readonly askedAgain: number;
  /** Where nothing is said, as the model says when it is asked about that span alone. */
  readonly silent: readonly Span[];
  /** What is wrong all the same. */
  readonly remaining: readonly Violation[];
};

/** A piece, and why a part of it is missing. */
export type PieceResult = { readonly piece: Piece; readonly failure: GeminiError | undefined };

/** How often what is wrong is asked about again. */
const MOST_ROUNDS = 3;
/** A model is not asked about less: without a sentence around it, it makes up words. Seconds. */
const SHORTEST_QUESTION = 12;
/** Seconds without a word in which there is sound, above which the model is asked what it is. */
const LONGEST_GAP_WITH_SOUND = 8;
/** The same where nobody knows whether there is sound. */
const LONGEST_GAP = 15;
/** Seconds without a word that a model is believed when it says so twice: music, applause. More is an omission. */
const LONGEST_SILENT = 60;
/** What is asked about again overlaps with what is right. Seconds. */
const AROUND_SECONDS = 3;
/** Of a piece, above which all of it is asked about again. */
const MOST_IN_PARTS = 0.8;

/**
 * What is said in a span, held against what is known of the medium: what can be put right is, what cannot is asked about
 * again.
 * @param repair false takes the answer as it comes
 */
export async function hear(
  listening: Listening,
  span: Span,
  { speakers, repair }: { readonly speakers: readonly string[]; readonly repair: boolean },
): Promise<PieceResult> {
  const heard = await listen(listening, span, speakers);
  const common = {
    span,
    timed: heard.timed,
    ...(heard.language !== undefined && { language: heard.language }),
  };
  if (!repair) {
    const piece = {
      ...common,
      segments: heard.segments,
      mended: {},
      askedAgain: 0,
      silent: [],
      remaining: [],
    };
    return { piece, failure: heard.failure };
  }
  let facts: CheckFacts = {
    start: span.start,
    longestGap: LONGEST_GAP_WITH_SOUND,
    ...(Number.isFinite(span.end) && { end: span.end, duration: span.end }),
  };
  let failure = heard.failure;
  let silences: readonly Span[] = [];
  const silent: Span[] = [];
  let askedAgain = 0;
  const mended: Partial<Record<Rule, number>> = {};
  const mendIn = (segments: readonly Segment[], own: CheckFacts) => {
    const result = mend(segments, { ...own, silences: inOrder([...silences, ...silent]) });
    for (const [rule, count] of Object.entries(result.mended)) {
      mended[rule as Rule] = (mended[rule as Rule] ?? 0) + count;
    }
    return result;
  };
  // To look for silences takes a while, and is done only where something is missing.
  if (mend(heard.segments, facts).remaining.some(isOmission)) {
    silences = await listening.excerpts.silences();
    // Where nobody can tell silence from sound, a pause has to be allowed for.
    if (silences.length === 0) facts = { ...facts, longestGap: LONGEST_GAP };
  }
  let result = mendIn(heard.segments, facts);
  for (let round = 0; round < MOST_ROUNDS && result.remaining.length > 0 && !failure; round += 1) {
    let { segments } = result;
    for (const { wrong, asked } of questionsFor(result.remaining, span, round)) {
      askedAgain += 1;
      const again = await listen(listening, asked, speakersOf(segments, speakers));
      failure ??= again.failure;
      const answer = mendIn(again.segments, { ...asked, duration: asked.end }).segments;
      if (isSilent(wrong, answer)) silent.push(wrong);
      segments = replaceSpan(segments, wrong, { span: asked, segments: answer });
    }
    result = mendIn(segments, facts);
  }
  const piece: Piece = {
    ...common,
    segments: result.segments,
    mended,
    askedAgain,
    silent,
    remaining: result.remaining,
  };
  return { piece, failure };
}

function isSilent(span: Span, segments: readonly Segment[]): boolean {
  const seconds = span.end - span.start;
  const believed = seconds >= 1 && seconds <= LONGEST_SILENT;
  return believed && !segments.some(({ start, end }) => start < span.end && end > span.start);
}

const isOmission = ({ rule }: Violation) => rule === 'gap' || rule === 'early-stop';

type Again = {
  readonly wrong: Span;
  /** The same with what is around it, which shows where the answer belongs. */
  readonly asked: Span;
};

/**
 * What to ask again, in order; what lies close together is one. All of it where most is wrong. A clock that ran past the
 * end was wrong long before: then all of it too, and in halves when that did not help.
 */
function questionsFor(violations: readonly Violation[], whole: Span, round: number): Again[] {
  if (violations.some(({ rule }) => rule === 'late')) {
    const middle = (whole.start + whole.end) / 2;
    if (round === 0 || !Number.isFinite(middle)) return [{ wrong: whole, asked: whole }];
    const halves = [
      { start: whole.start, end: middle },
      { start: middle, end: whole.end },
    ];
    return halves.map((wrong) => ({ wrong, asked: widened(wrong, whole) }));
  }
  const questions: Again[] = [];
  for (const { span: wrong } of violations.toSorted((a, b) => a.span.start - b.span.start)) {
    const asked = widened(wrong, whole);
    const before = questions.at(-1);
    if (before && asked.start <= before.asked.end) {
      questions[questions.length - 1] = {
        wrong: { start: before.wrong.start, end: Math.max(before.wrong.end, wrong.end) },
        asked: { start: before.asked.start, end: Math.max(before.asked.end, asked.end) },
      };
    } else questions.push({ wrong, asked });
  }
  const seconds = questions.reduce((sum, { asked }) => sum + asked.end - asked.start, 0);
  return seconds > (whole.end - whole.start) * MOST_IN_PARTS ? [{ wrong: whole, asked: whole }] : questions;
}

function widened({ start, end }: Span, whole: Span): Span {
  const around = Math.max(AROUND_SECONDS, (SHORTEST_QUESTION - (end - start)) / 2);
  return { start: Math.max(whole.start, start - around), end: Math.min(whole.end, end + around) };
}

function inOrder(spans: readonly Span[]): Span[] {
  return spans.toSorted((a, b) => a.start - b.start);
}

/** Who speaks, by order of appearance, and those who are known already. */
export function speakersOf(segments: readonly Segment[], known: readonly string[] = []): string[] {
  return [...new Set([...known, ...segments.flatMap(({ speaker }) => speaker ?? [])])];
}
