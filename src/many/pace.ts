/**
 * When the next of many requests may start: the arithmetic of concurrency and rates, without a clock of its own. Times
 * are in milliseconds on any clock that does not go back.
 *
 * Concurrency goes down by half when the server says that it is too much, once for all requests that were under way
 * then, and up by one for each full round of answers, as TCP does it (RFC 5681).
 */
export type Pace = {
  /** How long until a request may start: 0 is now; Infinity is when one that is under way has ended. */
  waitMs(now: number): number;
  /** A request starts: only when waitMs said 0. */
  start(now: number): Started;
  /** It was answered. @param tokens of its prompt, where that is known */
  answered(started: Started, tokens: number | undefined): void;
  /** The server takes no more (429, 503). @param retryAfterMs what it asks to wait */
  refused(started: Started, now: number, retryAfterMs: number | undefined): void;
  /** It failed for another reason, which says nothing of the rate. */
  failed(started: Started): void;
  /** Requests that may be under way now. */
  readonly limit: number;
  /** How often in a row the server took no more, with no answer in between. */
  readonly fruitless: number;
};

/** A request under way. */
export type Started = { readonly round: number; readonly tokens: Amount; ended: boolean };

export type PaceOptions = {
  /** Requests under way at once at most. */
  readonly concurrency: number;
  readonly requestsPerMinute?: number | undefined;
  /** Of prompts; how many a request has is guessed by those before it. */
  readonly tokensPerMinute?: number | undefined;
  /** From 0 up to 1. */
  readonly random?: () => number;
};

const MINUTE_MS = 60_000;
/** Of a prompt before any is known: an image is about as much. */
const FIRST_GUESS_TOKENS = 1000;
const BASE_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 32_000;

export function createPace(options: PaceOptions): Pace {
  const { concurrency, requestsPerMinute, tokensPerMinute, random = Math.random } = options;
  const requests = createWindow(requestsPerMinute ?? Infinity);
  const tokens = createWindow(tokensPerMinute ?? Infinity);
  let limit = concurrency;
  let underWay = 0;
  let round = 0;
  let fruitless = 0;
  let pausedUntil = -Infinity;
  let guess = FIRST_GUESS_TOKENS;

  const end = (started: Started) => {
    if (started.ended) throw new Error('a request ended twice');
    started.ended = true;
    underWay -= 1;
  };
  return {
    get limit() {
      return Math.floor(limit);
    },
    get fruitless() {
      return fruitless;
    },
    waitMs(now) {
      if (underWay >= Math.floor(limit)) return Infinity;
      return Math.max(0, pausedUntil - now, requests.waitMs(now, 1), tokens.waitMs(now, guess));
    },
    start(now) {
      underWay += 1;
      requests.add(now, 1);
      return { round, tokens: tokens.add(now, guess), ended: false };
    },
    answered(started, used) {
      end(started);
      fruitless = 0;
      limit = Math.min(concurrency, limit + 1 / Math.floor(limit));
      if (used === undefined) return;
      tokens.correct(started.tokens, used);
      guess = Math.ceil(guess * 0.8 + used * 0.2);
    },
    refused(started, now, retryAfterMs) {
      end(started);
      tokens.correct(started.tokens, 0);
      if (started.round === round) {
        round += 1;
        fruitless += 1;
        limit = Math.max(1, Math.floor(limit) / 2);
        pausedUntil = Math.max(pausedUntil, now + (retryAfterMs ?? backoffMs(fruitless, random)));
      } else if (retryAfterMs !== undefined) {
        pausedUntil = Math.max(pausedUntil, now + retryAfterMs);
      }
    },
    failed: end,
  };
}

/**
 * Milliseconds before the next try, without the server's word: doubling from 1 s to 32 s, and a random part of it.
 * @param attempt the one that failed, from 1
 */
export function backoffMs(attempt: number, random: () => number): number {
  return random() * Math.min(LONGEST_WAIT_MS, BASE_WAIT_MS * 2 ** (attempt - 1));
}

type Amount = { readonly at: number; amount: number };

/** Sums what was added in the last minute. */
type Window = {
  add(now: number, amount: number): Amount;
  correct(entry: Amount, amount: number): void;
  /** Until so much more fits; what is more than fits at all waits until there is nothing else. */
  waitMs(now: number, amount: number): number;
};

const NOTHING: Amount = { at: 0, amount: 0 };

function createWindow(most: number): Window {
  if (most === Infinity) return { add: () => NOTHING, correct: () => {}, waitMs: () => 0 };
  let entries: Amount[] = [];
  let first = 0;
  let sum = 0;
  const forget = (now: number) => {
    for (let entry = entries[first]; entry && entry.at <= now - MINUTE_MS; entry = entries[first]) {
      sum -= entry.amount;
      first += 1;
    }
    if (first > 1000 && first > entries.length / 2) {
      entries = entries.slice(first);
      first = 0;
    }
  };
  return {
    add(now, amount) {
      const entry = { at: now, amount };
      entries.push(entry);
      sum += amount;
      return entry;
    },
    correct(entry, amount) {
      // One that has left the window already is not in the sum.
      if (first < entries.length && entry.at >= (entries[first]?.at ?? Infinity))
        sum += amount - entry.amount;
      entry.amount = amount;
    },
    waitMs(now, amount) {
      forget(now);
      let rest = sum;
      if (rest + amount <= most) return 0;
      for (let index = first; index < entries.length; index += 1) {
        const entry = entries[index];
        if (!entry) break;
        rest -= entry.amount;
        if (rest + amount <= most || index === entries.length - 1) return entry.at + MINUTE_MS - now;
      }
      return 0;
    },
  };
}
