import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScriptedReply } from '../../src/emulator/script.ts';
import { BIN, cleanEnvironment, runGemini, startGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const chunk = (text: string, finishReason?: string) => ({
  candidates: [
    { content: { role: 'model', parts: [{ text }] }, index: 0, ...(finishReason ? { finishReason } : {}) },
  ],
});
const error = (code: number, status: string, details: unknown[] = []) => ({
  status: code,
  body: { error: { code, status, message: `${status} in words`, details } },
});
const retryInfo = (retryDelay: string) => ({
  '@type': 'type.googleapis.com/google.rpc.RetryInfo',
  retryDelay,
});

/** One line of error, and nothing a person cannot use. */
const ONE_ERROR = /^(waiting [^\n]+\n)*gemini: [^\n]+\n( {2}[^\n]+\n)*(hint: [^\n]+\n)?$/;

const ROWS: [
  name: string,
  exit: number,
  stdout: string | RegExp,
  args: string[],
  replies: ScriptedReply[],
][] = [
  ['400', 10, '', [], [error(400, 'INVALID_ARGUMENT')]],
  ['401', 4, '', [], [error(401, 'UNAUTHENTICATED')]],
  ['403', 4, '', [], [error(403, 'PERMISSION_DENIED')]],
  ['404', 10, '', [], [error(404, 'NOT_FOUND')]],
  ['413', 10, '', [], [error(413, 'FAILED_PRECONDITION')]],
  ['429 without tries left', 6, '', ['--retries', '0'], [error(429, 'RESOURCE_EXHAUSTED')]],
  ['503 without tries left', 7, '', ['--retries', '0'], [error(503, 'UNAVAILABLE')]],
  [
    '429 with a wait over 60 s is not waited for',
    6,
    '',
    [],
    [error(429, 'RESOURCE_EXHAUSTED', [retryInfo('3600s')])],
  ],
  [
    '429, then an answer',
    0,
    'Hi\n',
    [],
    [error(429, 'RESOURCE_EXHAUSTED', [retryInfo('0.05s')]), { chunks: [chunk('Hi', 'STOP')] }],
  ],
  [
    'reset before the headers, then an answer',
    0,
    'Hi\n',
    [],
    [{ fault: { kind: 'reset' } }, { chunks: [chunk('Hi', 'STOP')] }],
  ],
  [
    'a redirect is not followed',
    7,
    '',
    [],
    [{ status: 307, headers: { location: 'https://example.com/x' }, body: '' }],
  ],
  [
    'a web page',
    7,
    '',
    ['--retries', '0'],
    [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<html><title>Log in</title></html>' }],
  ],
  ['an empty 200', 7, '', ['--retries', '0'], [{ status: 200, body: '' }]],
  ['prompt blocked', 5, '', [], [{ chunks: [{ promptFeedback: { blockReason: 'SAFETY' } }] }]],
  [
    'answer blocked in the middle',
    5,
    'Half\n',
    [],
    [{ chunks: [chunk('Half'), { candidates: [{ index: 0, finishReason: 'SAFETY' }] }] }],
  ],
  ['MAX_TOKENS', 8, 'Half\n', [], [{ chunks: [chunk('Half', 'MAX_TOKENS')] }]],
  ['an unknown finish reason', 8, 'Half\n', [], [{ chunks: [chunk('Half', 'NEW_REASON')] }]],
  ['no finish reason', 8, 'Half\n', [], [{ chunks: [chunk('Half')] }]],
  ['no candidates', 8, '', [], [{ chunks: [{ usageMetadata: { totalTokenCount: 3 } }] }]],
  [
    'cut in an event',
    8,
    'Half\n',
    [],
    [{ chunks: [chunk('Half'), chunk(' more', 'STOP')], fault: { kind: 'half-json' } }],
  ],
  [
    'reset after text',
    8,
    'Half\n',
    [],
    [
      {
        writes: [`data: ${JSON.stringify(chunk('Half'))}\r\n\r\n`, { text: ': x\n\n', delayMs: 50 }],
        fault: { kind: 'reset', afterBytes: 100 },
      },
    ],
  ],
  [
    'an error object in the stream',
    7,
    'Half\n',
    [],
    [
      {
        writes: [
          `data: ${JSON.stringify(chunk('Half'))}\n\n`,
          'data: {"error":{"code":503,"status":"UNAVAILABLE","message":"overloaded"}}\n\n',
        ],
      },
    ],
  ],
  [
    'a bare JSON error in the stream, over many lines',
    7,
    'Half\n',
    [],
    [
      {
        writes: [
          `data: ${JSON.stringify(chunk('Half'))}\n\n`,
          '{\n "error": {\n',
          '  "code": 503,\n  "message": "overloaded",\n  "status": "UNAVAILABLE"\n }\n}\n',
        ],
      },
    ],
  ],
  ['silence', 7, '', ['--header-timeout', '0.2', '--retries', '0'], [{ fault: { kind: 'hang' } }]],
  [
    'silence after text',
    8,
    'Half\n',
    ['--idle-timeout', '0.2'],
    [{ chunks: [chunk('Half'), chunk('x', 'STOP')], fault: { kind: 'stall', afterPieces: 1 } }],
  ],
  ['the whole takes too long', 7, '', ['--timeout', '0.3'], [{ fault: { kind: 'hang' } }]],
];

describe('what can go wrong between us and the service', () => {
  it.each(ROWS)('%s: exit %i', async (_name, exit, stdout, args, replies) => {
    const { env } = await withEmulator({ strict: true, replies });
    const run = await runGemini(['ask', 'hello', ...args], {
      env: { ...env, GEMINI_API_KEY: 'canary-key-1234' },
    });
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: exit, stdout });
    if (exit !== 0) expect(run.stderr).toMatch(ONE_ERROR);
    expect(run.stderr).not.toMatch(/canary|\bat .*\.js:\d+/);
  });

  it('a broken answer is not published as a file, and what came is not lost', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'out.txt');
    writeFileSync(file, 'old');
    const { env } = await withEmulator({ replies: [{ chunks: [chunk('Half', 'MAX_TOKENS')] }] });
    expect((await runGemini(['ask', 'hello', '-o', file], { env })).code).toBe(8);
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readFileSync(`${file}.partial`, 'utf8')).toContain('Half');
  });

  it('nobody listens: names host and port', async () => {
    const { code, stderr } = await runGemini(['ask', 'hello'], {
      env: { GEMINI_EMULATOR_HOST: '127.0.0.1:1' },
    });
    expect(code).toBe(7);
    expect(stderr).toContain('127.0.0.1:1');
  });

  it('a credential stays with its origin: the target of a redirect gets nothing', async () => {
    const seen: IncomingMessage[] = [];
    const other = createServer((request, response) => {
      seen.push(request);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/steal`;
    const first = createServer((request, response) => {
      request.resume();
      response.writeHead(308, { location }).end();
    }).listen(0, '127.0.0.1');
    await once(first, 'listening');
    const base = `http://127.0.0.1:${(first.address() as AddressInfo).port}`;
    const run = await runGemini(['ask', 'hi', '-b', 'developer', '--base-url', base], {
      env: { GEMINI_API_KEY: 'canary-key-1234' },
    });
    first.close();
    other.close();
    expect(run.code).toBe(7);
    expect(seen).toEqual([]);
  });
});

describe('what the person and the machine do', () => {
  it('a reader that goes away ends the run at once, with success', async () => {
    const { env } = await withEmulator({
      replies: [{ chunks: Array.from({ length: 500 }, () => chunk('word\n')), chunkDelayMs: 20 }],
    });
    const started = performance.now();
    const child = spawn('sh', ['-c', `"$0" "$1" ask hello; echo "code $?" >&2`, process.execPath, BIN], {
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (data) => (stderr += data));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await once(child, 'close');
    expect(stderr).toBe('code 0\n');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends with %i, keeps what came, and closes the connection', async (signal, exit) => {
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(chunk('so far'))}\n\n`);
      response.on('close', closed);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = (server.address() as AddressInfo).port;
    const child = startGemini(['ask', 'hello'], { env: { GEMINI_EMULATOR_HOST: `127.0.0.1:${port}` } });
    const [first] = await once(child.stdout ?? child, 'data');
    expect(String(first)).toBe('so far');
    child.kill(signal);
    const [code] = await once(child, 'close');
    await gone;
    server.close();
    expect(code).toBe(exit);
  });

  it('a full disk is said', async () => {
    if (!existsSync('/dev/full')) return;
    const { env } = await withEmulator();
    const child = spawn('sh', ['-c', `"$0" "$1" ask hello > /dev/full`, process.execPath, BIN], {
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (data) => (stderr += data));
    const [code] = await once(child, 'close');
    expect(code).toBe(3);
    expect(stderr).toContain('no space left');
  });

  it('stdin that stays open and silent is named after 3 s, and Ctrl-C still ends the run', async () => {
    const { env } = await withEmulator();
    const child = spawn(process.execPath, [BIN, 'ask', 'hello'], {
      env: cleanEnvironment(env),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const [line] = await once(child.stderr, 'data');
    expect(String(line)).toContain('stdin');
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
  });
});
