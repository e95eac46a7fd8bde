import { setMaxListeners } from 'node:events';

/** A token as it was received. Times are milliseconds since 1970. */
export type Token = {
  readonly value: string;
  /** Undefined: nobody says. */
  readonly endsAt: number | undefined;
};

/** A token is renewed so long before its end, so that it does not end on the way to the server. */
const MARGIN_MS = 5 * 60_000;
/** How long a token is used whose end nobody knows. */
const UNKNOWN_LIFE_MS = 5 * 60_000;

/**
 * When to get another token: 5 minutes before its end; of one that lives less than 20 minutes, after three quarters of
 * its life.
 */
export function renewalTime({ endsAt }: Token, now: number): number {
  if (endsAt === undefined) return now + UNKNOWN_LIFE_MS;
  return endsAt - Math.min(MARGIN_MS, Math.max(0, (endsAt - now) / 4));
}

/** Gives the token in hand, or a new one when it is time or the server refused the last. */
export type TokenSource = (options: { fresh: boolean; signal: AbortSignal }) => Promise<string>;

type Fetch = { readonly token: Promise<string>; readonly stop: AbortController; waiting: number };

/**
 * Keeps a token until it is time for another one. Whoever asks meanwhile waits for the same fetch, which is aborted
 * when nobody waits any more.
 */
export function renewed(fetchToken: (signal: AbortSignal) => Promise<Token>, now: () => number): TokenSource {
  let held: { value: string; until: number } | undefined;
  let pending: Fetch | undefined;

  const begin = (): Fetch => {
    const stop = new AbortController();
    const token = fetchToken(stop.signal).then((fetched) => {
      held = { value: fetched.value, until: renewalTime(fetched, now()) };
      return fetched.value;
    });
    const fetch = { token, stop, waiting: 0 };
    const end = () => {
      if (pending === fetch) pending = undefined;
    };
    token.then(end, end);
    return fetch;
  };

  return async ({ fresh, signal }) => {
    signal.throwIfAborted();
    if (held && !fresh && now() < held.until) return held.value;
    pending ??= begin();
    const fetch = pending;
    fetch.waiting += 1;
    try {
      return await unlessAborted(fetch.token, signal);
    } finally {
      fetch.waiting -= 1;
      if (fetch.waiting === 0 && pending === fetch) {
        pending = undefined;
        fetch.stop.abort(signal.reason);
      }
    }
  };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // Many requests of a run wait by the same signal, and Node 20 warns on stderr at the eleventh listener.
  setMaxListeners(0, signal);
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
