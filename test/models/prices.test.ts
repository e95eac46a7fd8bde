import { describe, expect, it } from 'vitest';
import { costOf, parsePrices, priceOf } from '../../src/models/prices.ts';

const november = new Date('2026-11-22T12:00:00Z');

describe('the price of a prompt', () => {
  it('is known of models whose price was read, at the service it was read of', () => {
    expect(priceOf('gemini-3.8-flash', 'developer', november)).toMatchObject({ input: 0.75 });
    expect(priceOf('models/gemini-2.5-pro', 'developer', november)).toMatchObject({ input: 1.25 });
    expect(priceOf('gemini-3.8-flash', 'vertex', november)).toBeUndefined();
    expect(priceOf('gemini-3.8-flash', 'emulator', november)).toBeUndefined();
    expect(priceOf('gemini-3.8-flash-image', 'developer', november)).toBeUndefined();
    expect(priceOf('llama-4', 'openai', november)).toBeUndefined();
  });

  it('changes on the day that was announced', () => {
    const at = (day: string) => priceOf('gemini-3.8-flash', 'developer', new Date(day))?.input;
    expect(at('2026-12-31T23:59:59Z')).toBe(0.75);
    expect(at('2027-01-01T00:00:00Z')).toBe(1.5);
  });

  it('has a place where it stands and the day it was read', () => {
    expect(priceOf('gemini-3.5-flash', 'developer', november)?.source).toMatch(/\d{4}-\d\d-\d\d/);
  });

  it('is the person’s own first, at any backend', () => {
    const own = parsePrices({ 'gemini-3.8-flash': { input: 0.1 }, 'llama-4': 0.02 });
    if (typeof own === 'string') throw new Error(own);
    expect(priceOf('gemini-3.8-flash', 'developer', november, own)).toMatchObject({ input: 0.1 });
    expect(priceOf('llama-4', 'openai', november, own)).toMatchObject({ input: 0.02 });
  });

  it.each([
    [[]],
    [null],
    [{ m: 'cheap' }],
    [{ m: {} }],
    [{ m: { input: -1 } }],
    [{ m: { input: 1, outputs: 2 } }],
  ])('is not read from %j', (json) => expect(typeof parsePrices(json)).toBe('string'));
});

it('a cost has a second rate for long prompts, and one for sound', () => {
  expect(costOf({ input: 2, inputOver200k: 4 }, { all: 200_000, audio: 0 })).toBeCloseTo(0.4);
  expect(costOf({ input: 2, inputOver200k: 4 }, { all: 300_000, audio: 0 })).toBeCloseTo(1.2);
  const pro = { input: 2, output: 12, inputOver200k: 4, outputOver200k: 18 };
  expect(costOf(pro, { all: 100_000, audio: 0, answer: 10_000 })).toBeCloseTo(0.32);
  expect(costOf(pro, { all: 300_000, audio: 0, answer: 10_000 })).toBeCloseTo(1.38);
  expect(costOf({ input: 2 }, { all: 100_000, audio: 0, answer: 10_000 })).toBeCloseTo(0.2);
  expect(costOf({ input: 0.3, audio: 1 }, { all: 1_000_000, audio: 500_000 })).toBeCloseTo(0.65);
});
