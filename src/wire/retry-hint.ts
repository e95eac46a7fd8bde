import type { ErrorDetail } from './error-body.ts';

/** Longer waits than this are no advice to a program but nonsense, in milliseconds. */
const LONGEST_HINT_MS = 31 * 24 * 3600 * 1000;

/** What a reply says about trying again. */
export type RetryFacts = {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly message: string | undefined;
  readonly details: readonly ErrorDetail[];
  readonly now: Date;
};

/**
 * How long the server asks to wait, in milliseconds; the most exact source wins: RetryInfo, the words "Please retry
 * in 59.9s", retry-after-ms, Retry-After (seconds or an HTTP date). Nonsense (negative, not a number, over a month) is
 * passed over.
 */
export function retryHint({ headers, message, details, now }: RetryFacts): number | undefined {
  const delays = details.map((detail) => parseDelay(detail.retryDelay));
  const words = /retry in ((?:\d+(?:\.\d+)?(?:ms|[hms]))+)/i.exec(message ?? '')?.[1];
  const candidates = [
    ...delays,
    parseDelay(words),
    plainNumber(headers['retry-after-ms']),
    seconds(plainNumber(headers['retry-after'])),
    untilDate(headers['retry-after'], now),
  ];
  return candidates.find((ms) => ms !== undefined && ms >= 0 && ms <= LONGEST_HINT_MS);
}

/** A protobuf Duration ("34.07s", or as an object), or what is written like one: "900ms", "1h2m3s". */
function parseDelay(delay: unknown): number | undefined {
  if (typeof delay === 'object' && delay !== null) {
    const { seconds: whole = 0, nanos = 0 } = delay as { seconds?: unknown; nanos?: unknown };
    return Math.ceil(Number(whole) * 1000 + Number(nanos) / 1e6);
  }
  if (typeof delay !== 'string' || !/^(\d+(\.\d+)?(ms|[hms]))+$/.test(delay)) return undefined;
  const parts = delay.matchAll(/([\d.]+)(ms|[hms])/g);
  return Math.ceil(
    [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit as Unit], 0),
  );
}

const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
type Unit = keyof typeof UNIT_MS;

function plainNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function seconds(count: number | undefined): number | undefined {
  return count === undefined ? undefined : Math.ceil(count * 1000);
}

/** Date.parse takes almost anything, so the name of a day must come first, as in every HTTP date; all are GMT. */
function untilDate(text: string | undefined, now: Date): number | undefined {
  if (text === undefined || !/^\s*(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const ms = Date.parse(text.includes('GMT') ? text : `${text} GMT`) - now.getTime();
  return Number.isFinite(ms) ? ms : undefined;
}
