import { delay } from '../concurrency.ts';
import { type ErrorDetails, GeminiError } from '../errors.ts';

/** Tries after the first one. */
const DEFAULT_RETRIES = 4;
/** The longest wait that a server may ask for. */
const MAX_HINT_MS = 60_000;
const BASE_MS = 1000;
const MAX_BACKOFF_MS = 32_000;
/** A server that asks for more than this talks nonsense. */
const MAX_SENSIBLE_MS = 7 * 24 * 3600 * 1000;

export type RetryOptions = {
  /** Tries after the first one. */
  readonly retries?: number;
  /** Ends a wait at once. */
  readonly signal: AbortSignal;
  /** Called before each wait: for one line such as "waiting 12 s (429)". `attempt` is the one that failed, from 1. */
  readonly onWait?: (wait: { seconds: number; reason: GeminiError; attempt: number }) => void;
  /** Time by Date.now() at which the whole request must be over: no wait begins that would pass it. */
  readonly deadline?: number | undefined;
  /** From 0 up to 1. */
  readonly random?: () => number;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
};

/**
 * Tries until it works, the fault is not `retryable`, or the tries are used up. `attempt` must not be retryable any more
 * once something of an answer was passed on.
 * @throws the last attempt's error; the signal's reason
 */
export async function withRetry<T>(attempt: (n: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const {
    retries = DEFAULT_RETRIES,
    signal,
    deadline = Infinity,
    random = Math.random,
    sleep = delay,
  } = options;
  for (let n = 1; ; n++) {
    try {
      return await attempt(n);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GeminiError) || !error.retryable) throw error;
      if (n >= Math.min(retries + 1, error.maxAttempts ?? Infinity)) throw error;
      const wait = retryDelayMs(n, error, random);
      if (wait > MAX_HINT_MS) throw withWaitHint(error, wait);
      if (Date.now() + wait > deadline) throw error;
      options.onWait?.({ seconds: wait / 1000, reason: error, attempt: n });
      await sleep(wait, signal);
    }
  }
}

/**
 * Milliseconds until the next try: what the server asked for, which may be more than anyone should wait, else full
 * jitter over 1 s doubling to 32 s.
 * @param attempt the one that failed, from 1
 */
export function retryDelayMs(attempt: number, error: GeminiError, random: () => number): number {
  const asked = error.retryAfterMs;
  if (asked !== undefined && asked >= 0 && asked <= MAX_SENSIBLE_MS) return asked;
  return random() * Math.min(MAX_BACKOFF_MS, BASE_MS * 2 ** (attempt - 1));
}

/** The same error, which also says when to come back. */
function withWaitHint(error: GeminiError, waitMs: number): GeminiError {
  const again = `the server asks to wait ${duration(waitMs)}`;
  const Same = error.constructor as new (message: string, facts: ErrorDetails) => GeminiError;
  const { retryAfterMs = waitMs, code, status } = error;
  return new Same(error.message, {
    hint: error.hint === undefined ? `${again}: try again then` : `${again}; ${error.hint}`,
    cause: error.cause ?? error,
    retryable: true,
    retryAfterMs,
    details: error.details,
    ...(code !== undefined && { code }),
    ...(status !== undefined && { status }),
  });
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
