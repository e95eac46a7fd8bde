import { type GeminiError, IncompleteError } from '../../errors.ts';
import { overviewPrompt, overviewSchema } from '../../transcript/answer-schema.ts';
import { TEXT } from '../../transcript/formats/text.ts';
import { parseAnswer, parseChapters } from '../../transcript/parse-answer.ts';
import type { Chapter, Transcript } from '../../transcript/transcript.ts';
import { answerText } from '../../wire/response.ts';
import type { KeptPieces, Overview } from './kept-pieces.ts';
import type { Listening } from './listen.ts';

export type OverviewRun = Listening & {
  readonly name: string;
  readonly kept: KeptPieces;
  readonly summary: boolean;
  readonly chapters: boolean;
};

/**
 * Asks for summary and chapters of a finished transcript: of its text and not of the sound again, which costs a tenth, is
 * right for media of any length, and has chapters begin where something is said.
 * @throws GeminiError when the service cannot be asked
 */
export async function askOverview(
  run: OverviewRun,
  transcript: Transcript,
): Promise<{ overview: Overview; failure: GeminiError | undefined }> {
  const { asker, kept, name, signal, summary, chapters } = run;
  const earlier = kept.overview();
  if (earlier) return { overview: earlier, failure: undefined };
  const { translate } = asker.wish;
  const wish = { summary, chapters, ...(translate !== undefined && { translate }) };
  const text = TEXT.render({ segments: transcript.segments }, { speakers: true, timestamps: 'segment' });
  const request = asker.textRequest([overviewPrompt(wish), text], overviewSchema(wish));
  const { response, failure } = await run.gate(() => asker.send(request, signal));
  signal.throwIfAborted();
  run.onUsage(response.usageMetadata);
  if (failure) return { overview: {}, failure };
  const answer = answerText(response);
  const parsed = parseAnswer(answer, { start: 0, end: transcript.duration ?? 0 });
  const found = parsed.chapters?.length ? parsed.chapters : parseChapters(answer);
  const overview: Overview = {
    ...(summary && parsed.summary && { summary: parsed.summary }),
    ...(chapters && found.length > 0 && { chapters: inPlace(found, transcript) }),
  };
  const missing = [
    ...(summary && !overview.summary ? ['summary'] : []),
    ...(chapters && !overview.chapters ? ['chapters'] : []),
  ];
  if (missing.length > 0) {
    return {
      overview,
      failure: new IncompleteError(`${name}: the model gave no ${missing.join(' and no ')}`),
    };
  }
  await kept.keep({ overview });
  return { overview, failure: undefined };
}

/** In order, each where a segment begins, none beyond the end and no two at one place. */
function inPlace(chapters: readonly Chapter[], { segments }: Transcript): Chapter[] {
  const placed = new Map<number, Chapter>();
  for (const chapter of chapters.toSorted((a, b) => a.start - b.start)) {
    const nearest = segments.reduce<number | undefined>(
      (best, { start }) =>
        best === undefined || Math.abs(start - chapter.start) < Math.abs(best - chapter.start) ? start : best,
      undefined,
    );
    const start = nearest ?? chapter.start;
    if (!placed.has(start)) placed.set(start, { ...chapter, start });
  }
  return [...placed.values()];
}
