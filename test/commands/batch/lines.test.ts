import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLines } from '../../../src/commands/batch/byte-lines.ts';
import { inOrder } from '../../../src/commands/batch/in-order.ts';
import { keyOf, placeOf } from '../../../src/commands/batch/item-lines.ts';
import { writeRequests } from '../../../src/commands/batch/write-requests.ts';

async function* from<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

describe('lines of bytes', () => {
  it('are the same however the bytes are cut', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', '\r', '\u2028', 'é', '😀', '"') });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(20)), fc.boolean(), async (lines, cuts, ended) => {
        const bytes = Buffer.from(lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''));
        const pieces: Buffer[] = [];
        let rest = bytes;
        for (const cut of cuts) {
          pieces.push(rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        const found: string[] = [];
        for await (const each of byteLines(from([...pieces, rest]))) found.push(each.toString());
        // Nothing after the last line end is no line.
        const last = !ended && lines.at(-1) === '' ? lines.slice(0, -1) : lines;
        expect(found).toEqual(last);
      }),
    );
  });
});

describe('calls in order', () => {
  it('give their results in order, with no more under way than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(20),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(3)),
        async (count, limit, waits) => {
          let under = 0;
          let most = 0;
          const found: number[] = [];
          const call = async (index: number) => {
            under += 1;
            most = Math.max(most, under);
            for (let turn = 0; turn < (waits[index] ?? 0); turn++) await Promise.resolve();
            under -= 1;
            return index;
          };
          for await (const index of inOrder(count, limit, call)) found.push(index);
          expect(found).toEqual(Array.from({ length: count }, (_, index) => index));
          expect(most).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it('fail when the turn of the call that failed has come', async () => {
    const found: number[] = [];
    const run = async () => {
      const call = async (index: number) => (index === 1 ? Promise.reject(new Error('no')) : index);
      for await (const index of inOrder(3, 3, call)) found.push(index);
    };
    await expect(run()).rejects.toThrow('no');
    expect(found).toEqual([0]);
  });
});

describe('keys', () => {
  it('tell the place of an input and what it is, whatever its name', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.string({ minLength: 1, maxLength: 50, unit: fc.constantFrom('a', '#', ' ', '\n', 'é', '1') }),
        (index, name) => {
          expect(placeOf(keyOf(index, [name]))).toEqual({ index, source: name });
        },
      ),
    );
    expect(placeOf('# 1 a')).toBeUndefined();
    expect(placeOf('k1')).toBeUndefined();
  });
});

describe('files of requests', () => {
  const lines = (texts: readonly string[]) =>
    from(texts.map((line, index) => ({ key: `${index}`, sources: [line], line, identity: line })));

  it('hold every line once, in order, and never more than a job takes', async () => {
    const { readFile } = await import('node:fs/promises');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'é') }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 17, max: 60 }),
        async (texts, requests, bytes) => {
          const written = await writeRequests(lines(texts), { requests, bytes });
          const files = await Promise.all(written.files.map(({ path }) => readFile(path, 'utf8')));
          await written.remove();
          expect(files.join('')).toBe(texts.map((text) => `${text}\n`).join(''));
          for (const [index, file] of written.files.entries()) {
            expect(file.bytes).toBe(Buffer.byteLength(files[index] ?? ''));
            expect(file.bytes).toBeLessThanOrEqual(bytes);
            expect(file.requests).toBeLessThanOrEqual(requests);
            expect(file.requests).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are named by what they ask: the same again, another limit or another line otherwise', async () => {
    const print = async (texts: readonly string[], requests = 2) => {
      const { fingerprint, remove } = await writeRequests(lines(texts), { requests, bytes: 100 });
      await remove();
      return fingerprint;
    };
    const first = await print(['a', 'b']);
    expect(await print(['a', 'b'])).toBe(first);
    expect(await print(['a', 'b'], 1)).not.toBe(first);
    expect(await print(['ab'])).not.toBe(first);
  });

  it('refuse a line that no job takes', async () => {
    await expect(writeRequests(lines(['x'.repeat(100)]), { requests: 1, bytes: 50 })).rejects.toMatchObject({
      exitCode: 3,
    });
  });
});
