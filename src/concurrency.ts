/**
 * Waits.
 * @param ms milliseconds
 * @param signal ends the wait at once
 * @throws the signal's reason when it is aborted
 */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Milliseconds on a clock that never goes back, for measuring. The same as performance.now(), whose module takes a
 * millisecond to load.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * A signal that follows `signal`, and is aborted with `reason` after `ms` milliseconds unless cleared before.
 */
export function limitTime(
  signal: AbortSignal,
  ms: number,
  reason: Error,
): { signal: AbortSignal; clear(): void } {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(reason), ms);
  return { signal: AbortSignal.any([signal, limit.signal]), clear: () => clearTimeout(timer) };
}

/**
 * Maps with at most `limit` calls under way at once.
 * @returns the results in the order of the items
 * @throws what the first failing call throws; those under way go on unheard
 */
export async function mapOrdered<Item, Result>(
  items: readonly Item[],
  limit: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
