import { mapOrdered } from '../../concurrency.ts';
import { type GeminiError, IncompleteError } from '../../errors.ts';
import { join } from '../../transcript/join.ts';
import { planChunks } from '../../transcript/plan-chunks.ts';
import { clock } from '../../transcript/timecode.ts';
import type { Segment, Span, Transcript } from '../../transcript/transcript.ts';
import { hear, type Piece, type PieceResult, speakersOf } from './hear.ts';
import type { KeptPieces } from './kept-pieces.ts';
import type { Listening } from './listen.ts';
import { askOverview } from './overview.ts';

export type MediumRun = Listening & {
  readonly name: string;
  readonly repair: boolean;
  readonly chunkSeconds: number;
  readonly jobs: number;
  readonly kept: KeptPieces;
  readonly summary: boolean;
  readonly chapters: boolean;
  /** Seconds of the medium that are done; those that an earlier run has done are `earlier`. */
  onDone(seconds: number, earlier: boolean): void;
  /** Called with the segments that are known not to change any more, in order, each once. */
  onSegments(segments: readonly Segment[]): void;
};

/** What came of a medium: as much of a transcript as there is, and why it is not all. */
export type MediumResult = {
  readonly transcript: Transcript;
  readonly pieces: readonly Piece[];
  readonly failure: GeminiError | undefined;
};

/** Neighbours share so much, so that a word at the border is whole in one of them. Seconds. */
const OVERLAP_SECONDS = 10;
const SHORTEST_WITH_OVERLAP = 60;

/**
 * Transcribes a medium piece by piece. The first goes ahead, and the others are told who speaks in it: that costs the
 * time of one answer, and keeps the names of speakers.
 * @throws GeminiError when the service cannot be asked; finished pieces are kept then
 */
export async function transcribeMedium(run: MediumRun): Promise<MediumResult> {
  const { range } = run.excerpts;
  const spans = await pieceSpans(run);
  const results = new Map<number, PieceResult>();
  const stream = streamInOrder(spans, results, run.onSegments);
  const one = async (index: number, signal: AbortSignal, speakers: readonly string[]) => {
    const span = spans[index] ?? range;
    results.set(index, await pieceOf({ ...run, signal }, span, speakers));
    stream.next();
  };

  await one(0, run.signal, []);
  const speakers = speakersOf(results.get(0)?.piece.segments ?? []);
  const others = [...spans.keys()].slice(1);
  await eachUntilFailure(others, run, (index, signal) => one(index, signal, speakers));

  const pieces = spans.flatMap((_, index) => results.get(index)?.piece ?? []);
  const segments = join(pieces);
  stream.end(segments);
  const failure =
    [...results.values()].find((result) => result.failure)?.failure ?? shortfall(run.name, pieces);
  const language = pieces.find((piece) => piece.language !== undefined)?.language;
  const transcript: Transcript = {
    segments,
    ...(Number.isFinite(range.end) && { duration: range.end }),
    ...(language !== undefined && { language }),
  };
  if (failure || (!run.summary && !run.chapters)) return { transcript, pieces, failure };
  const { overview, failure: unseen } = await askOverview(run, transcript);
  return { transcript: { ...transcript, ...overview }, pieces, failure: unseen };
}

/** One piece where the length is unknown, or no longer than a piece may be. */
export async function pieceSpans({
  excerpts,
  chunkSeconds,
}: Pick<MediumRun, 'excerpts' | 'chunkSeconds'>): Promise<Span[]> {
  const { start, end } = excerpts.range;
  const duration = end - start;
  const target = Math.min(chunkSeconds, await excerpts.longest());
  if (!Number.isFinite(duration) || duration <= target || target < 1) return [{ start, end }];
  const silences = (await excerpts.silences()).map((span) => ({
    start: span.start - start,
    end: span.end - start,
  }));
  const overlap = target >= SHORTEST_WITH_OVERLAP ? OVERLAP_SECONDS : target / 6;
  return planChunks({ duration, silences, target, overlap }).map((span) => ({
    start: span.start + start,
    end: span.end + start,
  }));
}

async function pieceOf(run: MediumRun, span: Span, speakers: readonly string[]): Promise<PieceResult> {
  const { kept, onDone, repair } = run;
  const seconds = Number.isFinite(span.end) ? span.end - span.start : 0;
  const earlier = kept.piece(span);
  if (earlier) {
    onDone(seconds, true);
    return { piece: earlier, failure: undefined };
  }
  const result = await hear(run, span, { speakers, repair });
  // What is not right is asked for again by the next run.
  if (!result.failure && result.piece.remaining.length === 0) await kept.keep({ piece: result.piece });
  onDone(seconds, false);
  return result;
}

/** Ends what else is under way when one fails, and waits for its end: it may be writing down what came. */
async function eachUntilFailure(
  indices: readonly number[],
  { signal, jobs }: Pick<MediumRun, 'signal' | 'jobs'>,
  task: (index: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const begun: Promise<void>[] = [];
  try {
    await mapOrdered(indices, jobs, (index) => {
      const one = task(index, either);
      begun.push(one);
      return one;
    });
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(begun);
    throw error;
  }
}

/** Hands on segments as soon as the piece after theirs is there, since the border between two may change both. */
function streamInOrder(
  spans: readonly Span[],
  results: ReadonlyMap<number, PieceResult>,
  onSegments: (segments: readonly Segment[]) => void,
) {
  let handedOn = 0;
  const handOn = (segments: readonly Segment[]) => {
    if (segments.length > 0) onSegments(segments);
    handedOn += segments.length;
  };
  return {
    next() {
      const count = spans.findIndex((_, index) => !results.has(index));
      const until = spans[count]?.start;
      if (count <= 0 || until === undefined) return;
      const joined = join(spans.slice(0, count).flatMap((_, index) => results.get(index)?.piece ?? []));
      const open = joined.findIndex(({ end }) => end > until - SETTLED_SECONDS);
      handOn(joined.slice(handedOn, open < 0 ? undefined : Math.max(open, handedOn)));
    },
    end(segments: readonly Segment[]) {
      handOn(segments.slice(handedOn));
    },
  };
}

/** So far before the next piece nothing of it can reach. */
const SETTLED_SECONDS = 2;

/** What is wrong with the whole when each piece is as good as it gets. */
function shortfall(name: string, pieces: readonly Piece[]): GeminiError | undefined {
  const remaining = pieces.flatMap((piece) => piece.remaining);
  if (remaining.length > 0) {
    return new IncompleteError(`${name}: ${inWords(remaining.length)} not right, though asked for again`, {
      details: remaining.map(({ rule, span }) => `${clock(span.start)}–${clock(span.end)}: ${rule}`),
      hint: 'run it again to ask for these alone; --no-repair takes what the model says',
    });
  }
  if (pieces.every(({ segments }) => segments.length === 0)) {
    return new IncompleteError(`${name}: the model heard no speech in it`);
  }
  return undefined;
}

function inWords(count: number): string {
  return count === 1 ? 'one part is' : `${count} parts are`;
}
