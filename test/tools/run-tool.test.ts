import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type RunToolOptions, runTool } from '../../src/tools/run-tool.ts';

const cwd = mkdtempSync(join(tmpdir(), 'gemini-tool-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const PATH = process.env.PATH ?? '';

function run(argv: [string, ...string[]], options: Partial<RunToolOptions> = {}, args = {}) {
  return runTool({ name: 'f', argv }, args, {
    signal: new AbortController().signal,
    cwd,
    env: { PATH },
    timeoutMs: 10_000,
    ...options,
  });
}

/** A command in JavaScript; `input` is what stands on its stdin. */
const script = (body: string): [string, ...string[]] => [
  process.execPath,
  '-e',
  `const input = require('fs').readFileSync(0, 'utf8'); ${body}`,
];

/** Whether a process is there and is no zombie. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    // Systems without /proc: the signal alone tells.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 10));
}

/** A shell that starts a second process in its group and writes both ids down; nobody heeds SIGTERM. */
function stubborn(file: string): [string, ...string[]] {
  return [
    'sh',
    '-c',
    `trap '' TERM; sleep 60 & echo "$$ $!" > ${file}.part; mv ${file}.part ${file}; wait; wait`,
  ];
}
const pidsIn = (file: string) => readFileSync(join(cwd, file), 'utf8').trim().split(' ').map(Number);

describe('the response of a tool', () => {
  it('is its JSON object; the arguments of the call stand on its stdin', async () => {
    const args = { city: 'Überlingen', days: [1, 2] };
    expect(await run(script('process.stdout.write(input)'), {}, args)).toEqual(args);
  });

  it.each([
    ['[1]', { result: [1] }],
    ['"a"', { result: 'a' }],
    ['null', { result: null }],
    ['rain, 12°\n', { result: 'rain, 12°' }],
    ['', { result: '' }],
  ])('is {result} for %j', async (output, response) => {
    expect(await run(['printf', '%s', output])).toEqual(response);
  });

  it('comes even if the command does not read its arguments', async () => {
    const args = { text: 'x'.repeat(1_000_000) };
    expect(await run(['echo', 'done'], {}, args)).toEqual({ result: 'done' });
  });

  it('does not wait for what the command leaves running', async () => {
    const started = performance.now();
    const { result: pid } = await run(['sh', '-c', 'sleep 20 & echo $!']);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(isAlive(Number(pid))).toBe(true);
    process.kill(Number(pid));
  });

  it('is got without a shell', async () => {
    expect(await run(['echo', '$HOME', '`id`', '|', 'cat'])).toEqual({ result: '$HOME `id` | cat' });
  });
});

describe('a tool that fails', () => {
  it.each<[string, [string, ...string[]], RegExp]>([
    ['ends with a code', ['sh', '-c', 'echo no such city; exit 3'], /exit code 3/],
    ['is ended by a signal', ['sh', '-c', 'kill -9 $$'], /SIGKILL/],
    ['is not there', ['./no-such-program'], /not found/],
    ['may not be run', ['./notes.txt'], /permission/],
    ['cannot be started', ['echo', 'a\0b'], /cannot be run/],
  ])('and %s is told to the model and the person', async (_case, argv, words) => {
    writeFileSync(join(cwd, 'notes.txt'), 'x', { mode: 0o644 });
    const notes: string[] = [];
    const response = await run(argv, { onNote: (line) => notes.push(line) });
    expect(response.error).toMatch(words);
    expect(response.output).toBe(argv[2]?.startsWith('echo') ? 'no such city\n' : undefined);
    expect(notes).toEqual([expect.stringMatching(words)]);
  });

  it('writes too much and is stopped', async () => {
    const response = await run(['sh', '-c', 'exec cat /dev/zero'], { maxOutputBytes: 100_000 });
    expect(response.error).toMatch(/100000 bytes/);
    expect(String(response.output ?? '').length).toBeLessThan(10_000);
  });

  it('takes too long and is stopped with all it started', async () => {
    const response = await run(stubborn('slow'), { timeoutMs: 1000 });
    expect(response.error).toMatch(/longer than 1 s/);
    expect(pidsIn('slow')).toHaveLength(2);
    await until(() => !pidsIn('slow').some(isAlive));
  });

  it('is stopped, with all it started, when the run is interrupted', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const running = run(stubborn('aborted'), { signal: controller.signal });
    await until(() => existsSync(join(cwd, 'aborted')));
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await until(() => !pidsIn('aborted').some(isAlive));
    await expect(run(['echo'], { signal: controller.signal })).rejects.toBe(reason);
  });
});

describe('beside the response', () => {
  it('stderr comes line by line, at most so much', async () => {
    const lines: string[] = [];
    const onStderr = (line: string) => lines.push(line);
    await run(['sh', '-c', "printf 'one\\r\\ntw' >&2; printf 'ö\\n\\nlast' >&2"], { onStderr });
    expect(lines).toEqual(['one', 'twö', '', 'last']);
    lines.length = 0;
    await run(script("process.stderr.write('x'.repeat(500_000))"), { onStderr, maxOutputBytes: 50_000 });
    expect(lines.join('').replace(/[^x]/g, '')).toHaveLength(50_000);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(20_000);
  });

  it('the environment holds no key of the model, but what other commands need', async () => {
    const env = {
      PATH,
      GOOGLE_API_KEY: 'secret',
      Gemini_Api_Key: 'secret',
      OPENAI_API_KEY: 'secret',
      GEMINI_GDC_TOKEN: 'secret',
      GOOGLE_APPLICATION_CREDENTIALS: '/a/file',
      OTHER: 'x',
      UNSET: undefined,
    };
    const seen = await run(script('process.stdout.write(JSON.stringify(process.env))'), { env });
    expect(seen).toMatchObject({ GOOGLE_APPLICATION_CREDENTIALS: '/a/file', OTHER: 'x' });
    expect(JSON.stringify(seen)).not.toContain('secret');
  });
});
