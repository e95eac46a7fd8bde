import { delay, monotonicMs } from '../concurrency.ts';
import { GeminiError } from '../errors.ts';
import type { Gate } from './gate.ts';
import type { ItemRecord } from './item-record.ts';
import type { Stored } from './journal.ts';
import { endsRun, isRefusal, itemError } from './outcome.ts';
import { backoffMs } from './pace.ts';

/** What is known of an item before it is asked. */
export type ItemFacts = Required<Pick<ItemRecord, 'key' | 'sources' | 'sha256' | 'types' | 'stamps'>>;

/** What one try brought; `failure` says that it is no good answer, or not all of it. */
export type Answer = Pick<ItemRecord, 'text' | 'data' | 'finishReason' | 'usage'> & {
  readonly failure?: GeminiError | undefined;
};

/** An item that was looked at. */
export type Task = {
  readonly facts: ItemFacts;
  /** The record of an earlier run that is known to be of this very input. */
  readonly own: Stored | undefined;
  /** One try. @throws GeminiError when there is no answer */
  ask(signal: AbortSignal): Promise<Answer>;
};

/** Refusals in a row, with no answer in between, for each try that is allowed. */
const FRUITLESS_FOR_EACH_TRY = 3;
/** An item may be refused for the sake of all others: that counts less than a failure of its own. */
const REFUSALS_FOR_EACH_TRY = 5;

export type Tries = {
  /** Tries of one item after its first. */
  readonly retries: number;
  readonly gate: Gate;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  /** Ends waits between tries. */
  readonly waits: AbortSignal;
  /** Whether anything has been answered in this run. */
  readonly state: { answered: boolean };
};

/**
 * Asks until there is an answer, or the item has failed for good. Between tries nothing is held: others have their turn.
 * @throws what ends the whole run (outcome.ts); the reason for which the gate was closed
 */
export async function retryUntilAnswered(
  task: Task,
  { retries, gate, signal, waits, state }: Tries,
): Promise<ItemRecord> {
  let refusals = 0;
  for (let failures = 0; ; ) {
    const turn = await gate.enter(failures + refusals > 0);
    const started = monotonicMs();
    let answer: Answer;
    try {
      answer = await task.ask(signal);
    } catch (error) {
      signal.throwIfAborted();
      // Its turn is not given back: nobody else is to run into the same.
      if (endsRun(error, state.answered) || !(error instanceof GeminiError)) throw error;
      if (isRefusal(error) && error.retryable) gate.refused(turn, error.retryAfterMs);
      else gate.failed(turn);
      if (error.status === 429) refusals += 1;
      else failures += 1;
      if (error.retryable && gate.pace.fruitless > FRUITLESS_FOR_EACH_TRY * (retries + 1)) throw error;
      const most = Math.min(retries + 1, error.maxAttempts ?? Infinity);
      const givenUp = failures >= most || refusals > REFUSALS_FOR_EACH_TRY * retries;
      if (!error.retryable || givenUp) return { ...task.facts, error: itemError(error) };
      if (!isRefusal(error)) await delay(error.retryAfterMs ?? backoffMs(failures, Math.random), waits);
      continue;
    }
    gate.answered(turn, answer.usage?.promptTokenCount);
    state.answered = true;
    const { failure, ...rest } = answer;
    const seconds = Math.round(monotonicMs() - started) / 1000;
    return { ...task.facts, ...rest, seconds, ...(failure && { error: itemError(failure) }) };
  }
}
