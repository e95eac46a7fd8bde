import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AuthError, type ErrorDetails, QuotaError, UnavailableError } from '../../src/errors.ts';
import { type RetryOptions, retryDelayMs, withRetry } from '../../src/http/retry.ts';

test('full jitter over 1 s doubling to 32 s', () => {
  const error = unavailable();
  const ceilings = [1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => retryDelayMs(attempt, error, () => 1));
  expect(ceilings).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 32000, 32000]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 99 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, random) => {
        const ceiling = retryDelayMs(attempt, error, () => 1);
        expect(retryDelayMs(attempt, error, () => random)).toBe(random * ceiling);
      },
    ),
  );
});

test("the server's word wins over the back-off, unless it is nonsense", () => {
  expect(retryDelayMs(3, unavailable({ retryAfterMs: 12_000 }), () => 1)).toBe(12_000);
  expect(retryDelayMs(3, unavailable({ retryAfterMs: 0 }), () => 1)).toBe(0);
  for (const retryAfterMs of [-1, Number.NaN, 1e102, Number.POSITIVE_INFINITY]) {
    expect(retryDelayMs(3, unavailable({ retryAfterMs }), () => 1)).toBe(4000);
  }
});

test('tries five times, tells each wait, and throws the last error', async () => {
  const run = recorded();
  const errors = [1, 2, 3, 4, 5].map((n) => unavailable({ code: String(n) }));
  await expect(withRetry(async (n) => Promise.reject(errors[n - 1]), run.options)).rejects.toBe(errors[4]);
  expect(run.sleeps).toEqual([500, 1000, 2000, 4000]);
  expect(run.waits).toEqual(
    [1, 2, 3, 4].map((attempt) => ({ attempt, seconds: 2 ** (attempt - 2), reason: errors[attempt - 1] })),
  );
});

test('gives what a later try gives', async () => {
  const run = recorded();
  expect(
    await withRetry(async (n) => (n < 3 ? Promise.reject(unavailable()) : `answer ${n}`), run.options),
  ).toBe('answer 3');
});

test.each([
  ['not retryable', new AuthError('no'), 1],
  ['a bug of ours', new TypeError('x'), 1],
  ['worth two tries only', unavailable({ maxAttempts: 2 }), 2],
])('an error that is %s', async (_case, error, tries) => {
  let count = 0;
  const attempt = async () => {
    count += 1;
    throw error;
  };
  await expect(withRetry(attempt, recorded().options)).rejects.toBe(error);
  expect(count).toBe(tries);
});

test('no retries when none are wanted', async () => {
  const run = recorded({ retries: 0 });
  await expect(withRetry(() => Promise.reject(unavailable()), run.options)).rejects.toThrow();
  expect(run.sleeps).toEqual([]);
});

test('a wait of more than a minute is not waited for: the same error says when to come back', async () => {
  const run = recorded();
  const error = new QuotaError('quota used up', {
    retryable: true,
    retryAfterMs: 3_600_000,
    status: 429,
    code: 'X',
    hint: 'ask for more',
  });
  const thrown = await withRetry(() => Promise.reject(error), run.options).catch((reason) => reason);
  expect(run.sleeps).toEqual([]);
  expect(thrown).toBeInstanceOf(QuotaError);
  expect(thrown).toMatchObject({
    message: 'quota used up',
    status: 429,
    code: 'X',
    exitCode: 6,
    retryAfterMs: 3_600_000,
  });
  expect(thrown.hint).toMatch(/60 min.*ask for more/);
});

test('no wait begins that would pass the deadline', async () => {
  const run = recorded({ deadline: Date.now() + 10_000 });
  const error = unavailable({ retryAfterMs: 30_000 });
  await expect(withRetry(() => Promise.reject(error), run.options)).rejects.toBe(error);
  expect(run.sleeps).toEqual([]);
});

test('an abort ends the wait at once with its reason', async () => {
  const abort = new AbortController();
  const reason = new Error('Ctrl-C');
  const retrying = withRetry(() => Promise.reject(unavailable({ retryAfterMs: 60_000 })), {
    signal: abort.signal,
    onWait: () => queueMicrotask(() => abort.abort(reason)),
  });
  await expect(retrying).rejects.toBe(reason);
});

function unavailable(details: ErrorDetails = {}): UnavailableError {
  return new UnavailableError('down', { retryable: true, ...details });
}

function recorded(more: Partial<RetryOptions> = {}) {
  const sleeps: number[] = [];
  const waits: object[] = [];
  const options: RetryOptions = {
    signal: new AbortController().signal,
    random: () => 0.5,
    sleep: async (ms) => void sleeps.push(ms),
    onWait: (wait) => waits.push(wait),
    ...more,
  };
  return { sleeps, waits, options };
}
