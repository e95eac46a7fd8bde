import { describe, expect, test } from 'vitest';
import { AuthError, type GeminiError, QuotaError, RefusedError, UnavailableError } from '../../src/errors.ts';
import { type StatusFacts, statusError } from '../../src/wire/status.ts';

const now = new Date('2026-11-22T08:00:00Z');
const RPC = 'type.googleapis.com/google.rpc.';

function errorOf(
  httpStatus: number,
  fields: object | string = '',
  headers: StatusFacts['headers'] = {},
  host = 'api.example',
) {
  const body = typeof fields === 'string' ? fields : JSON.stringify({ error: fields });
  return statusError({ httpStatus, headers, body, now, host });
}

const info = (reason: string, metadata: object = {}) => ({ '@type': `${RPC}ErrorInfo`, reason, metadata });
const quota = (quotaId: string) => ({
  '@type': `${RPC}QuotaFailure`,
  violations: [{ quotaId, quotaValue: '250' }],
});

describe('class, exit code and whether to try again', () => {
  test.each<[number, new (message: string) => GeminiError, boolean]>([
    [301, UnavailableError, false],
    [307, UnavailableError, false],
    [400, RefusedError, false],
    [401, AuthError, false],
    [402, RefusedError, false],
    [403, AuthError, false],
    [404, RefusedError, false],
    [407, UnavailableError, false],
    [408, UnavailableError, true],
    [409, RefusedError, false],
    [413, RefusedError, false],
    [429, QuotaError, true],
    [499, UnavailableError, false],
    [500, UnavailableError, true],
    [501, UnavailableError, false],
    [502, UnavailableError, true],
    [503, UnavailableError, true],
    [504, UnavailableError, true],
  ])('%i', (status, Kind, retryable) => {
    const error = errorOf(status, { message: 'The words.', status: 'NAME' });
    expect(error).toBeInstanceOf(Kind);
    expect(error).toMatchObject({ status, retryable, code: 'NAME' });
    expect(error.message).toMatch(new RegExp(`^api\\.example: .*${status} NAME.*The words\\.$`));
    expect(errorOf(status)).toBeInstanceOf(Kind);
  });

  test('in a stream the code of the body counts', () => {
    expect(errorOf(200, { code: 429, message: 'm' })).toBeInstanceOf(QuotaError);
    expect(errorOf(200, { message: 'm', type: 'invalid_request_error' })).toBeInstanceOf(RefusedError);
    const unknown = errorOf(200, '{"error":"model crashed"}');
    expect(unknown).toMatchObject({ exitCode: 7, retryable: false });
    expect(unknown.message).toBe('api.example: reported an error: model crashed');
    expect(errorOf(503, { code: 400, message: 'm' })).toBeInstanceOf(UnavailableError);
  });

  test('a web page is reduced to its title', () => {
    const error = errorOf(502, '<html><title>502 Bad Gateway</title><body>secret words');
    expect(error.message).toContain('502 Bad Gateway');
    expect(error.message).not.toContain('secret words');
  });
});

describe('400', () => {
  test('shows which field was wrong, in bounds', () => {
    const violation = { field: 'generation_config.top_k', description: 'Invalid\nvalue' };
    const error = errorOf(400, {
      message: 'Invalid JSON payload received.',
      status: 'INVALID_ARGUMENT',
      details: [{ '@type': `${RPC}BadRequest`, fieldViolations: Array(50).fill(violation) }],
    });
    expect(error.details[0]).toBe('generation_config.top_k: Invalid value');
    expect(error.details.length).toBeLessThan(10);
    expect(error.details.at(-1)).toBe('and 42 more');
  });

  test('a bad API key is a matter of authentication', () => {
    expect(errorOf(400, { message: 'x', details: [info('API_KEY_INVALID')] })).toBeInstanceOf(AuthError);
    expect(errorOf(400, { message: 'API key not valid. Please pass a valid API key.' })).toBeInstanceOf(
      AuthError,
    );
  });
});

describe('401 and 403 say what to do', () => {
  test('the API is off: where to switch it on', () => {
    const activationUrl =
      'https://console.cloud.google.com/apis/api/aiplatform.googleapis.com/overview?project=p';
    expect(errorOf(403, { details: [info('SERVICE_DISABLED', { activationUrl })] }).hint).toContain(
      activationUrl,
    );
    const hostile = errorOf(403, { details: [info('SERVICE_DISABLED', { activationUrl: 'javascript:x' })] });
    expect(hostile.hint).not.toContain('javascript');
  });

  test('quota project, scope, missing permission, anything else', () => {
    expect(errorOf(403, { message: 'requires a quota project, which is not set' }).hint).toContain(
      'GOOGLE_CLOUD_QUOTA_PROJECT',
    );
    expect(errorOf(403, { details: [info('USER_PROJECT_DENIED')] }).hint).toContain(
      'GOOGLE_CLOUD_QUOTA_PROJECT',
    );
    expect(errorOf(403, { details: [info('ACCESS_TOKEN_SCOPE_INSUFFICIENT')] }).hint).toContain(
      'cloud-platform',
    );
    const permission = 'aiplatform.endpoints.predict';
    expect(errorOf(403, { details: [info('IAM_PERMISSION_DENIED', { permission })] }).hint).toContain(
      permission,
    );
    expect(errorOf(403, { details: [info('toString')] }).hint).toContain('auth status');
  });

  test('a clock that is wrong explains a refused token', () => {
    expect(errorOf(401, '', { date: 'Sun, 22 Nov 2026 08:04:00 GMT' }).hint).not.toContain('clock');
    expect(errorOf(401, '', { date: 'Sun, 22 Nov 2026 09:30:00 GMT' }).hint).toContain('09:30');
  });
});

describe('429', () => {
  const wait = (fields: object, headers: StatusFacts['headers'] = {}) =>
    errorOf(429, fields, headers).retryAfterMs;
  const retryInfo = (retryDelay: unknown) => ({ details: [{ '@type': `${RPC}RetryInfo`, retryDelay }] });

  test.each<[string, number | undefined, object, StatusFacts['headers']]>([
    ['RetryInfo', 34_075, retryInfo('34.0749s'), {}],
    ['RetryInfo in milliseconds', 900, retryInfo('900ms'), {}],
    ['RetryInfo as an object', 1_500, retryInfo({ seconds: '1', nanos: 5e8 }), {}],
    [
      'RetryInfo before all else',
      1_000,
      { ...retryInfo('1s'), message: 'Please retry in 2s.' },
      { 'retry-after': '3' },
    ],
    ['words', 59_900, { message: 'Quota. Please retry in 59.9s.' }, {}],
    ['words, milliseconds', 901, { message: 'Please retry in 900.2ms' }, {}],
    ['words, composite', 3_723_000, { message: 'Please retry in 1h2m3s' }, {}],
    ['retry-after-ms', 250, {}, { 'retry-after-ms': '250', 'retry-after': '9' }],
    ['Retry-After', 12_000, {}, { 'retry-after': '12' }],
    ['Retry-After zero', 0, {}, { 'retry-after': '0' }],
    ['Retry-After date', 90_000, {}, { 'retry-after': 'Sun, 22 Nov 2026 08:01:30 GMT' }],
    ['Retry-After date of the oldest form', 90_000, {}, { 'retry-after': 'Sun Nov 22 08:01:30 2026' }],
    ['nothing', undefined, {}, {}],
    ['past date', undefined, {}, { 'retry-after': 'Sun, 22 Nov 2026 07:00:00 GMT' }],
    ...['-5', 'NaN', '1e99', '99999999999', 'Infinity', '', ' ', '0x10', 'soon', 'Sunday'].map(
      (text): [string, undefined, object, StatusFacts['headers']] => [
        `nonsense ${text}`,
        undefined,
        {},
        { 'retry-after': text },
      ],
    ),
    ['nonsense RetryInfo, then a good header', 2_000, retryInfo('-3s'), { 'retry-after': '2' }],
    ['nonsense objects', undefined, retryInfo({ seconds: 'x' }), {}],
  ])('%s', (_what, expected, fields, headers) => {
    expect(wait(fields, headers)).toBe(expected);
  });

  test('a rate per minute is waited for', () => {
    expect(errorOf(429, { details: [quota('RequestsPerMinutePerProject')] })).toMatchObject({
      retryable: true,
      retryAfterMs: 60_000,
    });
  });

  test('a quota of a day, one of nothing, or a long wait is not, and the hint says why', () => {
    const day = errorOf(429, {
      details: [quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier'), ...retryInfo('30s').details],
    });
    expect(day).toMatchObject({ retryable: false, hint: expect.stringContaining('midnight') });
    expect(day.details.join()).toContain('PerDay');
    for (const message of ['limit: 0, model: x', 'limit: 0\nPlease retry in 5s']) {
      expect(errorOf(429, { message })).toMatchObject({
        retryable: false,
        hint: expect.stringContaining('no quota'),
      });
    }
    expect(errorOf(429, { message: 'limit: 05, limit: 0.5' }).retryable).toBe(true);
    expect(errorOf(429, { message: 'x', code: 'insufficient_quota' }).retryable).toBe(false);
    expect(errorOf(429, retryInfo('3700s'))).toMatchObject({
      retryable: false,
      hint: expect.stringContaining('1 h 2 min'),
    });
    expect(errorOf(503, '', { 'retry-after': '61' }).retryable).toBe(false);
    expect(errorOf(503, '', { 'retry-after': '60' })).toMatchObject({
      retryable: true,
      retryAfterMs: 60_000,
    });
  });
});

describe('a redirect', () => {
  test.each([
    ['https://user:secret@login.example:8443/path?token=secret', 'login.example:8443'],
    ['//other.example/path', 'other.example'],
    ['/elsewhere', 'another path'],
    ['https://api.example/secret', 'another path'],
    ['http://[bad', 'another path'],
    [undefined, 'another path'],
  ])('to %s names the host only', (location, shown) => {
    const error = errorOf(302, '', location === undefined ? {} : { location });
    expect(error.message).toContain(shown);
    expect(error.message).not.toContain('secret');
  });
});

test('404 and 413 have a next step, by host', () => {
  expect(errorOf(404).hint).not.toContain('--location');
  expect(errorOf(404, '', {}, 'europe-west4-aiplatform.googleapis.com').hint).toContain('--location');
  expect(errorOf(413).hint).toContain('gs://');
});

test('a key in a detail is not shown', () => {
  const error = errorOf(403, {
    message: "Consumer 'api_key:AIzaSyA-1234567890abcdef' has been suspended.",
    details: [{ links: [{ description: 'x', url: 'https://a.example/?key=AIzaSyA-1234567890abcdef' }] }],
  });
  expect(JSON.stringify([error.message, error.details])).not.toContain('1234567890');
});
