import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { chunk, event, faults, HI, type Row, refusal, STREAM_HEAD } from './row.ts';

const NO_RETRIES = ['--retries', '0'];
const half = event(chunk('Half'));
const whole = event(chunk('Half')) + event(chunk(' and half', 'STOP'));

/** A server that answers every request with these bytes and hangs up. */
const bytes =
  (...pieces: (string | Buffer)[]): NonNullable<Row['server']> =>
  (socket) => {
    for (const piece of pieces) socket.write(piece);
    socket.end();
  };

const retryInfo = (retryDelay: string) => ({
  '@type': 'type.googleapis.com/google.rpc.RetryInfo',
  retryDelay,
});
const errorInfo = (reason: string, metadata = {}) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
  metadata,
});

faults('the way to the service', [
  {
    fault: 'a name that nobody has',
    command: ['ask', 'hello', '-b', 'developer', '--base-url', 'https://nowhere.invalid'],
    exit: 7,
    says: /nowhere\.invalid/,
  },
  {
    fault: 'nobody listens',
    command: ['ask', 'hello', '-b', 'developer', '--base-url', 'http://127.0.0.1:1'],
    exit: 7,
    says: /127\.0\.0\.1:1/,
    saysNot: /waiting/,
  },
  {
    fault: 'a reset before the headers, then an answer',
    server: [{ fault: { kind: 'reset' } }, HI],
    exit: 0,
    stdout: 'Hi\n',
  },
  {
    fault: 'silence',
    server: [{ fault: { kind: 'hang' } }],
    args: ['--header-timeout', '0.2', ...NO_RETRIES],
    exit: 7,
  },
  {
    fault: 'silence is worth one more try only, since the work may have been done',
    server: [{ fault: { kind: 'hang' }, times: 2 }],
    args: ['--header-timeout', '0.2'],
    exit: 7,
    says: /may have been done/,
    requests: 2,
  },
  {
    fault: 'the whole takes too long, tries included',
    server: [{ fault: { kind: 'hang' }, times: 'any' }],
    args: ['--header-timeout', '0.2', '--timeout', '0.5'],
    exit: 7,
  },
  {
    fault: 'a server that is never done saying nothing',
    server: (socket) => {
      socket.write(`${STREAM_HEAD}\r\n`);
      const more = setInterval(() => socket.write(': still here\n\n'), 20);
      socket.on('close', () => clearInterval(more));
    },
    args: ['--timeout', '0.4', '--idle-timeout', '0.2', ...NO_RETRIES],
    exit: 7,
  },
]);

faults('the connection in mid-answer', [
  {
    fault: 'reset after text',
    server: (socket) => {
      socket.write(`${STREAM_HEAD}\r\n${half}`);
      setTimeout(() => socket.resetAndDestroy(), 100);
    },
    exit: 8,
    stdout: 'Half\n',
    requests: 1,
  },
  {
    fault: 'cut in an event',
    server: [{ chunks: [chunk('Half'), chunk(' more', 'STOP')], fault: { kind: 'half-json' } }],
    exit: 8,
    stdout: 'Half\n',
    requests: 1,
  },
  {
    fault: 'no last event',
    server: [{ chunks: [chunk('Half'), chunk(' more', 'STOP')], fault: { kind: 'no-finish' } }],
    exit: 8,
    stdout: 'Half\n',
  },
  {
    fault: 'silence after text',
    server: [{ chunks: [chunk('Half'), chunk('x', 'STOP')], fault: { kind: 'stall', afterPieces: 1 } }],
    args: ['--idle-timeout', '0.2'],
    exit: 8,
    stdout: 'Half\n',
  },
  {
    fault: 'comments keep an answer alive',
    server: [
      {
        writes: [
          half,
          ...Array.from({ length: 6 }, () => ({ text: ': thinking\n\n', delayMs: 150 })),
          event(chunk(' more', 'STOP')),
        ],
      },
    ],
    args: ['--idle-timeout', '0.6'],
    exit: 0,
    stdout: 'Half more\n',
  },
  {
    fault: 'the whole takes too long after text',
    server: [{ chunks: [chunk('Half'), chunk('x', 'STOP')], fault: { kind: 'stall', afterPieces: 1 } }],
    args: ['--timeout', '0.5'],
    exit: 8,
    stdout: 'Half\n',
  },
  {
    fault: 'fewer bytes than Content-Length, although the text is whole',
    server: [{ body: JSON.stringify(chunk('Hi', 'STOP')), fault: { kind: 'wrong-length' } }],
    exit: 8,
    stdout: 'Hi\n',
  },
  {
    fault: 'fewer bytes than Content-Length, in a stream',
    server: bytes(`${STREAM_HEAD}content-length: 100000\r\n\r\n`, half),
    exit: 8,
    stdout: 'Half\n',
  },
  {
    fault: 'a bad chunk size',
    server: (socket) => {
      socket.write(
        `${STREAM_HEAD}transfer-encoding: chunked\r\n\r\n${half.length.toString(16)}\r\n${half}\r\n`,
      );
      setTimeout(() => socket.end('zz\r\n'), 100);
    },
    exit: 8,
    stdout: 'Half\n',
  },
  {
    fault: 'an answer in gzip, cut short after its text',
    server: bytes(`${STREAM_HEAD}content-encoding: gzip\r\n\r\n`, gzipSync(whole).subarray(0, -4)),
    exit: 8,
    stdout: 'Half and half\n',
  },
  ...(['gzip', 'br'] as const).map(
    (coding): Row => ({
      fault: `an answer in ${coding}`,
      server: bytes(
        `${STREAM_HEAD}content-encoding: ${coding}\r\n\r\n`,
        coding === 'br' ? brotliCompressSync(whole) : gzipSync(whole),
      ),
      exit: 0,
      stdout: 'Half and half\n',
    }),
  ),
  {
    fault: 'six encodings, one over another',
    server: bytes(
      `${STREAM_HEAD}content-encoding: gzip, gzip, gzip, gzip, gzip, gzip\r\n\r\n`,
      gzipSync(whole),
    ),
    args: NO_RETRIES,
    exit: 7,
  },
]);

faults('what is no answer', [
  { fault: 'not HTTP', server: bytes('SSH-2.0-OpenSSH_9.6\r\n'), args: NO_RETRIES, exit: 7, saysNot: /SSH/ },
  { fault: 'a server that hangs up at once', server: bytes(''), args: NO_RETRIES, exit: 7 },
  {
    fault: 'a web page',
    server: [
      { headers: { 'content-type': 'text/html' }, body: '<html><title>Log in</title><b>x</b></html>' },
    ],
    args: NO_RETRIES,
    exit: 7,
    says: /Log in/,
    saysNot: /<b>/,
  },
  { fault: 'an empty 200', server: [{ status: 200, body: '' }], args: NO_RETRIES, exit: 7 },
  { fault: '204', server: bytes('HTTP/1.1 204 No Content\r\n\r\n'), args: NO_RETRIES, exit: 7, requests: 1 },
  {
    fault: 'malformed JSON in the first event',
    server: [{ writes: ['data: {"secret payload": }\n\n'] }],
    args: NO_RETRIES,
    exit: 7,
    says: /\d+ bytes/,
    saysNot: /payload/,
  },
  {
    fault: 'malformed JSON after text',
    server: [{ writes: [half, 'data: {"secret payload": }\n\n'] }],
    exit: 8,
    stdout: 'Half\n',
    saysNot: /payload/,
  },
  {
    fault: 'a redirect is not followed, and its target gets nothing',
    server: [{ status: 307, headers: { location: 'https://example.com/x?key=1' }, body: '' }],
    exit: 7,
    says: /example\.com/,
    requests: 1,
  },
]);

const overloaded = { error: { code: 503, status: 'UNAVAILABLE', message: 'overloaded' } };
faults('an error that comes with 200', [
  { fault: 'an object', server: [{ body: overloaded }], args: NO_RETRIES, exit: 7, says: /overloaded/ },
  { fault: 'a list', server: [{ body: [overloaded] }], args: NO_RETRIES, exit: 7, says: /overloaded/ },
  {
    fault: 'an event after text',
    server: [{ writes: [half, event(overloaded)] }],
    exit: 7,
    stdout: 'Half\n',
    says: /overloaded/,
  },
  {
    fault: 'an event that is called so',
    server: [{ writes: [half, `event: error\ndata: ${JSON.stringify(overloaded.error)}\n\n`] }],
    exit: 7,
    stdout: 'Half\n',
    says: /overloaded/,
  },
  {
    fault: 'JSON without an event, over many lines',
    server: [
      {
        writes: [
          half,
          '{\n "error": {\n',
          '  "code": 503,\n  "message": "overloaded",\n  "status": "UNAVAILABLE"\n }\n}\n',
        ],
      },
    ],
    exit: 7,
    stdout: 'Half\n',
    says: /overloaded/,
  },
]);

faults('a status', [
  {
    fault: '400: the words, and which field',
    server: [
      refusal(400, 'INVALID_ARGUMENT', [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [{ field: 'contents[0].parts', description: 'must not be empty' }],
        },
      ]),
    ],
    exit: 10,
    says: /in words[\s\S]*contents\[0\]\.parts.*must not be empty/,
  },
  {
    fault: '400 for the key',
    server: [refusal(400, 'INVALID_ARGUMENT', [errorInfo('API_KEY_INVALID')])],
    exit: 4,
  },
  { fault: '401', server: [refusal(401, 'UNAUTHENTICATED')], exit: 4 },
  {
    fault: '401 from a server whose clock is years apart',
    server: [{ ...refusal(401, 'UNAUTHENTICATED'), headers: { date: 'Wed, 01 Jan 2020 00:00:00 GMT' } }],
    exit: 4,
    says: /clock says .*2020-01-01/s,
  },
  {
    fault: '403 for a service that is off: where to switch it on',
    server: [
      refusal(403, 'PERMISSION_DENIED', [
        errorInfo('SERVICE_DISABLED', { activationUrl: 'https://console.cloud.google.com/on', service: 'x' }),
      ]),
    ],
    exit: 4,
    says: /console\.cloud\.google\.com\/on/,
  },
  { fault: '404', server: [refusal(404, 'NOT_FOUND')], exit: 10, says: /gemini models/ },
  {
    fault: '408, then an answer',
    server: [{ status: 408, headers: { 'retry-after': '0' }, body: '' }, HI],
    exit: 0,
    stdout: 'Hi\n',
  },
  { fault: '413', server: [refusal(413, 'FAILED_PRECONDITION')], exit: 10, says: /gs:\/\// },
  {
    fault: '429, then an answer',
    server: [refusal(429, 'RESOURCE_EXHAUSTED', [retryInfo('0.05s')]), HI],
    exit: 0,
    stdout: 'Hi\n',
    says: /^waiting .*\(429\)\n$/,
  },
  {
    fault: '429 in silence with --quiet',
    server: [{ ...refusal(429, 'RESOURCE_EXHAUSTED'), headers: { 'retry-after-ms': '20' } }, HI],
    args: ['--quiet'],
    exit: 0,
    stdout: 'Hi\n',
    says: /^$/,
  },
  {
    fault: '429 without tries left',
    server: [refusal(429, 'RESOURCE_EXHAUSTED')],
    args: NO_RETRIES,
    exit: 6,
  },
  {
    fault: '429 with a wait over a minute is not waited for',
    server: [refusal(429, 'RESOURCE_EXHAUSTED', [retryInfo('3600s')])],
    exit: 6,
    says: /hint: .*1 h/,
  },
  {
    fault: '429 for the day is not waited for',
    server: [
      refusal(429, 'RESOURCE_EXHAUSTED', [
        retryInfo('0.05s'),
        {
          '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
          violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier', quotaValue: '20' }],
        },
      ]),
    ],
    exit: 6,
    requests: 1,
  },
  ...['-5', 'NaN', '1e99', 'soon'].map(
    (wait): Row => ({
      fault: `503 with a wait of ${wait} is tried again after a wait of ours`,
      server: [{ ...refusal(503, 'UNAVAILABLE'), headers: { 'retry-after': wait } }, HI],
      exit: 0,
      stdout: 'Hi\n',
      also: ({ milliseconds }) => expect(milliseconds).toBeLessThan(8000),
    }),
  ),
  { fault: '499', server: [{ status: 499, body: '' }], exit: 7, requests: 1 },
  ...[500, 502, 503, 504].map(
    (status): Row => ({
      fault: `${status} with a page of a gateway, then an answer`,
      server: [{ status, headers: { 'retry-after': '0' }, body: '<html><title>Bad</title><hr></html>' }, HI],
      exit: 0,
      stdout: 'Hi\n',
    }),
  ),
  {
    fault: '502 with a page of a gateway, without tries left',
    server: [{ status: 502, body: '<html><head><title>502 Bad Gateway</title></head><hr>nginx</html>' }],
    args: NO_RETRIES,
    exit: 7,
    says: /502 Bad Gateway/,
    saysNot: /<|nginx/,
  },
  {
    fault: 'an error that would drive the terminal',
    server: [
      {
        status: 400,
        body: { error: { code: 400, status: 'X', message: 'a\x1b]0;t\x07b\x9b2Jc\u202ed\nhint: no' } },
      },
    ],
    exit: 10,
    says: /a␛]0;t␇b<U\+009B>2Jc<U\+202E>d hint: no/,
  },
]);
