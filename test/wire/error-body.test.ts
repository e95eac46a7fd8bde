import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oneLine, pageTitle, parseErrorBody } from '../../src/wire/error-body.ts';

const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }];
const google = { code: 429, message: 'Quota.', status: 'RESOURCE_EXHAUSTED', details };
const read = { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota.', details };
const error = (fields: object | string) => JSON.stringify({ error: fields });

describe('google.rpc.Status, however it is wrapped', () => {
  test.each([
    ['plain', error(google)],
    ['without "error"', JSON.stringify(google)],
    ['in an array', `[${error(google)}\n]`],
    ['in its own message', error({ code: 429, message: error(google) })],
    [
      'in its own message three deep',
      error({ message: error({ message: error({ message: error(google) }) }) }),
    ],
    ['in words in its message', error({ code: 500, message: `got status: 429. ${error(google)} Good bye.` })],
    ['in an array in its message', error({ message: `[${error(google)}]` })],
    ['with no-break spaces', error(google).replaceAll(',', ',\u00a0')],
    ['with stray commas', error(google).replaceAll('}', ',}').replaceAll(']', ',,]')],
    ['with the code as text', error({ ...google, code: '429' })],
  ])('%s', (_how, text) => {
    expect(parseErrorBody(text)).toEqual(read);
  });

  test('numeric status, RPC codes, names alone', () => {
    expect(parseErrorBody(error({ status: 429, message: 'm' }))).toMatchObject({
      code: 429,
      status: undefined,
    });
    expect(parseErrorBody(error({ code: 14, message: 'm' }))).toMatchObject({ code: 503 });
    expect(parseErrorBody(error({ status: 'UNAUTHENTICATED' }))).toMatchObject({
      code: 401,
      message: undefined,
    });
    expect(parseErrorBody(error({ status: 'toString', code: 1e9 }))).toMatchObject({ code: undefined });
  });

  test.each(['Allowed values: ["a", "b"].', 'Unexpected {"message": "c"} here.', '["a"]'])(
    'JSON quoted in a message is not taken for an error: %s',
    (message) => {
      expect(parseErrorBody(error({ code: 400, message }))).toMatchObject({ code: 400, message });
    },
  );
});

describe('what others send', () => {
  test.each([
    [
      'OpenAI',
      error({ message: 'No key.', type: 'invalid_request_error', param: null, code: null }),
      400,
      'invalid_request_error',
      'No key.',
    ],
    [
      'OpenAI with a code',
      error({ message: 'Pay.', type: 'x', code: 'insufficient_quota' }),
      429,
      'insufficient_quota',
      'Pay.',
    ],
    ['a string', error('Model not loaded'), undefined, undefined, 'Model not loaded'],
    [
      'OAuth',
      '{"error":"invalid_grant","error_description":"Expired."}',
      undefined,
      'invalid_grant',
      'Expired.',
    ],
    ['a detail', '{"detail":"Not Found"}', undefined, undefined, 'Not Found'],
    ['other JSON', '{"a": [1,\n 2]}', undefined, undefined, '{"a": [1, 2]}'],
    ['text', ' upstream\r\n  connect error ', undefined, undefined, 'upstream connect error'],
    [
      'a page',
      '<!DOCTYPE html>\n<title class=x>502 Bad\nGateway</title><p>Words',
      undefined,
      undefined,
      '502 Bad Gateway',
    ],
    ['a page with a heading', '<html><h1>Oops</h1>', undefined, undefined, 'Oops'],
    ['a page with nothing', '<html><p>Words', undefined, undefined, 'a web page'],
  ])('%s', (_who, text, code, status, message) => {
    expect(parseErrorBody(text)).toEqual({ code, status, message, details: [] });
  });

  test('nothing', () => {
    expect(parseErrorBody(' \n')).toBeUndefined();
    expect(pageTitle('<html>')).toBeUndefined();
  });
});

test('a message is one bounded line', () => {
  const message = parseErrorBody(error({ message: `${'🌼\n'.repeat(50_000)}` }))?.message ?? '';
  expect(message.length).toBeLessThan(1100);
  expect(message).not.toMatch(/\n/);
  expect(message).toBe(message.toString().replace(/[\ud800-\udbff](?![\udc00-\udfff])/g, ''));
});

test.each([
  ["Consumer 'api_key:AIzaSyA-1234567890abcdefghijklmnopqrstu' has been suspended.", 'AIzaSyA-'],
  ['Invalid token ya29.a0AfB_byC-123.xyz given', 'a0AfB'],
  ['header Authorization: Bearer abc.def-ghi/jkl== refused', 'abc.def'],
  ['GET /v1beta/models?key=topsecret&alt=sse', 'topsecret'],
  ['bad request /?alt=sse&access_token=topsecret', 'topsecret'],
  ['Incorrect API key provided: sk-proj-abcdefgh12345678', 'abcdefgh'],
  ['jwt eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl', 'eyJpc3M'],
])('a secret in a message is not shown: %s', (text, secret) => {
  expect(oneLine(text)).not.toContain(secret);
  expect(oneLine(text)).toContain('****');
  expect(JSON.stringify(parseErrorBody(error({ message: text })))).not.toContain(secret);
});

test('any text is read without failing', () => {
  const marks = [
    '{',
    '}',
    '[',
    ']',
    '"error"',
    '"message"',
    ':',
    '"',
    '\\"',
    ',',
    '1',
    '<title',
    '>',
    ' ',
    'null',
    '__proto__',
  ];
  const text = fc.array(fc.oneof(fc.constantFrom(...marks), fc.string({ maxLength: 3 })), { maxLength: 40 });
  fc.assert(
    fc.property(text, (parts) => {
      const body = parseErrorBody(parts.join(''));
      expect(body === undefined || body.message !== undefined || body.status !== undefined).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
