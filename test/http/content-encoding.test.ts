import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { UnavailableError } from '../../src/errors.ts';
import { clientFor, NO_TIMEOUTS, requestTo, serveHttp } from './servers.ts';

const text = 'data: {"text":"häh?"}\n\n'.repeat(5000);

test.each([
  ['gzip', gzipSync(text)],
  ['x-gzip', gzipSync(text)],
  ['br', brotliCompressSync(text)],
  ['deflate', deflateSync(text)],
  ['gzip, identity, BR', brotliCompressSync(gzipSync(text))],
])('%s is decoded, in pieces of any size', async (encoding, bytes) => {
  const url = await serveHttp(async (_request, response) => {
    response.setHeader('content-encoding', encoding);
    for (let i = 0; i < bytes.length; i += 7) response.write(bytes.subarray(i, i + 7));
    response.end();
  });
  const response = await clientFor().send(requestTo(url));
  expect(await response.text(Number.POSITIVE_INFINITY)).toBe(text);
});

test('what the server flushed is given before the answer ends, and silence after it is still an idle server', async () => {
  const url = await serveHttp((_request, response) => {
    response.setHeader('content-encoding', 'gzip');
    // A gzip stream of which the end is missing: flushed, not finished.
    response.write(gzipSync(text).subarray(0, -8));
  });
  const client = clientFor({ timeouts: { ...NO_TIMEOUTS, idleMs: 80 } });
  let seen = '';
  const reading = (async () => {
    for await (const chunk of (await client.send(requestTo(url))).body) seen += chunk;
  })();
  await expect(reading).rejects.toMatchObject({ retryable: true, message: expect.stringMatching(/nothing/) });
  expect(seen).toBe(text);
});

test.each([
  ['cut short', 'gzip', gzipSync(text).subarray(0, -4)],
  ['not what it says', 'gzip', Buffer.from(text)],
  ['cut Brotli', 'br', brotliCompressSync(text).subarray(0, -4)],
  ['of six layers', 'gzip, gzip, gzip, gzip, gzip, gzip', gzipSync(text)],
  ['in an unknown encoding', 'zstd', gzipSync(text)],
  ['a bomb', 'gzip', gzipSync(Buffer.alloc(40_000_000))],
])('an answer %s fails', async (_case, encoding, bytes) => {
  const url = await serveHttp((_request, response) =>
    response.setHeader('content-encoding', encoding).end(bytes),
  );
  const response = await clientFor().send(requestTo(url));
  await expect(response.text(Number.POSITIVE_INFINITY)).rejects.toBeInstanceOf(UnavailableError);
});

test('abort and leaving the loop close the connection of a decoded answer too', async () => {
  let closed = 0;
  const url = await serveHttp((_request, response) => {
    response.setHeader('content-encoding', 'gzip').write(gzipSync(text).subarray(0, -8));
    response.once('close', () => closed++);
  });
  const client = clientFor();
  for await (const _chunk of (await client.send(requestTo(url))).body) break;
  await expect.poll(() => closed).toBe(1);

  const abort = new AbortController();
  const reason = new UnavailableError('stop');
  const response = await client.send(requestTo(url, { signal: abort.signal }));
  const reading = (async () => {
    for await (const _chunk of response.body) abort.abort(reason);
  })();
  await expect(reading).rejects.toBe(reason);
  await expect.poll(() => closed).toBe(2);
});
