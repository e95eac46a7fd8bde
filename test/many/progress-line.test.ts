import { describe, expect, it } from 'vitest';
import { PartialError } from '../../src/errors.ts';
import { progressLine } from '../../src/many/progress-line.ts';
import { createSummary } from '../../src/many/summary.ts';
import { recordOf } from './records.ts';

const facts = {
  total: 10_000,
  done: 1240,
  failed: 3,
  leftOut: 0,
  asked: 1000,
  seconds: 20,
  tokens: 2_100_000,
  cost: 0.42,
  costOfInputAlone: false,
};

describe('progress line', () => {
  it('says how much is done, how fast, and how long it will take', () => {
    expect(progressLine(facts)).toBe(
      '1,240 done, 3 failed, 8,757 left; 50.0/s, 3 min left, 2.1M tokens, $0.4200',
    );
    const line = (cost: number) => progressLine({ ...facts, cost, costOfInputAlone: true });
    expect(line(12.345)).toMatch(/, \$12\.35 for input$/);
    // Nothing looks as if it were free.
    expect(line(0.000001)).toMatch(/less than \$0\.0001 for input$/);
  });

  it('guesses nothing from the first moment, and says nothing of what is not known', () => {
    const line = progressLine({ ...facts, failed: 0, seconds: 0.2, tokens: 0, cost: undefined });
    expect(line).toBe('1,240 done, 8,760 left');
  });
});

describe('summary', () => {
  it('counts failures by their cause, the commonest first, with an example of each', () => {
    const summary = createSummary();
    const failed = (name: string, kind: string, status?: number) =>
      recordOf(name, {
        error: { kind, message: `${kind} it was`, exitCode: 5, ...(status !== undefined && { status }) },
      });
    for (const record of [
      recordOf('a.png'),
      failed('b.png', 'blocked'),
      failed('c.png', 'unavailable', 503),
      failed('d.png', 'unavailable', 503),
      undefined,
    ]) {
      summary.add(record);
    }
    expect([summary.done, summary.failed, summary.leftOut]).toEqual([1, 3, 1]);
    const error = summary.failure('hint');
    expect(error).toBeInstanceOf(PartialError);
    expect(error?.exitCode).toBe(9);
    expect(error?.details).toEqual(['2 ×, such as c.png: unavailable it was', 'b.png: blocked it was']);
    expect(createSummary().failure('hint')).toBeUndefined();
  });
});
