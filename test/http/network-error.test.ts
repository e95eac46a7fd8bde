import { expect, test } from 'vitest';
import { InputError, UnavailableError } from '../../src/errors.ts';
import { isLoopback, networkError } from '../../src/http/network-error.ts';

const url = new URL('https://api.example:8443/v1/secret-path?key=SECRET');
const via = 'http://user:***@proxy.example:3128';

// Faults that a real server of the other tests cannot make, or not on every version of Node.
test.each([
  ['ENOTFOUND', {}, 'cannot find api.example', false],
  ['EAI_AGAIN', {}, 'api.example', true],
  ['ECONNREFUSED', {}, 'api.example:8443', true],
  ['ENETUNREACH', {}, 'api.example', true],
  ['ETIMEDOUT', {}, 'api.example', true],
  ['CERT_NOT_YET_VALID', {}, 'not valid yet', false],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', {}, 'api.example', false],
  ['SELF_SIGNED_CERT_IN_CHAIN', {}, 'api.example', false],
  ['EPROTO', { reason: 'wrong version number' }, 'does not speak TLS', false],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', {}, 'does not speak TLS', false],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', {}, 'api.example', false],
  ['ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC', {}, 'api.example', true],
  ['EPIPE', {}, 'api.example', true],
  ['HPE_INVALID_CONSTANT', {}, 'not HTTP', false],
  ['ESOMETHINGNEW', {}, 'ESOMETHINGNEW', false],
])('%s', (code, more, message, retryable) => {
  const cause = Object.assign(new Error('raw SECRET words'), { code, ...more });
  const error = networkError(cause, url);
  expect(error).toBeInstanceOf(UnavailableError);
  expect(error).toMatchObject({ retryable, cause, message: expect.stringContaining(message) });
  expect(`${(error as Error).message} ${(error as UnavailableError).hint}`).not.toMatch(/SECRET|secret-path/);
});

test('with a proxy, what fails on the way to it names it and not the API', () => {
  for (const code of ['ENOTFOUND', 'ECONNREFUSED', 'ETIMEDOUT']) {
    const { message } = networkError(Object.assign(new Error(), { code }), url, { via }) as Error;
    expect(message).toContain(via);
    expect(message).not.toContain('api.example');
  }
});

test('our own errors and bugs pass unchanged', () => {
  for (const error of [new InputError('gone'), new TypeError('bug'), 'text', undefined]) {
    expect(networkError(error, url)).toBe(error);
  }
});

test('loopback', () => {
  const local = ['localhost', 'LOCALHOST', 'a.localhost', '127.0.0.1', '127.9.9.9', '[::1]', '::1'];
  const remote = ['localhost.example', '128.0.0.1', '[::2]', '127.0.0.1.example', 'mylocalhost'];
  expect(local.filter((host) => !isLoopback(host))).toEqual([]);
  expect(remote.filter(isLoopback)).toEqual([]);
});
