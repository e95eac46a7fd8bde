import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UnavailableError } from '../../src/errors.ts';
import { EVENT_LIMIT } from '../../src/http/pending-bytes.ts';
import { EventStreamParser } from '../../src/http/sse.ts';

function parse(...chunks: (string | Uint8Array)[]) {
  const parser = new EventStreamParser();
  const items = chunks.flatMap((chunk) => parser.push(Buffer.from(chunk as string)));
  return [...items, ...parser.end()];
}

/** A reading of the specification's text, line by line, without any care for speed or cuts. */
function bySpecification(stream: string) {
  const items: object[] = [];
  let data: string[] = [];
  let event = '';
  const dispatch = () => {
    if (data.length > 0) items.push({ ...(event && { event }), data: data.join('\n') });
    data = [];
    event = '';
  };
  for (const line of stream.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    const [, name = line, value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
    if (line === '') dispatch();
    else if (line.startsWith(':')) continue;
    else if (name === 'data') data.push(value);
    else if (name === 'event') event = value;
    else if (name !== 'id' && name !== 'retry') items.push({ other: line });
  }
  dispatch();
  return items;
}

const pieces = fc.constantFrom(
  ...[
    'data',
    'data:',
    'data: ',
    'event: x',
    'event',
    'id: 1',
    'retry: 5',
    ':',
    ' ',
    '{"a":1}',
    'é',
    '🌼',
    '\ufeff',
  ],
  ...['\n', '\n', '\r', '\r\n', '\n\n', 'foo: bar', '{'],
);

describe('event stream', () => {
  test('reads fields as the specification says, whatever the line ends, at every cut', () => {
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (parts, cuts) => {
          const stream = parts.join('');
          const bytes = Buffer.from(stream);
          const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
          const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
          expect(parse(...chunks)).toEqual(bySpecification(stream));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('joins data lines, takes a missing space, keeps further ones, names the event', () => {
    expect(parse('event: error\ndata:a\ndata:  b\ndata\n\ndata: c\n\n')).toEqual([
      { event: 'error', data: 'a\n b\n' },
      { data: 'c' },
    ]);
  });

  test('gives an event as soon as its blank line has come', () => {
    const parser = new EventStreamParser();
    expect(parser.push(Buffer.from('data: a\r\n\r'))).toEqual([{ data: 'a' }]);
    expect(parser.push(Buffer.from('\ndata: b\r\n'))).toEqual([]);
    expect(parser.push(Buffer.from('\r\n'))).toEqual([{ data: 'b' }]);
  });

  test('makes U+FFFD of invalid UTF-8, the same at every cut', () => {
    const bytes = Buffer.concat([
      Buffer.from('data: a'),
      Buffer.from([0xf0, 0x9f, 0xff, 0xc3]),
      Buffer.from('\n\n'),
    ]);
    const whole = parse(bytes);
    expect(whole).toEqual([{ data: 'a\ufffd\ufffd\ufffd' }]);
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(parse(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(whole);
  });

  test('puts a long line together from many pieces', () => {
    const line = Array.from({ length: 20_000 }, (_, i) => `${i} é`).join();
    const bytes = Buffer.from(`data: ${line}\n\n`);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 999) }, (_, i) =>
      bytes.subarray(999 * i, 999 * (i + 1)),
    );
    expect(parse(...pieces)).toEqual([{ data: line }]);
  });

  test('refuses an event over the ceiling: an endless line, and endless lines', () => {
    const feed = (first: string, chunk: Buffer) => () => {
      const parser = new EventStreamParser();
      parser.push(Buffer.from(first));
      for (let sent = 0; sent <= 2 * EVENT_LIMIT; sent += chunk.length) parser.push(chunk);
    };
    expect(feed('data: ', Buffer.alloc(1024 * 1024, 'a'))).toThrow(UnavailableError);
    expect(feed('', Buffer.from('data:\n'.repeat(100_000)))).toThrow(UnavailableError);
  });
});
