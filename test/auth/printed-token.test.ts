import { expect, it } from 'vitest';
import { printedToken } from '../../src/auth/printed-token.ts';

const NOW = 1_000_000;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = `${part({ alg: 'none' })}.${part({ exp: 5000 })}.sig`;

it.each([
  ['ya29.abc\n', { value: 'ya29.abc', endsAt: undefined }],
  [jwt, { value: jwt, endsAt: 5_000_000 }],
  ['a.b.c', { value: 'a.b.c', endsAt: undefined }],
  ['{"access_token": "t", "expires_in": 60}', { value: 't', endsAt: NOW + 60_000 }],
  ['{"access_token": "t", "expires_in": "60"}', { value: 't', endsAt: NOW + 60_000 }],
  ['{"access_token": "t", "expiry": "1970-01-01T00:30:00Z"}', { value: 't', endsAt: 1_800_000 }],
  ['{"access_token": "t", "expiry": 1800}', { value: 't', endsAt: 1_800_000 }],
  ['{"access_token": "t", "expiry": "soon"}', { value: 't', endsAt: undefined }],
  [`{"access_token": "${jwt}"}`, { value: jwt, endsAt: 5_000_000 }],
  ['', undefined],
  ['two words', undefined],
  ['line\nline', undefined],
  ['é', undefined],
  ['{"token": "t"}', undefined],
  ['{"access_token": "two words"}', undefined],
  ['{', undefined],
])('%j → %j', (output, token) => {
  expect(printedToken(output, NOW)).toEqual(token);
});
