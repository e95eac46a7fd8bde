import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Chat } from '../../../src/commands/chat/chat-state.ts';
import { completeLine } from '../../../src/commands/chat/complete.ts';
import { SLASH_COMMANDS } from '../../../src/commands/chat/slash-commands.ts';
import type { ScriptedReply } from '../../../src/emulator/script.ts';
import { EXAMPLES, temporaryFolder } from '../../helpers/run-gemini.ts';
import { withEmulator } from '../../helpers/with-emulator.ts';
import { chatHome, contentsOf, runChat } from './in-process-chat.ts';

const REFUSAL: ScriptedReply = { status: 400, body: { error: { code: 400, message: 'no' } } };

async function commanding(replies?: readonly ScriptedReply[]) {
  const { env, requests } = await withEmulator(replies && { replies });
  const home = chatHome(env);
  const run = (lines: readonly string[], flags: readonly string[] = [], cwd = EXAMPLES) =>
    runChat(['--commands', ...flags], { env: home.env, lines, cwd });
  return { requests, run, ...home };
}

describe('the commands of a chat', () => {
  it('are all in its help', async () => {
    const { run } = await commanding();
    const { stderr, code } = await run(['/help']);
    expect(code).toBe(0);
    for (const name of Object.keys(SLASH_COMMANDS)) expect(stderr).toContain(`/${name}`);
    expect(Math.max(...stderr.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each([
    ['/hlep', 2],
    ['/attach', 2],
    ['/attach none.png', 3],
    ['/attach -', 2],
    ['/detach', 2],
    ['/retry', 2],
    ['/undo', 2],
    ['/copy', 2],
    ['/tokens', 2],
    ['/edit', 2],
    ['/export md', 2],
    ['/set generationConfig.temperature', 2],
    ['/set contents[0]={"parts":[]}', 2],
    ['/model a b', 2],
    ['/system @none.txt', 3],
    ['/save ../x', 2],
    ['/load none', 2],
  ])('%s is an error with nothing to work on', async (line, code) => {
    const { run, requests } = await commanding();
    expect((await run([line])).code).toBe(code);
    expect(requests).toEqual([]);
  });

  it('queue media until the next message, also over one that fails', async () => {
    const { run, requests } = await commanding([REFUSAL, {}, {}]);
    const lines = [
      '/attach cat.jpg "talk.mp3#t=0,1" coffee.jpg',
      '/detach coffee.jpg',
      'what?',
      '/attach coffee.jpg',
      '/retry',
      'and this?',
    ];
    expect((await run(lines, ['--keep-going'])).code).toBe(10);
    const kinds = contentsOf(requests).map((contents) =>
      contents.at(-1)?.parts.map(({ inlineData, text }) => inlineData?.mimeType ?? text),
    );
    const first = ['image/jpeg', 'audio/mp3', 'what?'];
    expect(kinds).toEqual([first, first, ['image/jpeg', 'and this?']]);
  });

  it('change how the next messages are asked', async () => {
    const { run, requests } = await commanding();
    const lines = ['/model gemini-2.5-pro', '/set generationConfig.temperature=0', '/system Be brief.', 'a'];
    await run([...lines, '/system none', '/set generationConfig.temperature=null', 'b'], ['-s', 'Be long.']);
    const [first, second] = requests.map(({ body }) => body as Record<string, unknown>);
    expect(requests[0]?.path).toContain('gemini-2.5-pro');
    expect(first).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      generationConfig: { temperature: 0 },
    });
    expect(second).not.toHaveProperty('systemInstruction');
    expect(second?.generationConfig).toEqual({});
  });

  it('keep a conversation under a name, and go on with another', async () => {
    const { run, requests, sessions } = await commanding();
    const attached = '/attach cat.jpg data:text/plain,inline -- one';
    const end = await run([attached, '/save rome', 'two', '/sessions'], ['--no-store']);
    expect(end.code).toBe(0);
    expect(end.stderr).toMatch(/\* rome\s+2 /);
    expect(sessions()).toEqual(['rome.jsonl']);
    await run(['other', '/load rome', 'three']);
    const [first, , , last] = contentsOf(requests);
    expect(last?.[0]).toEqual(first?.[0]);
    expect(last?.filter(({ role }) => role === 'user').map(({ parts }) => parts.at(-1)?.text)).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect((await run(['/save rome'])).code).toBe(2);
    expect((await run(['/load rome'], ['--session', 'rome'])).code).toBe(2);
  });

  it('show tokens and the plan, and export', async () => {
    const { run } = await commanding();
    const folder = temporaryFolder();
    copyFileSync(join(EXAMPLES, 'cat.jpg'), join(folder, 'cat.jpg'));
    const lines = [
      '/attach cat.jpg -- what is this',
      'and?',
      '/tokens',
      '/export json chat.json',
      '/plan next',
    ];
    const end = await run([...lines, '/export md chat.md', '/export md chat.md'], [], folder);
    expect(end.stderr).toMatch(/last turn: \d[\d,]* in \(.*image.*\).*\nall 2 turns: /);
    expect(end.stdout).toMatch(/cat\.jpg +image\/jpeg.*\n(.*\n)*.*"next"/);
    const exported = JSON.parse(readFileSync(join(folder, 'chat.json'), 'utf8'));
    expect(exported.turns).toHaveLength(2);
    expect(exported.turns[0].contents[0].parts[0].inlineData).toMatchObject({ name: 'cat.jpg' });
    expect(readFileSync(join(folder, 'chat.md'), 'utf8')).toContain('**You:** *[image/jpeg: cat.jpg]*');
    // What is there is not written over.
    expect(end.code).toBe(3);
  });
});

describe.skipIf(process.platform !== 'linux')('/copy (other systems have programs of their own)', () => {
  it('gives the last answer to the program of the screen', async () => {
    const { env, written } = await commanding([
      { chunks: [{ candidates: [{ content: { parts: [{ text: 'Ünïcode' }] }, finishReason: 'STOP' }] }] },
    ]);
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'xclip'), '#!/bin/sh\ncat > "$COPY_TO"\n', { mode: 0o755 });
    const screen = { DISPLAY: ':9', PATH: `${folder}:${process.env.PATH}`, COPY_TO: join(folder, 'copied') };
    const end = await runChat(['--commands'], { env: { ...env, ...screen }, lines: ['a', '/copy'] });
    expect(end).toMatchObject({ code: 0, stderr: expect.stringContaining('xclip') });
    expect(readFileSync(join(folder, 'copied'), 'utf8')).toBe('Ünïcode');
    expect(written()).toContain('Ünïcode');
    const none = await runChat(['--commands', '-c'], { env: { ...env, PATH: '/nowhere' }, lines: ['/copy'] });
    expect(none.code).toBe(3);
  });
});

describe('the completion of a line', () => {
  it('knows commands, paths, and what commands take', async () => {
    const cwd = temporaryFolder();
    const { env, folder } = chatHome({});
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'rome.jsonl'), '{}\n');
    for (const name of ['cat one.jpg', 'cat.jpg', '.hidden']) writeFileSync(join(cwd, name), '');
    mkdirSync(join(cwd, 'sub'));
    writeFileSync(join(cwd, 'sub', 'x.png'), '');
    const chat = { context: { cwd, env }, queued: [{ source: 'a/b.mp3#t=1' }] } as unknown as Chat;
    const complete = async (line: string) => {
      const { candidates, fragment } = await completeLine(chat, line);
      expect(line.endsWith(fragment)).toBe(true);
      return candidates;
    };
    expect(await complete('/ex')).toEqual(['/export ', '/exit ']);
    expect(await complete('/attach ')).toEqual(['cat.jpg ', 'cat\\ one.jpg ', 'sub/']);
    expect(await complete('/attach a.png sub/')).toEqual(['sub/x.png ']);
    expect(await complete('/attach cat\\ ')).toEqual(['cat\\ one.jpg ']);
    expect(await complete('/attach none/')).toEqual([]);
    expect(await complete('/detach ')).toEqual(['b.mp3']);
    expect(await complete('/load r')).toEqual(['rome']);
    expect(await complete('/export r')).toEqual(['request']);
    expect(await complete('/system @cat.')).toEqual(['cat.jpg ']);
    expect(await complete('/model gemini-3.8')).toEqual(['gemini-3.8-flash']);
    expect(await complete('what is /at')).toEqual([]);
    expect(existsSync(join(cwd, 'sub'))).toBe(true);
  });
});
