import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { expect, test } from 'vitest';
import { UnavailableError, UsageError } from '../../src/errors.ts';
import { clientFor, listen, requestTo, serveHttp } from './servers.ts';

const ca = [fixture('ca.pem')];

test('a private CA is trusted when it is given, with kept connections and streamed bodies as without TLS', async () => {
  let connections = 0;
  const server = createServer(certificate('good'), (_request, response) => response.end('{}'));
  server.on('secureConnection', () => connections++);
  const url = await listen(server, 'https');
  const client = clientFor({ ca });
  for (let i = 0; i < 3; i++) expect(await (await client.send(requestTo(url))).text()).toBe('{}');
  expect(connections).toBe(1);
});

test.each([
  ['an unknown CA', 'good', [], /not trusted/, /--ca-file/],
  ['an expired certificate', 'expired', ca, /expired/, /clock/],
  ['a certificate for another host', 'other-host', ca, /127\.0\.0\.1.*elsewhere\.example/, /name/],
])('%s: says so, names the next step, is not retried', async (_case, name, roots, message, hint) => {
  const url = await listen(
    createServer(certificate(name), (_request, response) => response.end('{}')),
    'https',
  );
  const error = await clientFor({ ca: roots })
    .send(requestTo(url))
    .catch((reason) => reason);
  expect(error).toBeInstanceOf(UnavailableError);
  expect(error).toMatchObject({ retryable: false, message: expect.stringMatching(message) });
  expect(error.hint).toMatch(hint);
});

test('a server that speaks plain HTTP where TLS was asked for', async () => {
  const url = await serveHttp((_request, response) => response.end('{}'));
  url.protocol = 'https:';
  const error = await clientFor()
    .send(requestTo(url))
    .catch((reason) => reason);
  expect(error).toBeInstanceOf(UnavailableError);
  expect(error).toMatchObject({ retryable: false, message: expect.stringMatching(/does not speak TLS/) });
});

test('certificates that are none are a usage error', async () => {
  for (const text of ['not PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
    const sending = clientFor({ ca: [text] }).send(requestTo(new URL('https://127.0.0.1:9/')));
    await expect(sending).rejects.toBeInstanceOf(UsageError);
  }
});

function certificate(name: string) {
  return { key: fixture(`${name}.key`), cert: fixture(`${name}.pem`) };
}

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
}
