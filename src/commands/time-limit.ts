import { limitTime } from '../concurrency.ts';
import type { Context } from '../context.ts';
import { UnavailableError } from '../errors.ts';

/**
 * The signal of the run, or with --timeout one that is aborted earlier; `clear` ends the waiting.
 * @param late what is said then, with the seconds there were
 */
export function timeLimit(
  { config, signal }: Pick<Context, 'config' | 'signal'>,
  late: (seconds: number) => string,
  hint?: string,
): { signal: AbortSignal; clear(): void } {
  const seconds = config.number('timeout');
  if (seconds === 0) return { signal, clear: () => {} };
  const error = new UnavailableError(`${late(seconds)} (--timeout)`, hint === undefined ? {} : { hint });
  return limitTime(signal, seconds * 1000, error);
}
