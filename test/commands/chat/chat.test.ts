import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScriptedReply } from '../../../src/emulator/script.ts';
import { ClosedPipeError, InterruptedError } from '../../../src/errors.ts';
import type { Part } from '../../../src/wire/generate-content.ts';
import { EXAMPLES, temporaryFolder } from '../../helpers/run-gemini.ts';
import { withEmulator } from '../../helpers/with-emulator.ts';
import { chatHome, contentsOf, runChat } from './in-process-chat.ts';

const SEEDS = resolve(import.meta.dirname, '../../fixtures/seeds');

function reply(parts: readonly Part[], finishReason = 'STOP'): ScriptedReply {
  return { chunks: [{ candidates: [{ content: { role: 'model', parts }, finishReason }] }] };
}
const say = (text: string) => reply([{ text }]);
const REFUSAL: ScriptedReply = {
  status: 400,
  body: { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'no' } },
};
const user = (text: string) => ({ role: 'user', parts: [{ text }] });
const model = (text: string) => ({ role: 'model', parts: [{ text }] });

async function chatting(replies?: readonly ScriptedReply[]) {
  const { env, requests } = await withEmulator(replies && { replies });
  return { requests, ...chatHome(env) };
}

describe('a chat in a pipe', () => {
  it('asks a turn for each line, in order, each with all that came before', async () => {
    const { env, requests } = await chatting([say('Hi.'), say('Seven.'), say('Sunlight.')]);
    const lines = [
      'Hello.',
      '',
      'What are all the colors in a rainbow?\r',
      'Why does it appear when it rains?',
    ];
    const end = await runChat([], { env, lines });
    expect(end).toEqual({ stdout: 'Hi.\nSeven.\nSunlight.\n', stderr: '', code: 0, message: '' });
    expect(contentsOf(requests).at(-1)).toEqual([
      user('Hello.'),
      model('Hi.'),
      user('What are all the colors in a rainbow?'),
      model('Seven.'),
      user('Why does it appear when it rains?'),
    ]);
  });

  it('begins with the parts of the command line; media alone go with the first line', async () => {
    const { env, requests } = await chatting();
    await runChat(['hello', '--image', 'cat.jpg'], { env, lines: ['and?'] });
    await runChat(['--image', 'cat.jpg', '--no-store'], { env, lines: ['what is this'] });
    const kinds = contentsOf(requests).map((contents) =>
      contents.at(-1)?.parts.map((part) => Object.keys(part)[0]),
    );
    expect(kinds).toEqual([['text', 'inlineData'], ['text'], ['inlineData', 'text']]);
  });

  it('sends lines as they are, and runs commands only with --commands', async () => {
    const { env, requests } = await chatting();
    const verbatim = ['@/etc/hostname', '//x', '/undo'];
    expect((await runChat([], { env, lines: verbatim })).stderr).toContain('--commands');
    expect(contentsOf(requests).map((contents) => contents.at(-1))).toEqual(verbatim.map(user));
    const lines = ['/attach cat.jpg -- what is this', '//x', '/undo', '/system Be brief.', 'y', '/exit', 'z'];
    await runChat(['--commands'], { env, lines });
    const [first, second, third, ...more] = requests
      .slice(3)
      .map(({ body }) => body as Record<string, unknown>);
    expect(first).toMatchObject({ contents: [{ parts: [{ inlineData: {} }, { text: 'what is this' }] }] });
    expect(second).toMatchObject({ contents: [{}, {}, user('/x')] });
    expect(third).toMatchObject({
      contents: [{}, {}, user('y')],
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
    });
    expect(more).toEqual([]);
  });

  it('prints an object a turn with --format jsonl, and one of all with json', async () => {
    const { env } = await chatting([say('a'), reply([{ text: 'b' }], 'MAX_TOKENS'), say('c')]);
    const jsonl = await runChat(['--format', 'jsonl'], { env, lines: ['1', '2', '3'] });
    expect(jsonl.code).toBe(8);
    const turns = jsonl.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(turns).toMatchObject([
      { turn: 1, prompt: '1', text: 'a', finishReason: 'STOP' },
      { turn: 2, prompt: '2', text: 'b', finishReason: 'MAX_TOKENS', error: { exitCode: 8 } },
    ]);
    const json = await runChat(['-c', '--format', 'json'], { env, lines: ['3'] });
    expect(JSON.parse(json.stdout)).toMatchObject({ turns: [{ turn: 1, prompt: '3', text: 'c' }] });
  });

  it('ends with the first failed turn and its exit code; --keep-going asks the rest', async () => {
    const replies = [say('a'), REFUSAL, say('c')];
    const { env, requests } = await chatting(replies.slice(0, 2));
    const lines = ['1', '2', '3'];
    expect(await runChat([], { env, lines })).toMatchObject({ stdout: 'a\n', code: 10 });
    expect(requests).toHaveLength(2);
    const going = await chatting(replies);
    const end = await runChat(['--keep-going'], { env: going.env, lines });
    expect(end).toMatchObject({ stdout: 'a\nc\n', code: 10 });
    // The failed turn has left no trace.
    expect(contentsOf(going.requests).at(-1)).toEqual([user('1'), model('a'), user('3')]);
    expect(going.written()).not.toContain('"2"');
  });

  it.each([
    [['-c'], [], 3],
    [[], [], 2],
    [['-c', '--session', 'a'], ['x'], 2],
    [['--session', '../x'], ['x'], 2],
    [['--image', 'none.png'], ['x'], 3],
    [[], ['a\0b'], 3],
  ] as const)('%j with %j on stdin is an error before anything is sent', async (args, lines, code) => {
    const { env, requests } = await chatting();
    expect((await runChat(args, { env, lines })).code).toBe(code);
    expect(requests).toEqual([]);
  });

  it('writes all answers to one file with -o', async () => {
    const { env } = await chatting([say('a'), say('b')]);
    const file = join(temporaryFolder(), 'answers.txt');
    expect((await runChat(['-o', file], { env, lines: ['1', '2'] })).stdout).toBe('');
    expect(readFileSync(file, 'utf8')).toBe('a\nb\n');
  });
});

describe('the request of a chat', () => {
  it("of the documents' turns is the documents' request", async () => {
    const expected = JSON.parse(readFileSync(join(SEEDS, 'vertex-chat.canonical.json'), 'utf8'));
    const { env } = await chatting([say('Arr, who boards me ship?'), say('Aye!')]);
    const flags = [
      '--temperature=0.2',
      '--top-p=0.8',
      '--top-k=40',
      '--max-output-tokens=200',
      '--safety=SEXUALLY_EXPLICIT=BLOCK_LOW_AND_ABOVE',
      '--no-limits',
      '--commands',
    ];
    const file = join(temporaryFolder(), 'request.json');
    const lines = ['Ahoy!', 'So you really are a pirate!', `/export request ${file}`];
    expect((await runChat(flags, { env, lines })).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(expected);
    // It can be asked again with just this.
    const again = await chatting();
    await runChat(['--request', file], { env: again.env });
    expect(again.requests[0]?.body).toEqual(expected);
  });
});

describe('a session', () => {
  it('goes on with everything that was said, and how it was asked', async () => {
    const { env, requests, sessions } = await chatting([say('a'), say('b'), say('c'), say('d')]);
    await runChat(['-s', 'Be brief.', '-m', 'gemini-2.5-pro', '--temperature', '0.5'], { env, lines: ['1'] });
    await runChat(['-c'], { env, lines: ['2'] });
    await runChat(['-c', '--no-store', '-m', 'gemini-2.5-flash'], { env, lines: ['3'] });
    await runChat(['-c'], { env, lines: ['4'] });
    expect(sessions()).toHaveLength(1);
    const before = [user('1'), model('a'), user('2')];
    const settings = {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      generationConfig: { temperature: 0.5 },
    };
    expect(requests.map(({ body }) => body).slice(1)).toEqual([
      { contents: before, ...settings },
      { contents: [...before, model('b'), user('3')], ...settings },
      { contents: [...before, model('b'), user('4')], ...settings },
    ]);
    expect(requests.map(({ path }) => /gemini-[^:]+/.exec(path)?.[0])).toEqual([
      'gemini-2.5-pro',
      'gemini-2.5-pro',
      'gemini-2.5-flash',
      'gemini-2.5-pro',
    ]);
  });

  it('gives thought signatures, calls and their responses back as they came', async () => {
    const thought: Part = { text: 'hm', thought: true };
    const call: Part = {
      functionCall: { id: 'c1', name: 'clock', args: { zone: 'é' } },
      thoughtSignature: 'c2ln',
    };
    const signed: Part = { text: 'Noon.', thoughtSignature: 'bW9yZQ==' };
    const { env, requests } = await chatting([reply([thought, call]), reply([signed]), say('ok')]);
    const tools = ['--tools', '[{"functionDeclarations":[{"name":"clock"}]}]'];
    await runChat([...tools, '--tool-response', 'clock={"time":"12:00"}'], { env, lines: ['time?'] });
    await runChat(['-c'], { env, lines: ['thanks'] });
    const answered = { functionResponse: { id: 'c1', name: 'clock', response: { time: '12:00' } } };
    expect(contentsOf(requests).at(-1)).toEqual([
      user('time?'),
      { role: 'model', parts: [thought, call] },
      { role: 'user', parts: [answered] },
      { role: 'model', parts: [signed] },
      user('thanks'),
    ]);
    expect(requests.at(-1)?.body).toMatchObject({ tools: [{ functionDeclarations: [{ name: 'clock' }] }] });
  });

  it('runs commands for calls in a pipe only with --yes, and keeps the rounds', async () => {
    const call = (zone: string): Part => ({ functionCall: { name: 'clock', args: { zone } } });
    const { env, requests } = await chatting([
      reply([call('a')]),
      reply([call('b')]),
      say('12'),
      reply([call('c')]),
      say('13'),
    ]);
    const tools = [
      '--tools',
      '[{"functionDeclarations":[{"name":"clock"}]}]',
      '--tool',
      `clock=${process.execPath} -p 12`,
    ];
    expect(await runChat(tools, { env, lines: ['1'] })).toMatchObject({ code: 2, stdout: '' });
    expect(await runChat([...tools, '--yes'], { env, lines: ['2', '3'] })).toMatchObject({
      code: 0,
      stdout: '12\n13\n',
    });
    const roles = contentsOf(requests).map((contents) => contents.map(({ role }) => role?.[0]).join(''));
    expect(roles).toEqual(['u', 'u', 'umu', 'umumu', 'umumumu']);
  });

  it('leaves out a turn whose calls nothing answers, or that was blocked', async () => {
    const blocked = reply([{ text: 'some of it' }], 'SAFETY');
    const call: Part = { functionCall: { name: 'clock', args: {} } };
    const { env, requests, sessions } = await chatting([reply([call]), blocked, say('ok')]);
    const tools = ['--tools', '[{"functionDeclarations":[{"name":"clock"}]}]', '--keep-going'];
    const end = await runChat(tools, { env, lines: ['1', '2', '3'] });
    expect(end.code).toBe(8);
    expect(end.stdout).toContain('"functionCall"');
    expect(contentsOf(requests).at(-1)).toEqual([user('3')]);
    expect(sessions()).toHaveLength(1);
  });

  it('keeps an answer that was cut, marked, and goes on with it', async () => {
    const cut: ScriptedReply = { ...say('half an'), fault: { kind: 'no-finish' } };
    const pieces = ['half an ', 'answer ', 'lost'].map((text) => ({
      candidates: [{ content: { role: 'model', parts: [{ text }] } }],
    }));
    const { env, requests, written } = await chatting([{ ...cut, chunks: pieces }, say('b')]);
    const end = await runChat(['--keep-going'], { env, lines: ['1', '2'] });
    expect(end).toMatchObject({ stdout: 'half an answer \nb\n', code: 8 });
    expect(contentsOf(requests).at(-1)).toEqual([user('1'), model('half an answer '), user('2')]);
    expect(written()).toMatch(/"incomplete":"connection lost"/);
  });

  it('keeps what came of an answer that was interrupted, or that nobody reads any more', async () => {
    const chunks = ['one ', 'two '].map((text) => ({
      candidates: [{ content: { role: 'model', parts: [{ text }] } }],
    }));
    const stalling: ScriptedReply = { chunks, fault: { kind: 'stall', afterPieces: 1 } };
    const { env, requests, written } = await chatting([stalling, stalling, say('c')]);
    const stop = new AbortController();
    const interrupted = await runChat(['--session', 'a'], {
      env,
      lines: ['1'],
      signal: stop.signal,
      onStdout: () => stop.abort(new InterruptedError('SIGINT')),
    });
    expect(interrupted.code).toBe(130);
    expect(written('a')).toContain('"incomplete":"interrupted"');
    const unread = await runChat(['--session', 'b'], {
      env,
      lines: ['1', '2'],
      onStdout: () => {
        throw new ClosedPipeError();
      },
    });
    expect(unread.code).toBe(0);
    expect(written('b')).toContain('"incomplete":"interrupted"');
    await runChat(['--session', 'b'], { env, lines: ['3'] });
    expect(contentsOf(requests).at(-1)).toEqual([user('1'), model('one '), user('3')]);
  });

  it('takes turns back and asks again by adding lines, which a reload obeys', async () => {
    const { env, requests, written } = await chatting([say('a'), say('b'), say('b2'), say('c')]);
    await runChat(['--commands'], { env, lines: ['1', '2', '/retry'] });
    expect(contentsOf(requests).at(-1)).toEqual([user('1'), model('a'), user('2')]);
    const before = written();
    await runChat(['--commands', '-c'], { env, lines: ['/undo', '3'] });
    expect(contentsOf(requests).at(-1)).toEqual([user('1'), model('a'), user('3')]);
    expect(written().startsWith(before)).toBe(true);
    const end = await runChat(['--commands', '-c'], { env, lines: ['/export md'] });
    expect(end.stdout.match(/\*\*You:\*\* .*/g)).toEqual(['**You:** 1', '**You:** 3']);
  });

  it('names files, and leaves out one that has changed or is gone', async () => {
    const cwd = temporaryFolder();
    for (const name of ['cat.jpg', 'coffee.jpg', 'rocket.jpg'])
      copyFileSync(join(EXAMPLES, name), join(cwd, name));
    const { env, requests, written } = await chatting();
    const media = ['-a', 'cat.jpg', '-a', 'coffee.jpg', '-a', 'rocket.jpg', '-a', 'data:text/plain,kept'];
    await runChat([...media, 'look'], { env, cwd });
    expect(written().length).toBeLessThan(6000);
    writeFileSync(join(cwd, 'cat.jpg'), readFileSync(join(EXAMPLES, 'coffee.jpg')));
    rmSync(join(cwd, 'rocket.jpg'));
    const { stderr, code } = await runChat(['-c'], { env, cwd, lines: ['and?'] });
    expect(code).toBe(0);
    expect(stderr).toMatch(/cat\.jpg has changed.*left out/);
    expect(stderr).toMatch(/rocket\.jpg is gone.*left out/);
    const [first, second] = contentsOf(requests).map((contents) => contents[0]?.parts ?? []);
    expect(second?.map(({ text }) => text?.includes('left out') ?? false)).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
    expect([second?.[1], second?.[3]]).toEqual([first?.[1], first?.[3]]);
  });

  it('that cannot be kept is said once, and the chat goes on', async () => {
    const { env } = await chatting();
    const file = join(temporaryFolder(), 'a file');
    writeFileSync(file, '');
    const { code, stderr } = await runChat([], { env: { ...env, XDG_STATE_HOME: file }, lines: ['1', '2'] });
    expect(code).toBe(0);
    expect(stderr.match(/not stored/g)).toHaveLength(1);
  });

  it('is not begun by --no-store, nor by a chat without a turn', async () => {
    const { env, sessions } = await chatting([say('a'), REFUSAL]);
    await runChat(['--no-store'], { env, lines: ['1'] });
    await runChat([], { env, lines: ['2'] });
    expect(sessions()).toEqual([]);
  });

  it('holds no key', async () => {
    const { env, written } = await chatting();
    const keys = { GEMINI_API_KEY: 'canary-key-123456', GOOGLE_API_KEY: 'canary-key-123456' };
    await runChat([], { env: { ...env, ...keys }, lines: ['hello'] });
    expect(written()).toContain('hello');
    expect(written()).not.toContain('canary');
  });
});

describe('large media', () => {
  it('are uploaded once after the turn they came with, and the saving is said', async () => {
    const cwd = temporaryFolder();
    // Bytes after its end do not matter to a JPEG.
    writeFileSync(
      join(cwd, 'big.jpg'),
      Buffer.concat([readFileSync(join(EXAMPLES, 'cat.jpg')), Buffer.alloc(900_000)]),
    );
    const { env, requests } = await chatting();
    const { stderr, code } = await runChat(['--image', 'big.jpg', 'what'], {
      env,
      cwd,
      lines: ['and?', 'so?'],
    });
    expect(code).toBe(0);
    expect(stderr).toMatch(/big\.jpg: uploaded once, 1\.2 MB less in every turn/);
    const asked = requests.filter(({ path }) => path.includes('Content'));
    const kinds = contentsOf(asked).map((contents) => Object.keys(contents[0]?.parts[0] ?? {}));
    expect(kinds).toEqual([['inlineData'], ['fileData'], ['fileData']]);
    const never = await runChat(['--image', 'big.jpg', 'what', '--upload', 'never', '--no-store'], {
      env,
      cwd,
      lines: ['and?'],
    });
    expect(never.stderr).toBe('');
    expect(contentsOf(requests.slice(-1))[0]?.[0]?.parts[0]).toHaveProperty('inlineData');
  });
});
