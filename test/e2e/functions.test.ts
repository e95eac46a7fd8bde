import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScriptedReply } from '../../src/emulator/script.ts';
import type { FunctionCall, GenerateContentRequest, Part } from '../../src/wire/generate-content.ts';
import { readable, runOnTerminal } from '../helpers/in-terminal.ts';
import { runGemini, startGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const SEEDS = resolve(import.meta.dirname, '../fixtures/seeds');
const folder = temporaryFolder();

/** The declarations of a sample of the documents, as a tools file. */
function toolsOf(seed: string): string {
  const file = join(folder, `${seed}.json`);
  const { tools } = JSON.parse(readFileSync(join(SEEDS, `${seed}.canonical.json`), 'utf8'));
  writeFileSync(file, JSON.stringify(tools));
  return `@${file}`;
}
const THEATERS = ['Which theaters show Barbie?', '--tools', toolsOf('vertex-functions')];
const WEATHER = ['Weather in Boston?', '--tools', toolsOf('vertex-function-response')];

/** A reply of one turn of the model. */
function turn(parts: readonly Part[], finishReason = 'STOP'): ScriptedReply {
  return { chunks: [{ candidates: [{ content: { role: 'model', parts }, finishReason }] }] };
}
const call = (name: string, args: Record<string, unknown> = {}, more: Partial<FunctionCall> = {}): Part => ({
  functionCall: { name, args, ...more },
});
const DONE = turn([{ text: 'Done.' }]);

/**
 * A command that writes down its arguments, what stood on its stdin and its environment, and answers with both. It
 * stands in a folder and a file that need quoting.
 */
const place = join(temporaryFolder(), 'tool.cjs');
writeFileSync(
  place,
  `const { appendFileSync, readFileSync } = require('node:fs');
const [log, ...words] = process.argv.slice(2);
const args = JSON.parse(readFileSync(0, 'utf8'));
appendFileSync(log, JSON.stringify({ words, args, env: process.env }) + '\\n');
console.error('\\u001b[2Jlooking');
console.log(JSON.stringify({ words, args }));
`,
);
let logs = 0;
function tool(name: string, words = '') {
  const log = join(folder, `log ${++logs}`);
  const runs = () =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  return { flag: ['--tool', `${name}=${process.execPath} ${place} "${log}" ${words}`], runs };
}

const contentsOf = (body: unknown) => (body as GenerateContentRequest).contents;
/** What the model was told in the second request. */
const responsesIn = (body: unknown) =>
  contentsOf(body)
    .at(-1)
    ?.parts.map(({ functionResponse }) => functionResponse);

describe('a function call', () => {
  it.each([
    [THEATERS, 'find_theaters', { movie: 'Barbie', location: 'Mountain View, CA' }],
    [WEATHER, 'get_current_weather', { location: 'Boston, MA' }],
  ])('of %j is printed as JSON', async (args, name, values) => {
    const { env, requests } = await withEmulator({ replies: [turn([call(name, values)])] });
    const { code, stdout, stderr } = await runGemini(['ask', ...args], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`${JSON.stringify({ functionCall: { name, args: values } })}\n`);
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['although none was declared', ['hi'], turn([{ text: 'Sure.' }, call('rm_rf', { path: '/' })])],
    ['of another name than was declared', WEATHER, turn([{ text: 'Sure.' }, call('rm_rf', { path: '/' })])],
  ])('%s is shown and nothing more: exit 8', async (_name, args, reply) => {
    const { env, requests } = await withEmulator({ replies: [reply] });
    const { code, stdout, stderr } = await runGemini(['ask', ...args, '--yes'], { env });
    expect({ code, stdout }).toEqual({
      code: 8,
      stdout: 'Sure.\n{"functionCall":{"name":"rm_rf","args":{"path":"/"}}}\n',
    });
    expect(stderr).toContain('rm_rf');
    expect(requests).toHaveLength(1);
  });

  it('may be of a function that cached content declares', async () => {
    const chunk = { candidates: [{ content: { parts: [call('look_up')] }, finishReason: 'STOP' }] };
    const { env } = await withEmulator({ replies: [{ body: [chunk] }] });
    const run = await runGemini(['ask', 'hi', '--cached-content', 'cachedContents/x'], { env });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('look_up');
  });

  it('takes the place of an answer that fits a schema', async () => {
    const { env } = await withEmulator({ replies: [turn([call('get_current_weather')])] });
    const run = await runGemini(['ask', ...WEATHER, '--schema', 'degrees int'], { env });
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each([
    ['asked for again once', [], [turn([], 'MALFORMED_FUNCTION_CALL'), DONE], 0, 'Done.\n'],
    ['no more than once', [], [turn([], 'MALFORMED_FUNCTION_CALL'), turn([], 'UNEXPECTED_TOOL_CALL')], 8, ''],
    ['not after text', [], [turn([{ text: 'Well' }], 'MALFORMED_FUNCTION_CALL')], 8, 'Well\n'],
    ['not after its chunks', ['--format', 'jsonl'], [turn([], 'MALFORMED_FUNCTION_CALL')], 8, /^\{.*\}\n$/],
  ])('that is malformed is %s', async (_name, args, replies, code, stdout) => {
    const { env, requests } = await withEmulator({ strict: true, replies });
    const run = await runGemini(['ask', ...WEATHER, ...args], { env });
    expect(run.code).toBe(code);
    if (typeof stdout === 'string') expect(run.stdout).toBe(stdout);
    else expect(run.stdout).toMatch(stdout);
    expect(requests).toHaveLength(replies.length);
  });
});

describe('--tool', () => {
  it('runs the command, and sends back what the model said with the response', async () => {
    const theaters = tool('find_theaters');
    const said: Part[] = [
      { text: 'Let me look.', thought: true, thoughtSignature: 'dGhvdWdodA==' },
      { text: 'One moment. ' },
      {
        ...call('find_theaters', { movie: 'Barbie', note: 'ünï "quoted"\n$HOME' }, { id: 'call-1' }),
        thoughtSignature: 'c2lnbmF0dXJl',
      },
    ];
    // In pieces, as it comes from the service.
    const pieces = said.map((part, index) => ({
      candidates: [
        { content: { role: 'model', parts: [part] }, ...(index === 2 ? { finishReason: 'STOP' } : {}) },
      ],
    }));
    const { env, requests } = await withEmulator({ strict: true, replies: [{ chunks: pieces }, DONE] });
    const keys = { GEMINI_API_KEY: 'canary-1', GOOGLE_API_KEY: 'canary-2', OPENAI_API_KEY: 'canary-3' };
    const args = ['ask', ...THEATERS, ...theaters.flag, '--yes', '--temperature', '0'];
    const run = await runGemini([...args, '-m', 'gemini-2.5-flash'], {
      env: { ...env, ...keys, KEPT: 'kept' },
    });

    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 0, stdout: 'One moment. \n\nDone.\n' });
    const values = { movie: 'Barbie', note: 'ünï "quoted"\n$HOME' };
    const [first, second] = requests.map(({ body }) => body as GenerateContentRequest);
    expect(second).toEqual({
      ...first,
      contents: [
        ...(first?.contents ?? []),
        { role: 'model', parts: said },
        {
          role: 'user',
          parts: [
            {
              functionResponse: {
                id: 'call-1',
                name: 'find_theaters',
                response: { words: [], args: values },
              },
            },
          ],
        },
      ],
    });
    const [{ env: environment, args: received }] = theaters.runs();
    expect(received).toEqual(values);
    expect(environment.KEPT).toBe('kept');
    expect(JSON.stringify(environment)).not.toContain('canary');
    // What the tool says is somebody else's text, also on our stderr.
    expect(run.stderr).toContain('looking');
    expect(run.stderr).not.toContain('\x1b');
  });

  it('answers all calls of a turn at once, in their order', async () => {
    // Each ends only when the other has begun.
    const wait = join(folder, 'wait.cjs');
    writeFileSync(
      wait,
      `const { existsSync, writeFileSync } = require('node:fs');
const [mine, other] = process.argv.slice(2);
writeFileSync(mine, '');
const end = Date.now() + 10_000;
const look = () => existsSync(other) ? console.log(JSON.stringify({ mine })) : Date.now() > end ? process.exit(1) : setTimeout(look, 10);
look();`,
    );
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const command = (name: string, mine: string, other: string) => [
      '--tool',
      `${name}=${process.execPath} ${wait} ${mine} ${other}`,
    ];
    const { env, requests } = await withEmulator({
      strict: true,
      replies: [
        turn([
          call('find_movies', {}, { id: '1' }),
          call('find_theaters', {}, { id: '2' }),
          call('get_showtimes'),
        ]),
        DONE,
      ],
    });
    const run = await runGemini(
      [
        ...['ask', ...THEATERS, '--yes', '--tool-response', 'get_showtimes=[19, 21]'],
        ...[...command('find_movies', a, b), ...command('find_theaters', b, a)],
      ],
      { env },
    );
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 0, stdout: 'Done.\n' });
    expect(responsesIn(requests[1]?.body)).toEqual([
      { id: '1', name: 'find_movies', response: { mine: a } },
      { id: '2', name: 'find_theaters', response: { mine: b } },
      { name: 'get_showtimes', response: { result: [19, 21] } },
    ]);
  });

  it('goes on as long as the model calls, but no more rounds than allowed', async () => {
    const weather = tool('get_current_weather');
    const again = { ...turn([call('get_current_weather', { location: 'Boston' })]), times: 3 };
    const { env, requests } = await withEmulator({ strict: true, replies: [again] });
    const args = ['ask', ...WEATHER, ...weather.flag, '--yes', '--max-tool-rounds', '2'];
    const { code, stdout, stderr } = await runGemini(args, { env });
    expect({ code, stdout }).toEqual({ code: 8, stdout: '' });
    expect(stderr).toMatch(/get_current_weather.*2 rounds[\s\S]*--max-tool-rounds 4/);
    expect(weather.runs()).toHaveLength(2);
    expect(requests.map(({ body }) => contentsOf(body).length)).toEqual([1, 3, 5]);
  });

  it('off a terminal needs --yes: nothing is run', async () => {
    const weather = tool('get_current_weather');
    const { env, requests } = await withEmulator({ replies: [turn([call('get_current_weather')])] });
    const { code, stdout, stderr } = await runGemini(['ask', ...WEATHER, ...weather.flag], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--yes');
    expect(weather.runs()).toEqual([]);
    expect(requests).toHaveLength(1);
  });

  it('for a function that nobody declares is a usage error, and nothing is sent', async () => {
    const { env, requests } = await withEmulator();
    const run = await runGemini(['ask', ...WEATHER, '--tool', 'wether=true', '--yes'], { env });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('get_current_weather');
    expect(requests).toEqual([]);
  });

  it('is read by no shell', async () => {
    const trap = join(folder, 'trap');
    const weather = tool(
      'get_current_weather',
      `; touch ${trap} && $(touch ${trap}) | \`id\` > ${trap} $HOME *`,
    );
    const { env } = await withEmulator({
      strict: true,
      replies: [turn([call('get_current_weather', { location: `$(touch ${trap})` })]), DONE],
    });
    expect((await runGemini(['ask', ...WEATHER, ...weather.flag, '--yes'], { env })).code).toBe(0);
    const words = `; touch ${trap} && $(touch ${trap}) | \`id\` > ${trap} $HOME *`.split(' ');
    expect(weather.runs()).toMatchObject([{ words, args: { location: `$(touch ${trap})` } }]);
    expect(existsSync(trap)).toBe(false);
  });

  it.each([
    ['fails', `${process.execPath} -e "console.log(1);process.exit(3)"`, /exit code 3/, { output: '1\n' }],
    ['is not there', join(folder, 'nothing-here'), /not found/, {}],
  ])('that %s is told to the model', async (_name, command, failure, more) => {
    const { env, requests } = await withEmulator({
      strict: true,
      replies: [turn([call('get_current_weather')]), DONE],
    });
    const args = ['ask', ...WEATHER, '--yes', '--tool', `get_current_weather=${command}`];
    const { code, stdout, stderr } = await runGemini(args, { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Done.\n' });
    expect(stderr).toMatch(failure);
    expect(responsesIn(requests[1]?.body)).toEqual([
      { name: 'get_current_weather', response: { error: expect.stringMatching(failure), ...more } },
    ]);
  });

  it.each([
    ['Ctrl-C', [], 130],
    ['--timeout', ['--timeout', '1.5'], 7],
  ])('is ended by %s', async (how, more, exit) => {
    const pidFile = join(folder, `pid of ${how}`);
    const script = join(folder, 'sleep.cjs');
    writeFileSync(
      script,
      `require('node:fs').writeFileSync(process.argv[2], String(process.pid)); console.error('asleep'); setTimeout(() => {}, 60_000);`,
    );
    const { env, requests } = await withEmulator({ replies: [turn([call('get_current_weather')])] });
    const command = `get_current_weather=${process.execPath} ${script} "${pidFile}"`;
    const child = startGemini(['ask', ...WEATHER, '--yes', '--tool', command, ...more], { env });
    child.stderr?.on('data', (data) => {
      if (how === 'Ctrl-C' && String(data).includes('asleep')) child.kill('SIGINT');
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(exit);
    expect(() => process.kill(Number(readFileSync(pidFile, 'utf8')), 0)).toThrow('ESRCH');
    expect(requests).toHaveLength(1);
  });
});

describe('--tool-response', () => {
  it('answers with JSON or a file, and runs nothing', async () => {
    const file = join(folder, 'weather.json');
    writeFileSync(file, '{"content": {"temperature": 38}}\n');
    const { env, requests } = await withEmulator({
      strict: true,
      replies: [
        turn([call('find_movies'), call('find_theaters'), call('get_showtimes')]),
        turn([{ text: 'At seven.' }]),
      ],
    });
    const given = [`find_movies=@${file}`, 'find_theaters={"theaters": []}', 'get_showtimes=sold out'];
    const run = await runGemini(['ask', ...THEATERS, ...given.flatMap((one) => ['--tool-response', one])], {
      env,
    });
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 0, stdout: 'At seven.\n' });
    expect(responsesIn(requests[1]?.body)).toEqual([
      { name: 'find_movies', response: { content: { temperature: 38 } } },
      { name: 'find_theaters', response: { theaters: [] } },
      { name: 'get_showtimes', response: { result: 'sold out' } },
    ]);
  });

  it('that leaves a call open: that one is printed, and nothing more is asked', async () => {
    const { env, requests } = await withEmulator({
      replies: [turn([call('find_movies'), call('find_theaters', { location: 'here' })])],
    });
    const run = await runGemini(['ask', ...THEATERS, '--tool-response', 'find_movies={}'], { env });
    expect({ code: run.code, stdout: run.stdout }).toEqual({
      code: 0,
      stdout: '{"functionCall":{"name":"find_theaters","args":{"location":"here"}}}\n',
    });
    expect(requests).toHaveLength(1);
  });
});

describe('on a terminal', () => {
  const questions = (screen: string) => readable(screen).match(/\[y\/N\]/g) ?? [];

  it('each command is asked for once', async () => {
    const movies = tool('find_movies');
    const theaters = tool('find_theaters', 'near me');
    const { env, requests } = await withEmulator({
      strict: true,
      replies: [
        turn([call('find_movies', { n: 1 }), call('find_movies', { n: 2 }), call('find_theaters')]),
        turn([call('find_movies', { n: 3 }), call('find_theaters')]),
        DONE,
      ],
    });
    const pty = runOnTerminal(['ask', ...THEATERS, ...movies.flag, ...theaters.flag], { env });
    await pty.until(/find_movies[\s\S]*\[y\/N\]/);
    expect(movies.runs()).toEqual([]);
    pty.press('y\r');
    await pty.until(/find_theaters[\s\S]*near me[\s\S]*\[y\/N\]/);
    pty.press('n\r');
    expect(await pty.exitCode).toBe(0);
    expect(questions(pty.screen())).toHaveLength(2);
    expect(readable(pty.screen())).toMatch(/Done\.\n$/);
    expect(movies.runs().map(({ args }) => args.n)).toHaveLength(3);
    expect(theaters.runs()).toEqual([]);
    expect(responsesIn(requests[2]?.body)).toEqual([
      { name: 'find_movies', response: { words: [], args: { n: 3 } } },
      { name: 'find_theaters', response: { error: expect.stringContaining('refused') } },
    ]);
    // What the tool wrote must not clear the screen.
    expect(pty.screen()).not.toContain('\x1b[2J');
  });

  it.each([
    ['Enter alone is no', '\r', 0, 1],
    ['Ctrl-C ends the run', '\x03', 130, 0],
    ['Ctrl-D is no', '\x04', 0, 1],
  ])('%s', async (_name, key, exit, answers) => {
    const weather = tool('get_current_weather');
    const { env, requests } = await withEmulator({
      replies: [turn([call('get_current_weather')]), ...(answers ? [DONE] : [])],
    });
    const pty = runOnTerminal(['ask', ...WEATHER, ...weather.flag], { env });
    await pty.until(/\[y\/N\]/);
    pty.press(key);
    expect(await pty.exitCode).toBe(exit);
    expect(weather.runs()).toEqual([]);
    expect(requests).toHaveLength(1 + answers);
  });
});
