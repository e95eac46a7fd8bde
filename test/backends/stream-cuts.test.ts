import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GeminiError } from '../../src/errors.ts';
import { endingError } from '../../src/wire/finish-reason.ts';
import { fixture, fold, read, seen } from './read-answer.ts';

const withLineEnds = (name: string, end: string) =>
  Buffer.from(fixture(name).toString().replaceAll('\n', end));

const EVENT_STREAMS = [
  'developer.sse',
  'chat-completions.sse',
  'error-event.sse',
  'error-bare.sse',
  'error-named.sse',
];
const STREAMS: [string, Buffer][] = [
  ...EVENT_STREAMS.flatMap((name) =>
    ['\n', '\r\n', '\r'].map((end): [string, Buffer] => [
      `${name} with ${JSON.stringify(end)}`,
      withLineEnds(name, end),
    ]),
  ),
  ...['vertex-array.json', 'single.json', 'error-array.json'].map((name): [string, Buffer] => [
    name,
    fixture(name),
  ]),
];

describe.each(STREAMS)('%s', (_name, bytes) => {
  test('is read alike when cut at any byte, and byte by byte', async () => {
    const whole = seen(await read([bytes]));
    expect(seen(await read(Array.from(bytes, (byte) => Buffer.of(byte))))).toEqual(whole);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(seen(await read([bytes.subarray(0, cut), bytes.subarray(cut)]))).toEqual(whole);
    }
  });

  test('is never taken as complete when it ends early', async () => {
    const whole = await read([bytes]);
    const complete = JSON.stringify(fold(whole.chunks).candidates);
    for (let cut = 0; cut < bytes.length; cut++) {
      const { chunks, error } = await read([bytes.subarray(0, cut)]);
      const response = fold(chunks);
      if (error !== undefined) expect(error).toBeInstanceOf(GeminiError);
      else if (!endingError(response)) expect(JSON.stringify(response.candidates)).toBe(complete);
    }
  });
});

test('any bytes in any chunks end in chunks or one of our errors, the same at every cut', async () => {
  const words = [
    'data: ',
    'data:',
    'event: error\n',
    '\n',
    '\n\n',
    '\r\n',
    '\r',
    '{"error":{"code":429}}',
    '{"a":"é"}',
    '[DONE]',
  ];
  const marks = [
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    '\\',
    ':',
    ' ',
    '<',
    'x',
    '\ufeff',
    '{"error":"no"}',
    '{\n"error": 1\n}',
  ];
  const part = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...words, ...marks).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 30 }),
      fc.array(fc.nat(), { maxLength: 6 }),
      async (parts, cuts) => {
        const bytes = Buffer.concat(parts);
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const whole = await read([bytes]);
        const cut = await read(at.slice(1).map((end, i) => bytes.subarray(at[i], end)));
        if (whole.error !== undefined) expect(whole.error).toBeInstanceOf(GeminiError);
        expect({ ...seen(cut), error: (cut.error as Error)?.name }).toEqual({
          ...seen(whole),
          error: (whole.error as Error)?.name,
        });
        endingError(fold(whole.chunks));
      },
    ),
    { numRuns: 1500 },
  );
});
