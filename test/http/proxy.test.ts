import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { InputError, UnavailableError, UsageError } from '../../src/errors.ts';
import { createJsonBody } from '../../src/http/json-body.ts';
import { maskProxy, proxyFor } from '../../src/http/proxy.ts';
import {
  clientFor,
  generatedSource,
  listen,
  NO_TIMEOUTS,
  requestTo,
  serveHttp,
  serveTcp,
} from './servers.ts';

const certificate = { key: fixture('good.key'), cert: fixture('good.pem') };

test.each([
  ['https://api.example/', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1/'],
  ['https://api.example/', { https_proxy: 'http://low:1', HTTPS_PROXY: 'http://up:1' }, 'http://low:1/'],
  ['https://api.example/', { HTTP_PROXY: 'http://p:1' }, undefined],
  ['http://api.example/', { http_proxy: 'p:1' }, 'http://p:1/'],
  ['https://api.example/', { HTTPS_PROXY: '' }, undefined],
  ['https://api.example/', { all_proxy: 'p:1' }, 'http://p:1/'],
  ['http://api.example/', { ALL_PROXY: 'p:1', HTTPS_PROXY: 'q:1' }, 'http://p:1/'],
  ['https://api.example/', { ALL_PROXY: 'socks5://p:1', HTTPS_PROXY: 'q:1' }, 'http://q:1/'],
  ['https://api.example/', { ALL_PROXY: 'p:1', NO_PROXY: 'api.example' }, undefined],
  ['https://localhost/', { ALL_PROXY: 'p:1' }, undefined],
  ['https://localhost/', { HTTPS_PROXY: 'http://p:1' }, undefined],
  ['http://127.0.0.1:8080/', { HTTP_PROXY: 'http://p:1' }, undefined],
  ['https://api.example/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, undefined],
  ['https://api.example/', { HTTPS_PROXY: 'http://p:1', no_proxy: 'other, api.example' }, undefined],
  ['https://eu.api.example/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '.api.example' }, undefined],
  ['https://EU.api.example/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'API.example' }, undefined],
  ['https://myapi.example/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'api.example' }, 'http://p:1/'],
  ['https://api.example/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'api.example:8443' }, 'http://p:1/'],
  ['https://api.example:8443/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'api.example:8443' }, undefined],
  ['https://[fd00::1]/', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'fd00::1' }, undefined],
])('%s with %j goes through %s', (url, environment, proxy) => {
  expect(proxyFor(new URL(url), environment)?.href).toBe(proxy);
});

test('an explicit proxy wins over the environment and serves loopback hosts; NO_PROXY still counts', () => {
  const local = new URL('http://127.0.0.1:8080/');
  expect(proxyFor(local, { HTTP_PROXY: 'http://env:1' }, 'http://flag:1')?.href).toBe('http://flag:1/');
  expect(proxyFor(local, { NO_PROXY: '127.0.0.1' }, 'http://flag:1')).toBeUndefined();
});

test('a proxy that is no http URL is a usage error that does not show it', () => {
  for (const bad of ['socks5://u:SECRET@p:1', 'http://u:SECRET@', 'http://:SECRET']) {
    const read = () => proxyFor(new URL('https://api.example/'), { HTTPS_PROXY: bad });
    expect(read).toThrow(UsageError);
    expect(read).not.toThrow(/SECRET/);
  }
  expect(maskProxy(new URL('http://user:SECRET@p:1'))).toBe('http://user:***@p:1');
});

test('https through a tunnel: the body streams, the CA counts, the proxy gets its credentials', async () => {
  const server = createTlsServer(
    certificate,
    (request, response) =>
      void echoLength(request).then((length) => response.end(`${request.url} ${length}`)),
  );
  const url = await listen(server, 'https');
  const proxy = await startProxy('user:pass word');
  proxy.url.username = 'user';
  proxy.url.password = 'pass word';
  const lines: string[] = [];
  const client = clientFor({
    proxy: proxy.url.href,
    ca: [fixture('ca.pem')],
    onDebug: (line) => lines.push(line),
  });
  const body = createJsonBody([generatedSource(3_000_000).source]);
  const response = await client.send(requestTo(url, { body }));
  expect(await response.text()).toBe(`/v1/models ${body.byteLength}`);
  expect(proxy.seen).toEqual([`CONNECT ${url.host}`]);
  expect(lines.join('\n')).not.toMatch(/pass|dXNlc/);
});

test('http is sent to the proxy as it is, without a tunnel', async () => {
  const url = await serveHttp((request, response) => response.end(`${request.method} ${request.url}`));
  const proxy = await startProxy();
  const response = await clientFor({ proxy: proxy.url.href }).send(requestTo(url));
  expect(await response.text()).toBe('GET /v1/models');
  expect(proxy.seen).toEqual([`GET ${url.href}`]);
});

test.each(['http', 'https'])(
  'a proxy that wants credentials (%s): names the proxy, is not retried',
  async (scheme) => {
    const proxy = await startProxy('user:right');
    proxy.url.username = 'user';
    proxy.url.password = 'WRONG';
    const sending = clientFor({ proxy: proxy.url.href }).send(requestTo(new URL(`${scheme}://api.example/`)));
    await expect(sending).rejects.toBeInstanceOf(UnavailableError);
    const masked = `http://user:***@${proxy.url.host}`;
    await expect(sending).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining(masked),
    });
    await expect(sending).rejects.not.toThrow(/WRONG/);
  },
);

test('a proxy that cannot reach the host, or is not there', async () => {
  const refusing = await startProxy();
  const dead = new URL('https://127.0.0.1:1/');
  await expect(clientFor({ proxy: refusing.url.href }).send(requestTo(dead))).rejects.toMatchObject({
    retryable: true,
    exitCode: 7,
    message: expect.stringContaining(refusing.url.host),
  });
  await expect(clientFor({ proxy: 'http://127.0.0.1:1' }).send(requestTo(dead))).rejects.toMatchObject({
    exitCode: 7,
    message: expect.stringContaining('the proxy http://127.0.0.1:1'),
  });
});

test('through a proxy, too: early refusal, header timeout, idle timeout, abort, a file that changes', async () => {
  const proxy = (await startProxy()).url.href;
  const big = () => generatedSource(20_000_000);

  const refusing = await serveHttp((_request, response) => response.writeHead(413).end('too big'));
  const { source, readers } = big();
  const refused = await clientFor({ proxy }).send(requestTo(refusing, { body: createJsonBody([source]) }));
  expect([refused.status, await refused.text()]).toEqual([413, 'too big']);
  await expect.poll(() => readers.closed).toBe(1);

  const silent = await serveTcp((socket) => socket.resume());
  const impatient = clientFor({ proxy, timeouts: { ...NO_TIMEOUTS, headerMs: 100 } });
  for (const more of [{}, { body: createJsonBody('x') }]) {
    await expect(impatient.send(requestTo(silent, more))).rejects.toMatchObject({
      maxAttempts: 2,
      retryable: true,
    });
  }

  const stuck = await serveHttp((_request, response) => void response.write('begun'));
  const idle = await clientFor({ proxy, timeouts: { ...NO_TIMEOUTS, idleMs: 100 } }).send(requestTo(stuck));
  await expect(idle.text()).rejects.toMatchObject({ retryable: true });

  const abort = new AbortController();
  const reason = new UnavailableError('--timeout');
  const aborted = await clientFor({ proxy }).send(requestTo(stuck, { signal: abort.signal }));
  setTimeout(() => abort.abort(reason), 20);
  await expect(aborted.text()).rejects.toBe(reason);
  const waiting = new AbortController();
  setTimeout(() => waiting.abort(reason), 20);
  await expect(clientFor({ proxy }).send(requestTo(silent, { signal: waiting.signal }))).rejects.toBe(reason);

  let ended = false;
  const counting = await serveHttp((request, response) => {
    request.resume().once('end', () => {
      ended = true;
      response.end();
    });
  });
  const changing = generatedSource(2_000_000, { yields: 1_999_999 });
  const changed = clientFor({ proxy }).send(requestTo(counting, { body: createJsonBody([changing.source]) }));
  await expect(changed).rejects.toBeInstanceOf(InputError);
  expect(changing.readers.closed).toBe(1);
  expect(ended).toBe(false);
});

/** A proxy as of RFC 9110: CONNECT, absolute URLs, Basic credentials if it is given some. Tells what it was asked for. */
async function startProxy(credentials?: string) {
  const seen: string[] = [];
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const allowed = ({ headers }: IncomingMessage) => !expected || headers['proxy-authorization'] === expected;
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (!allowed(request)) return response.writeHead(407).end();
    const { 'proxy-authorization': _, ...headers } = request.headers;
    const onward = httpRequest(request.url ?? '', { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    return request.pipe(onward);
  });
  server.on('connect', (request, client) => {
    seen.push(`CONNECT ${request.url}`);
    if (!allowed(request)) return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const [host, port] = (request.url ?? '').split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    target.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    client.on('error', () => target.destroy()).on('close', () => target.destroy());
  });
  return { seen, url: await listen(server) };
}

async function echoLength(request: IncomingMessage): Promise<number> {
  let length = 0;
  for await (const chunk of request) length += chunk.length;
  return length;
}

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
}
