import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemRecord } from '../../src/many/item-record.ts';
import { createOrderedOutput } from '../../src/many/ordered-output.ts';
import { recordOf } from './records.ts';

describe('ordered output', () => {
  it('writes in the order of the items whatever the order they end in, and reads again what it did not hold', async () => {
    const order = fc.integer({ min: 1, max: 40 }).chain((count) =>
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, index) => index),
        { minLength: count },
      ),
    );
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 0, max: 5000 }), async (indices, heldCharacters) => {
        const written: string[] = [];
        const output = createOrderedOutput({
          ordered: true,
          heldCharacters,
          journal: { read: async (place: number) => recordOf(`${place}`) },
          write: async ({ sources }) => void written.push(String(sources[0])),
          onFailure: (error) => {
            throw error;
          },
        });
        // Every fifth has nothing to write, the very first among them.
        for (const index of indices) {
          output.put(index, index % 5 === 0 ? undefined : { record: recordOf(`${index}`), place: index });
        }
        await output.settled();
        const expected = indices.filter((index) => index % 5 !== 0).sort((a, b) => a - b);
        expect(written).toEqual(expected.map(String));
      }),
    );
  });

  it('holds no more than its limit while it waits for a slow item', async () => {
    let readAgain = 0;
    const written: ItemRecord[] = [];
    const output = createOrderedOutput({
      ordered: true,
      heldCharacters: 10_000,
      journal: {
        read: async (place) => {
          readAgain += 1;
          return recordOf(`${place}`);
        },
      },
      write: async (record) => void written.push(record),
      onFailure: () => {},
    });
    for (let place = 1; place <= 100; place += 1) output.put(place, { record: recordOf(`${place}`), place });
    output.put(0, { record: recordOf('0'), place: 0 });
    await output.settled();
    expect(written).toHaveLength(101);
    // A record counts for some 500 characters.
    expect(readAgain).toBeGreaterThan(75);
  });

  it('writes each as it comes when no order is asked for', async () => {
    const written: (string | undefined)[] = [];
    const output = createOrderedOutput({
      ordered: false,
      journal: undefined,
      write: async ({ sources }) => void written.push(sources[0]),
      onFailure: () => {},
    });
    for (const index of [2, 0, 1]) output.put(index, { record: recordOf(`${index}`), place: 0 });
    await output.settled();
    expect(written).toEqual(['2', '0', '1']);
  });

  it('tells a failure to write', async () => {
    const failures: unknown[] = [];
    const full = new Error('full');
    const output = createOrderedOutput({
      ordered: true,
      journal: undefined,
      write: () => Promise.reject(full),
      onFailure: (error) => failures.push(error),
    });
    output.put(0, { record: recordOf('0'), place: 0 });
    await expect(output.settled()).rejects.toBe(full);
    expect(failures).toEqual([full]);
  });
});
