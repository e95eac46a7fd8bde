import { expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { createJsonBody } from '../../src/http/json-body.ts';
import { streamBody } from '../../src/http/stream-body.ts';
import { generatedSource, patternBytes } from './servers.ts';

const MiB = 1024 * 1024;
const signal = new AbortController().signal;

test('200 MB go through in flat memory', async () => {
  const { source, readers } = generatedSource(200_000_000);
  const body = createJsonBody({ data: source });
  const before = process.memoryUsage().rss;
  let highest = 0;
  let sent = 0;
  await streamBody(
    body,
    async (chunk) => {
      sent += chunk.length;
      highest = Math.max(highest, process.memoryUsage.rss());
    },
    signal,
  );
  expect(sent).toBe(body.byteLength);
  expect(highest - before).toBeLessThan(60 * MiB);
  expect(readers).toEqual({ opened: 1, closed: 1 });
});

test('a chunk is not overwritten before the sink is through with it, and two are on their way', async () => {
  const { source } = generatedSource(2 * MiB);
  const held: { chunk: Buffer; seen: Buffer; release: () => void }[] = [];
  const done: Buffer[] = [];
  let mostHeld = 0;
  const releaseOldest = () => {
    const { chunk, seen, release } = held.shift() ?? expect.unreachable();
    done.push(Buffer.from(chunk));
    expect(chunk.equals(seen)).toBe(true);
    release();
  };
  await streamBody(
    createJsonBody(source),
    (chunk) =>
      new Promise((release) => {
        held.push({ chunk, seen: Buffer.from(chunk), release });
        mostHeld = Math.max(mostHeld, held.filter((one) => one.chunk.length > 1).length);
        setImmediate(releaseOldest);
      }),
    signal,
  );
  expect(Buffer.concat(done).toString()).toBe(JSON.stringify(patternBytes(2 * MiB).toString('base64')));
  expect(mostHeld).toBe(2);
});

test.each([
  ['fewer', { yields: 999_999 }],
  ['more', { yields: 1_000_001 }],
])(
  'a source that gives %s bytes than it said is an input error before the body is whole',
  async (_case, options) => {
    const { source, readers } = generatedSource(1_000_000, options);
    const body = createJsonBody({ data: source });
    let sent = 0;
    const count = (chunk: Buffer) => {
      sent += chunk.length;
    };
    const sending = streamBody(body, count, signal);
    await expect(sending).rejects.toThrow(InputError);
    await expect(sending).rejects.toThrow(/photo\.png/);
    expect(sent).toBeLessThan(body.byteLength);
    expect(readers).toEqual({ opened: 1, closed: 1 });
  },
);

test('a failing sink, an abort and a failing reader end it with their own error and a closed reader', async () => {
  const sinkError = new Error('sink');
  const first = generatedSource(10 * MiB);
  const failingSink = async (chunk: Buffer) => {
    if (chunk.length > 100) throw sinkError;
  };
  await expect(streamBody(createJsonBody([first.source]), failingSink, signal)).rejects.toBe(sinkError);
  expect(first.readers).toEqual({ opened: 1, closed: 1 });

  const abort = new AbortController();
  const second = generatedSource(10 * MiB);
  const abortingSink = (chunk: Buffer) => {
    if (chunk.length > 100) abort.abort(new Error('stop'));
  };
  await expect(streamBody(createJsonBody([second.source]), abortingSink, abort.signal)).rejects.toThrow(
    'stop',
  );
  expect(second.readers).toEqual({ opened: 1, closed: 1 });

  const readError = new InputError('photo.png vanished');
  let closed = 0;
  const broken = {
    byteLength: 5,
    name: 'photo.png',
    open: async () => ({ read: () => Promise.reject(readError), close: async () => void closed++ }),
  };
  await expect(streamBody(createJsonBody([broken]), () => {}, signal)).rejects.toBe(readError);
  expect(closed).toBe(1);
});
