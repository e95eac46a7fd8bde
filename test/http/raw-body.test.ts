import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnavailableError } from '../../src/errors.ts';
import { createRawBody } from '../../src/http/raw-body.ts';
import { streamBody } from '../../src/http/stream-body.ts';
import { clientFor, generatedSource, patternBytes, requestTo, serveHttp, serveTcp } from './servers.ts';

const signal = new AbortController().signal;

test('a raw body is the bytes of its source, whatever its size and the size of reads', async () => {
  const sizes = fc.oneof(fc.nat(1000), fc.nat(1_500_000), fc.constantFrom(196_608, 393_216, 786_432));
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1000, max: 500_000 }), async (size, step) => {
      const pieces: Buffer[] = [];
      const body = createRawBody(generatedSource(size, { step }).source);
      await streamBody(body, (piece) => void pieces.push(Buffer.from(piece)), signal);
      expect(body.byteLength).toBe(size);
      expect(Buffer.concat(pieces).equals(patternBytes(size))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('it is sent with its length, over a real connection', async () => {
  const received: { length: string | undefined; bytes: Buffer }[] = [];
  const url = await serveHttp(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ length: request.headers['content-length'], bytes: Buffer.concat(chunks) });
    response.end();
  });
  const client = clientFor();
  for (const content of [generatedSource(5_000_000).source, Buffer.from('in memory'), Buffer.alloc(0)]) {
    const response = await client.send(requestTo(url, { body: createRawBody(content) }));
    await response.text();
  }
  expect(received.map(({ length }) => length)).toEqual(['5000000', '9', '0']);
  expect(received[0]?.bytes.equals(patternBytes(5_000_000))).toBe(true);
  expect(received[1]?.bytes.toString()).toBe('in memory');
});

test('what a server took before it hung up is not sent again by itself', async () => {
  let connections = 0;
  const url = await serveTcp((socket) => {
    connections += 1;
    socket.once('data', () => socket.resetAndDestroy());
  });
  const { source, readers } = generatedSource(20_000_000);
  const sending = clientFor().send(requestTo(url, { body: createRawBody(source), resend: false }));
  await expect(sending).rejects.toThrow(UnavailableError);
  await expect(sending).rejects.toMatchObject({ retryable: true });
  expect(connections).toBe(1);
  expect(readers).toEqual({ opened: 1, closed: 1 });
});
