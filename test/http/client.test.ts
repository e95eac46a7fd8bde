import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { InputError, UnavailableError, UsageError } from '../../src/errors.ts';
import type { HttpResponse } from '../../src/http/client.ts';
import { createJsonBody } from '../../src/http/json-body.ts';
import {
  clientFor,
  generatedSource,
  listen,
  NO_TIMEOUTS,
  requestTo,
  serveHttp,
  serveTcp,
} from './servers.ts';

const MB = 1_000_000;

test('sends a streamed body with its exact Content-Length and gives status, headers and body back', async () => {
  const url = await serveHttp(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    response.setHeader('X-Seen', `${request.method} ${request.url} ${request.headers['content-type']}`);
    response
      .writeHead(201)
      .end(`${request.headers['content-length']} ${body.length} ${JSON.parse(body.toString()).data.length}`);
  });
  const body = createJsonBody({ data: generatedSource(3 * MB).source });
  const headers = { 'content-type': 'application/json' };
  const response = await clientFor().send(requestTo(url, { headers, body }));
  expect(response.status).toBe(201);
  expect(response.headers['x-seen']).toBe('POST /v1/models application/json');
  expect(await response.text()).toBe(`${body.byteLength} ${body.byteLength} ${4 * MB}`);
});

test('bytes of the answer are given as they come', async () => {
  let more = () => {};
  const url = await serveHttp((_request, response) => {
    response.write('first');
    more = () => response.end('second');
  });
  const response = await clientFor().send(requestTo(url));
  const seen: string[] = [];
  for await (const chunk of response.body) {
    seen.push(chunk.toString());
    more();
  }
  expect(seen).toEqual(['first', 'second']);
});

test('a server may answer 413 and hang up before it has read the body', async () => {
  const url = await serveHttp((_request, response) => {
    response.writeHead(413, { connection: 'close' }).end('{"error":{"code":413}}');
  });
  const client = clientFor();
  for (let round = 0; round < 10; round++) {
    const { source, readers } = generatedSource(20 * MB);
    const response = await client.send(requestTo(url, { body: createJsonBody([source]) }));
    expect(response.status).toBe(413);
    expect(await response.text()).toBe('{"error":{"code":413}}');
    await expect.poll(() => readers.closed).toBe(1);
  }
});

test('a server that hangs up in the body without an answer is asked once more, before it gets the body', async () => {
  const requests: string[] = [];
  const url = await serveTcp((socket) => {
    const index = requests.push('') - 1;
    socket.on('data', (chunk) => {
      requests[index] += chunk.toString('latin1');
      if (index > 0) socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 7\r\n\r\ntoo big');
      else if (requests[0] && requests[0].length > 500_000) socket.resetAndDestroy();
    });
  });
  const { source, readers } = generatedSource(50 * MB);
  const response = await clientFor().send(requestTo(url, { body: createJsonBody([source]) }));
  expect([response.status, await response.text()]).toEqual([413, 'too big']);
  expect(requests).toHaveLength(2);
  expect(requests[1]).toMatch(/^expect: 100-continue\r$/im);
  expect(requests[1]).toMatch(/\r\n\r\n$/);
  expect(readers).toEqual({ opened: 1, closed: 1 });
});

test('a server that answers 200 before the body is through still gets all of it', async () => {
  let received = 0;
  const url = await serveHttp((request, response) => {
    response.write('begun ');
    request.on('data', (chunk) => {
      received += chunk.length;
    });
    request.on('end', () => response.end('done'));
  });
  const body = createJsonBody(generatedSource(5 * MB).source);
  const response = await clientFor().send(requestTo(url, { body }));
  expect(await response.text()).toBe('begun done');
  expect(received).toBe(body.byteLength);
});

test('connections are reused, one per request at a time', async () => {
  const server = createServer((_request, response) => response.end('{}'));
  let connections = 0;
  server.on('connection', () => connections++);
  const client = clientFor();
  const url = await listen(server);
  for (let i = 0; i < 5; i++) await (await client.send(requestTo(url))).text();
  expect(connections).toBe(1);
  await Promise.all([1, 2, 3].map(async () => (await client.send(requestTo(url))).text()));
  expect(connections).toBe(3);
});

test('a kept connection that the server had closed costs one silent second try, with the whole body', async () => {
  const bodies: number[] = [];
  const sockets: Socket[] = [];
  const url = await serveTcp((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => {
      // The first connection takes its second request and hangs up without a word.
      if (socket === sockets[0] && bodies.length === 1) return socket.destroy();
      const [, length = ''] = /content-length: (\d+)/i.exec(chunk.toString('latin1')) ?? [];
      if (length !== '') bodies.push(Number(length));
      if (!chunk.includes(']')) return;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  const client = clientFor();
  const { source, readers } = generatedSource(100);
  const body = createJsonBody([source]);
  expect(await (await client.send(requestTo(url, { body }))).text()).toBe('ok');
  expect(await (await client.send(requestTo(url, { body }))).text()).toBe('ok');
  expect(bodies).toEqual([body.byteLength, body.byteLength]);
  expect(sockets).toHaveLength(2);
  expect(readers).toEqual({ opened: 3, closed: 3 });
});

test('a reset before the headers is retryable and not tried again here', async () => {
  let connections = 0;
  const url = await serveTcp((socket) => {
    connections += 1;
    socket.once('data', () => socket.resetAndDestroy());
  });
  const error = await failure(clientFor().send(requestTo(url)));
  expect(error).toMatchObject({ retryable: true, exitCode: 7 });
  expect(connections).toBe(1);
});

test('nobody listening: names host and port, not retryable on this machine', async () => {
  const server = createServer();
  const url = await listen(server);
  server.close();
  const error = await failure(clientFor().send(requestTo(url)));
  expect(error).toMatchObject({ retryable: false, message: expect.stringContaining(url.host) });
});

test.each([
  ['what is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', /not HTTP/],
  ['endless headers', `HTTP/1.1 200 OK\r\nX-Secret: ${'s'.repeat(MB)}\r\n\r\n`, /headers/],
])('%s is an error that is not retried and shows nothing of it', async (_case, answer, message) => {
  const url = await serveTcp((socket) => socket.once('data', () => socket.end(answer)));
  const error = await failure(clientFor().send(requestTo(url)));
  expect(error).toMatchObject({ retryable: false, message: expect.stringMatching(message) });
  expect(error.message).not.toMatch(/SSH|ssss/);
});

test.each([
  ['shorter than its Content-Length', 'Content-Length: 100\r\n\r\nhalf', ''],
  ['cut in a chunk', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n10\r\n', 'an'],
  ['with a bad chunk size', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', 'zz\r\n'],
])('an answer %s gives what came and then fails', async (_case, begin, end) => {
  const serve = (status: string) =>
    serveTcp((socket) => {
      socket.once('data', () => socket.write(`HTTP/1.1 ${status}\r\n${begin}`));
      setTimeout(() => socket.end(end), 30);
    });
  const response = await clientFor().send(requestTo(await serve('200 OK')));
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body) text += chunk;
  })();
  expect(await failure(reading)).toBeInstanceOf(UnavailableError);
  expect(text).toMatch(/^half/);
  // An error's status says more than the cut in its body.
  const refused = await clientFor().send(requestTo(await serve('400 Bad Request')));
  expect(await refused.text()).toMatch(/^half/);
});

test('an answer without length ends with its connection', async () => {
  const url = await serveTcp((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it')),
  );
  expect(await (await clientFor().send(requestTo(url))).text()).toBe('all of it');
});

test('header timeout: counts from the sent body, is worth one more try', async () => {
  const url = await serveTcp((socket) => socket.resume());
  const client = clientFor({ timeouts: { ...NO_TIMEOUTS, headerMs: 50 } });
  for (const more of [{}, { body: createJsonBody([generatedSource(MB).source]) }]) {
    const error = await failure(client.send(requestTo(url, more)));
    expect(error).toMatchObject({ retryable: true, maxAttempts: 2, exitCode: 7 });
  }
});

test('idle timeout: every byte counts as life, silence is a retryable error', async () => {
  const url = await serveHttp((_request, response) => {
    let left = 6;
    const drip = setInterval(() => {
      response.write(':\n');
      if (--left === 0) clearInterval(drip);
    }, 40);
  });
  const response = await clientFor({ timeouts: { ...NO_TIMEOUTS, idleMs: 150 } }).send(requestTo(url));
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body) text += chunk;
  })();
  expect(await failure(reading)).toMatchObject({ retryable: true, exitCode: 7 });
  expect(text).toBe(':\n'.repeat(6));
});

test('a reader that takes its time is no idle server', async () => {
  const url = await serveHttp(
    (_request, response) => response.write('a') && setTimeout(() => response.end('b'), 20),
  );
  const response = await clientFor({ timeouts: { ...NO_TIMEOUTS, idleMs: 60 } }).send(requestTo(url));
  let text = '';
  for await (const chunk of response.body) {
    text += chunk;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(text).toBe('ab');
});

test('a server that stops taking the body runs into the idle limit', async () => {
  const url = await serveTcp((socket) => socket.pause());
  const { source, readers } = generatedSource(50 * MB);
  const client = clientFor({ timeouts: { ...NO_TIMEOUTS, idleMs: 100 } });
  const error = await failure(client.send(requestTo(url, { body: createJsonBody([source]) })));
  expect(error).toMatchObject({ retryable: true, exitCode: 7 });
  await expect.poll(() => readers.closed).toBe(1);
});

test('connect timeout', async () => {
  // TCP connects, but nobody ever answers the TLS handshake.
  const url = await serveTcp(() => {});
  url.protocol = 'https:';
  const client = clientFor({ timeouts: { ...NO_TIMEOUTS, connectMs: 50 } });
  const error = await failure(client.send(requestTo(url)));
  expect(error).toMatchObject({ retryable: true, message: expect.stringContaining(url.host) });
});

test('a file that changes while it is sent: the server never gets a whole request, the caller gets the input error', async () => {
  const seen = { ended: false, aborted: false };
  const url = await serveHttp((request, response) => {
    request.resume().once('end', () => {
      seen.ended = true;
      response.end('{}');
    });
    request.once('error', () => {
      seen.aborted = true;
    });
  });
  const { source } = generatedSource(2 * MB, { yields: 2 * MB - 1 });
  const error = await failure(clientFor().send(requestTo(url, { body: createJsonBody([source]) })));
  expect(error).toBeInstanceOf(InputError);
  await expect.poll(() => seen).toEqual({ ended: false, aborted: true });
});

test('the same after the server has begun to answer: the body fails with the input error', async () => {
  const url = await serveHttp((request, response) => {
    response.write('begun');
    request.resume();
  });
  let goOn = () => {};
  const answered = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const changed = new InputError('photo.png changed');
  const read = async () => {
    await answered;
    throw changed;
  };
  const source = { byteLength: 10, name: 'photo.png', open: async () => ({ read, close: async () => {} }) };
  const response = await clientFor().send(requestTo(url, { body: createJsonBody([source]) }));
  goOn();
  await expect(response.text()).rejects.toBe(changed);
});

test('abort closes the connection at once and throws its reason: while waiting, sending and reading', async () => {
  const reason = new UnavailableError('the whole request took longer than --timeout');
  const closed: string[] = [];
  const url = await serveTcp((socket) => {
    socket.once('data', (chunk) => {
      const [what = ''] = /waiting|sending|reading/.exec(chunk.toString()) ?? [];
      socket.once('close', () => closed.push(what));
      if (what === 'reading') socket.write('HTTP/1.1 200 OK\r\n\r\nfirst');
      if (what === 'sending') socket.pause();
      setTimeout(() => abort.abort(reason), 20);
      if (what === 'sending') setTimeout(() => socket.resume(), 40);
    });
  });
  const client = clientFor();
  let abort = new AbortController();
  const start = (what: string) => {
    abort = new AbortController();
    const body = what === 'sending' ? createJsonBody([generatedSource(50 * MB).source]) : undefined;
    return client.send(requestTo(new URL(what, url), { signal: abort.signal, ...(body && { body }) }));
  };
  await expect(start('waiting')).rejects.toBe(reason);
  await expect(start('sending')).rejects.toBe(reason);
  const response = await start('reading');
  await expect(response.text()).rejects.toBe(reason);
  await expect.poll(() => closed.toSorted()).toEqual(['reading', 'sending', 'waiting']);
  await expect(client.send(requestTo(url, { signal: abort.signal }))).rejects.toBe(reason);
});

test('many requests leave no listener on a shared signal and make no warning', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on('warning', onWarning);
  const { signal } = new AbortController();
  const url = await serveHttp((_request, response) => response.end('{}'));
  const client = clientFor();
  const responses = await Promise.all(
    Array.from({ length: 20 }, () => client.send(requestTo(url, { signal }))),
  );
  await Promise.all(
    responses.map((response: HttpResponse, i) => (i % 2 ? response.text() : response.discard())),
  );
  await expect.poll(() => getEventListeners(signal, 'abort')).toHaveLength(0);
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

test('leaving the loop or discarding drops the connection, so that the model stops', async () => {
  const closed: string[] = [];
  const url = await serveHttp((request, response) => {
    response.write('token ');
    response.once('close', () => closed.push(request.url ?? ''));
  });
  const client = clientFor();
  const left = await client.send(requestTo(new URL('/left', url)));
  for await (const _chunk of left.body) break;
  (await client.send(requestTo(new URL('/discarded', url)))).discard();
  await expect.poll(() => closed.toSorted()).toEqual(['/discarded', '/left']);
});

test('backpressure: a server is not read faster than the reader goes', async () => {
  let written = 0;
  const url = await serveHttp(async (_request, response) => {
    const chunk = Buffer.alloc(MB);
    for (let i = 0; i < 100 && !response.destroyed; i++) {
      written += chunk.length;
      if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
  });
  const response = await clientFor().send(requestTo(url));
  for await (const _chunk of response.body) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    break;
  }
  expect(written).toBeLessThan(30 * MB);
});

test('a redirect is an answer like any other; other schemes and unsendable headers are usage errors', async () => {
  const url = await serveHttp((_request, response) =>
    response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
  );
  const client = clientFor();
  expect((await client.send(requestTo(url))).status).toBe(307);
  expect(await failure(client.send(requestTo(new URL('file:///etc/hosts'))))).toBeInstanceOf(UsageError);
  const error = await failure(client.send(requestTo(url, { headers: { 'x-goog-api-key': 'sec\nret' } })));
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining('x-goog-api-key') });
  expect(error.message).not.toMatch(/sec|ret/);
});

test('an error body is read up to a limit', async () => {
  const url = await serveHttp((_request, response) => response.writeHead(500).end('x'.repeat(MB)));
  expect(await (await clientFor().send(requestTo(url))).text(1000)).toBe('x'.repeat(1000));
  expect((await (await clientFor().send(requestTo(url))).text()).length).toBe(64 * 1024);
});

test('the trace has heads and times, secrets masked, no body', async () => {
  const url = await serveHttp((_request, response) =>
    response.setHeader('set-cookie', 'sid=SECRET').end('BODY'),
  );
  const lines: string[] = [];
  const headers = { authorization: 'Bearer SECRET', 'x-goog-api-key': 'SECRET', 'user-agent': 'test' };
  const client = clientFor({ onDebug: (line) => lines.push(line) });
  await (
    await client.send(
      requestTo(new URL('?key=SECRET&alt=sse', url), { headers, body: createJsonBody('BODY') }),
    )
  ).text();
  const text = lines.join('\n');
  expect(text).toMatch(/^> POST http:\/\/127\.0\.0\.1:\d+\/v1\/models\?key=\*\*\*&alt=sse$/m);
  expect(text).toMatch(/^> user-agent: test$/m);
  expect(text).toMatch(/^> authorization: \*\*\*$/m);
  expect(text).toMatch(/^< 200 after \d+ ms$/m);
  expect(text).not.toMatch(/SECRET|BODY/);
});

async function failure(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => expect.unreachable('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}
