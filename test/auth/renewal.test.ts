import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renewalTime, renewed, type Token } from '../../src/auth/renewal.ts';

const MINUTE = 60_000;
const never = new AbortController().signal;

describe('renewalTime', () => {
  it('is 5 minutes before the end of a long life, three quarters into a short one, and 5 minutes from now else', () => {
    expect(renewalTime({ value: 't', endsAt: 60 * MINUTE }, 0)).toBe(55 * MINUTE);
    expect(renewalTime({ value: 't', endsAt: 4 * MINUTE }, 0)).toBe(3 * MINUTE);
    expect(renewalTime({ value: 't', endsAt: undefined }, MINUTE)).toBe(6 * MINUTE);
  });

  it('is never after the end, and never before now while the token lives', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (now, life) => {
        const at = renewalTime({ value: 't', endsAt: now + life }, now);
        expect(at).toBeLessThanOrEqual(now + life);
        expect(at).toBeGreaterThanOrEqual(now);
      }),
    );
  });
});

/** A source of numbered tokens of one hour, whose fetches end when the test says. */
function source() {
  let clock = 0;
  const fetches: { signal: AbortSignal; end(token?: Token): void; fail(error: Error): void }[] = [];
  const get = renewed(
    (signal) =>
      new Promise((resolve, reject) => {
        const value = `token-${fetches.length + 1}`;
        const end = (token: Token = { value, endsAt: clock + 60 * MINUTE }) => resolve(token);
        fetches.push({ signal, end, fail: reject });
      }),
    () => clock,
  );
  const at = (time: number) => {
    clock = time;
  };
  return { get, fetches, at };
}

describe('a renewed token', () => {
  it('is fetched once for all who ask at the same time, kept, and fetched again 5 minutes before its end', async () => {
    const { get, fetches, at } = source();
    const asked = Promise.all(Array.from({ length: 50 }, () => get({ fresh: false, signal: never })));
    fetches[0]?.end();
    expect(new Set(await asked)).toEqual(new Set(['token-1']));
    at(55 * MINUTE - 1);
    expect(await get({ fresh: false, signal: never })).toBe('token-1');
    at(55 * MINUTE);
    const later = Promise.all(Array.from({ length: 50 }, () => get({ fresh: false, signal: never })));
    expect(fetches).toHaveLength(2);
    fetches[1]?.end();
    expect(new Set(await later)).toEqual(new Set(['token-2']));
  });

  it('is fetched again when the server refused it, once for all who were refused', async () => {
    const { get, fetches } = source();
    const first = get({ fresh: false, signal: never });
    fetches[0]?.end();
    await first;
    const refused = Promise.all([1, 2, 3].map(() => get({ fresh: true, signal: never })));
    fetches[1]?.end();
    expect(await refused).toEqual(['token-2', 'token-2', 'token-2']);
  });

  it('that cannot be fetched fails for all who wait, and is tried again for the next', async () => {
    const { get, fetches } = source();
    const waiting = [get({ fresh: false, signal: never }), get({ fresh: false, signal: never })];
    fetches[0]?.fail(new Error('down'));
    for (const each of waiting) await expect(each).rejects.toThrow('down');
    const next = get({ fresh: false, signal: never });
    fetches[1]?.end();
    expect(await next).toBe('token-2');
  });

  it('is fetched on while one still waits for it, and given up when nobody does', async () => {
    const { get, fetches } = source();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = get({ fresh: false, signal: one.signal });
    const second = get({ fresh: false, signal: two.signal });
    one.abort(new Error('one left'));
    await expect(first).rejects.toThrow('one left');
    expect(fetches[0]?.signal.aborted).toBe(false);
    two.abort(new Error('two left'));
    await expect(second).rejects.toThrow('two left');
    expect(fetches[0]?.signal.aborted).toBe(true);
  });
});
