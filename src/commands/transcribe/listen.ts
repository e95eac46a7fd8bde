import { BlockedError, type GeminiError, IncompleteError } from '../../errors.ts';
import type { Generation } from '../../generate.ts';
import { join, offset } from '../../transcript/join.ts';
import type { Segment, Span } from '../../transcript/transcript.ts';
import type { UsageMetadata } from '../../wire/generate-content.ts';
import { finishReasonOf } from '../../wire/response.ts';
import type { Asker } from './asker.ts';
import type { Excerpts } from './excerpts.ts';

/** What asking needs, whatever span it is for. */
export type Listening = {
  readonly asker: Asker;
  readonly excerpts: Excerpts;
  readonly signal: AbortSignal;
  /** Runs a task when there is room for one more request. */
  gate<Result>(task: () => Promise<Result>): Promise<Result>;
  onUsage(usage: UsageMetadata | undefined): void;
};

/** What was heard in a span, in the time of the whole, as the model says it. */
export type Heard = {
  readonly segments: readonly Segment[];
  readonly language: string | undefined;
  /** False when the model gave no times, and they are spread over the span. */
  readonly timed: boolean;
  /** Why not all of the span was answered, if it was not. */
  readonly failure: GeminiError | undefined;
};

/** An answer that breaks off is asked for again, or for the rest, so often without getting further. */
const MOST_TRIES = 3;
/** Less is no progress: such a rest is not worth a request. Seconds. */
const LEAST_PROGRESS = 1;

/**
 * Asks what is said in a span. An answer that breaks off, at the limit of tokens or in the middle of its JSON, is gone on
 * with from its last whole segment.
 * @throws GeminiError when the service cannot be asked at all
 */
export async function listen(listening: Listening, span: Span, speakers: readonly string[]): Promise<Heard> {
  const parts: { span: Span; segments: readonly Segment[] }[] = [];
  let language: string | undefined;
  let timed = true;
  let failure: GeminiError | undefined;
  let from = span.start;
  for (let tries = 0; tries < MOST_TRIES; ) {
    const rest = { start: from, end: span.end };
    const last = parts.at(-1)?.segments.at(-1);
    const after = last && { end: last.end, text: last.text };
    const answer = await askOnce(listening, { span: rest, speakers, ...(after && { after }) });
    language ??= answer.language;
    timed &&= answer.timed;
    ({ failure } = answer);
    const { segments, reached } = answer;
    if (!answer.brokenOff || span.end - reached < LEAST_PROGRESS) {
      if (answer.brokenOff) failure = undefined;
      parts.push({ span: rest, segments });
      break;
    }
    // What stands after an answer that a policy stopped is stopped again.
    const forgone = failure instanceof BlockedError;
    if (reached - from >= LEAST_PROGRESS) {
      parts.push({ span: forgone ? rest : { start: from, end: reached }, segments });
      from = reached;
      tries = 0;
    } else tries += 1;
    if (forgone) break;
    failure ??= new IncompleteError('the answers broke off again and again');
  }
  return { segments: join(parts), language, timed, failure };
}

type Once = Omit<Heard, 'failure'> & {
  readonly failure: GeminiError | undefined;
  readonly brokenOff: boolean;
  /** Up to where there are whole segments. */
  readonly reached: number;
};

async function askOnce(
  { asker, excerpts, signal, gate, onUsage }: Listening,
  question: { span: Span; speakers: readonly string[]; after?: { end: number; text: string } },
): Promise<Once> {
  return gate(async () => {
    signal.throwIfAborted();
    const excerpt = await excerpts.of(question.span);
    const whole = { ...question, excerpt };
    const generation = await asker.send(asker.request(whole), signal, excerpt);
    signal.throwIfAborted();
    onUsage(generation.response.usageMetadata);
    const parsed = asker.read(generation, whole);
    const brokenOff = isBrokenOff(generation) || !parsed.whole;
    const cutInText = brokenOff && parsed.whole;
    // JSON that is cut shows which segments are whole; the last line of a text may be cut or not.
    const kept = cutInText ? parsed.segments.slice(0, -1) : parsed.segments;
    const segments = offset(kept, excerpt.zero);
    const reached = Math.max(question.span.start, ...segments.map(({ end }) => end));
    const { language, timed } = parsed;
    return { segments, language, timed, failure: generation.failure, brokenOff, reached };
  });
}

function isBrokenOff({ response, failure }: Generation): boolean {
  return finishReasonOf(response) === 'MAX_TOKENS' || failure !== undefined;
}
