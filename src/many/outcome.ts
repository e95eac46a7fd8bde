import { AuthError, GeminiError, QuotaError, RefusedError, UsageError } from '../errors.ts';
import { ERROR_NAMES } from '../terminal/report-error.ts';
import type { ItemError } from './item-record.ts';

/** An error as it is recorded. */
export function itemError(error: GeminiError): ItemError {
  const { message, exitCode, hint, status, code } = error;
  return {
    kind: ERROR_NAMES[exitCode] ?? 'internal',
    message,
    exitCode,
    ...(hint !== undefined && { hint }),
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
  };
}

/**
 * Whether an error is the run's and not the item's: every other item would fail alike. A bug of ours is one.
 * @param answered something has been answered already, so that the model is there
 */
export function endsRun(error: unknown, answered: boolean): boolean {
  if (!(error instanceof GeminiError) || error instanceof AuthError || error instanceof UsageError)
    return true;
  // No tries help against the quota of a day.
  if (error instanceof QuotaError) return !error.retryable;
  return error instanceof RefusedError && error.status === 404 && !answered;
}

/** The server says that it is asked too much. */
export function isRefusal(error: GeminiError): boolean {
  return error.status === 429 || error.status === 503;
}
