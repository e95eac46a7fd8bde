import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, createPace, type PaceOptions, type Started } from '../../src/many/pace.ts';

const MINUTE_MS = 60_000;

/** One request of a simulated run: how long it takes, and what the server says. */
type Fate = { readonly ms: number; readonly refuse: boolean; readonly retryAfterMs: number | undefined };

/** Runs requests on a clock of its own; refused ones come again, once, and are then answered. */
function simulate(options: PaceOptions, fates: readonly Fate[], tokens = 100) {
  const pace = createPace({ random: () => 0.5, ...options });
  const starts: { at: number; tokens: number; beforePauseEnd: boolean }[] = [];
  const underWay: { end: number; fate: Fate; started: Started }[] = [];
  const queue = [...fates];
  let now = 0;
  let most = 0;
  let answered = 0;
  let pausedUntil = 0;
  for (let step = 0; answered < fates.length; step += 1) {
    if (step > 100_000) throw new Error('the run does not end');
    const wait = queue.length === 0 ? Infinity : pace.waitMs(now);
    const nextEnd = Math.min(...underWay.map(({ end }) => end));
    if (wait === 0) {
      const fate = queue.shift();
      if (!fate) throw new Error('nothing to start');
      starts.push({ at: now, tokens, beforePauseEnd: now < pausedUntil });
      underWay.push({ end: now + fate.ms, fate, started: pace.start(now) });
      most = Math.max(most, underWay.length);
      continue;
    }
    now = Math.min(now + wait, nextEnd);
    expect(Number.isFinite(now)).toBe(true);
    for (const each of underWay.filter(({ end }) => end <= now)) {
      underWay.splice(underWay.indexOf(each), 1);
      if (each.fate.refuse) {
        pace.refused(each.started, now, each.fate.retryAfterMs);
        pausedUntil = Math.max(pausedUntil, now + (each.fate.retryAfterMs ?? 0));
        queue.unshift({ ...each.fate, refuse: false });
      } else {
        pace.answered(each.started, tokens);
        answered += 1;
      }
    }
  }
  return { starts, most, pace, now };
}

const fate = fc.record({
  ms: fc.integer({ min: 1, max: 20_000 }),
  refuse: fc.boolean(),
  retryAfterMs: fc.option(fc.integer({ min: 0, max: 50_000 }), { nil: undefined }),
});
const fates = fc.array(fate, { minLength: 1, maxLength: 60 });

/** The most that any window of a minute holds. */
function mostInMinute(starts: readonly { at: number; tokens: number }[], of: 'requests' | 'tokens'): number {
  return Math.max(
    ...starts.map(({ at }) =>
      starts
        .filter((other) => other.at >= at && other.at < at + MINUTE_MS)
        .reduce((sum, { tokens }) => sum + (of === 'tokens' ? tokens : 1), 0),
    ),
  );
}

describe('pace', () => {
  it('never has more under way than it may, and comes to the end whatever the server says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fates, (concurrency, given) => {
        const { most, starts } = simulate({ concurrency }, given);
        expect(most).toBeLessThanOrEqual(concurrency);
        expect(starts).toHaveLength(given.length + given.filter(({ refuse }) => refuse).length);
      }),
    );
  });

  it('starts nothing before the time that any refusal asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fates, (concurrency, given) => {
        expect(simulate({ concurrency }, given).starts.filter((each) => each.beforePauseEnd)).toEqual([]);
      }),
    );
  });

  it('starts no more requests in any minute than allowed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), fates, (requestsPerMinute, given) => {
        const { starts } = simulate({ concurrency: 8, requestsPerMinute }, given);
        expect(mostInMinute(starts, 'requests')).toBeLessThanOrEqual(requestsPerMinute);
      }),
    );
  });

  it('sends no more tokens in any minute than allowed, once it knows how many a prompt has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 5000 }), fates, (tokensPerMinute, given) => {
        const alike = given.map((each) => ({ ...each, refuse: false }));
        const { starts } = simulate({ concurrency: 4, tokensPerMinute }, alike, 100);
        expect(mostInMinute(starts, 'tokens')).toBeLessThanOrEqual(tokensPerMinute);
      }),
    );
  });

  it('lets a prompt through that alone has more tokens than a minute may', () => {
    const pace = createPace({ concurrency: 2, tokensPerMinute: 10 });
    const first = pace.start(0);
    expect(pace.waitMs(1)).toBeGreaterThan(0);
    pace.answered(first, 5000);
    expect(pace.waitMs(MINUTE_MS)).toBe(0);
  });

  it('halves once for all that were under way, and grows by one in a round of answers', () => {
    const pace = createPace({ concurrency: 16 });
    const started = Array.from({ length: 16 }, () => pace.start(0));
    for (const each of started) pace.refused(each, 10, 100);
    expect(pace.limit).toBe(8);
    expect(pace.fruitless).toBe(1);
    expect(pace.waitMs(10)).toBe(100);
    const round = () => {
      const turns = Array.from({ length: pace.limit }, () => pace.start(200));
      for (const turn of turns) pace.answered(turn, undefined);
    };
    round();
    expect(pace.limit).toBeGreaterThanOrEqual(8);
    expect(pace.limit).toBeLessThanOrEqual(9);
    expect(pace.fruitless).toBe(0);
    for (let rounds = 0; rounds < 20; rounds += 1) round();
    expect(pace.limit).toBe(16);
  });

  it('waits longer each time where the server does not say how long', () => {
    const pace = createPace({ concurrency: 4, random: () => 0.999 });
    const waits = [0, 100_000, 200_000, 300_000].map((now) => {
      pace.refused(pace.start(now), now, undefined);
      return pace.waitMs(now);
    });
    expect(waits.every((wait, index) => index === 0 || wait > (waits[index - 1] ?? 0))).toBe(true);
    expect(backoffMs(50, () => 0.999)).toBeLessThanOrEqual(32_000);
  });
});
