import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnavailableError } from '../../src/errors.ts';
import { JsonStreamParser } from '../../src/http/json-stream.ts';
import { EVENT_LIMIT } from '../../src/http/pending-bytes.ts';

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 });

test('gives each element of an array, however it is spaced and cut', () => {
  const spaces = fc.constantFrom(undefined, 2, '\t');
  const cuts = fc.array(fc.nat(), { maxLength: 8 });
  fc.assert(
    fc.property(objects, spaces, cuts, (values, space, cuts) => {
      const parser = new JsonStreamParser();
      const texts = cut(Buffer.from(JSON.stringify(values, null, space)), cuts).flatMap((bytes) =>
        parser.push(bytes),
      );
      expect(texts.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(values)));
      expect(parser.state).toBe('between');
    }),
    { numRuns: 300 },
  );
});

test('gives an element at its last byte, and knows when it stands within', () => {
  const parser = new JsonStreamParser();
  expect(parser.push(Buffer.from('[{"a": "}]\\\\\\"'))).toEqual([]);
  expect(parser.push(Buffer.from('x"}'))).toEqual(['{"a": "}]\\\\\\"x"}']);
  expect(parser.state).toBe('within');
  expect(parser.push(Buffer.from('\n]\n'))).toEqual([]);
  expect(parser.state).toBe('between');
});

test('stops at text between the values, after what came before it', () => {
  const parser = new JsonStreamParser();
  expect(parser.push(Buffer.from('[{"a":1}, oops {"b":2}]'))).toEqual(['{"a":1}']);
  expect(parser.state).toBe('malformed');
  expect(parser.push(Buffer.from('{}'))).toEqual([]);
});

test('refuses a value over the ceiling', () => {
  const parser = new JsonStreamParser();
  const chunk = Buffer.alloc(1024 * 1024, '[');
  expect(() => {
    for (let sent = 0; sent <= EVENT_LIMIT; sent += chunk.length) parser.push(chunk);
  }).toThrow(UnavailableError);
});
