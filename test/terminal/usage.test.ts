import { expect, it } from 'vitest';
import { renderUsage } from '../../src/terminal/usage.ts';

it('says tokens and times on one line', () => {
  const usage = {
    promptTokens: 269,
    promptDetails: [
      { name: 'image', tokens: 258 },
      { name: 'text', tokens: 11 },
    ],
    answerTokens: 42,
    firstMs: 312,
    totalMs: 1234,
  };
  expect(renderUsage(usage)).toBe(
    'tokens: 269 in (258 image, 11 text), 42 out; 0.3 s to first text, 1.2 s in all\n',
  );
  expect(renderUsage({ ...usage, promptDetails: [], cachedTokens: 200, thoughtTokens: 7 })).toBe(
    'tokens: 269 in (200 cached), 42 out (7 thinking); 0.3 s to first text, 1.2 s in all\n',
  );
});

it('leaves out what is not known', () => {
  expect(renderUsage({ totalMs: 40 })).toBe('tokens: not reported; 0.04 s in all\n');
  expect(renderUsage({ totalMs: 61_000, promptTokens: 0 })).toBe('tokens: 0 in; 61.0 s in all\n');
});
