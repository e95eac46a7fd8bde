import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mapOrdered } from '../src/concurrency.ts';

it('mapOrdered keeps the order, calls each once, and never has more than the limit under way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3)), fc.integer({ min: 1, max: 5 }), async (turns, limit) => {
      let under = 0;
      let most = 0;
      const results = await mapOrdered([...turns.entries()], limit, async ([index, turn]) => {
        most = Math.max(most, ++under);
        for (let each = 0; each < turn; each++) await setImmediate();
        under--;
        return index;
      });
      expect(results).toEqual([...turns.keys()]);
      expect(most).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 50 },
  );
});
