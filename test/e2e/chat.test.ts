import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScriptedReply } from '../../src/emulator/script.ts';
import type { Content, GenerateContentRequest } from '../../src/wire/generate-content.ts';
import { BIN, cleanEnvironment, runGemini, startGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { CURSOR, openScreen } from '../helpers/screen.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

/** A place for sessions, the same for several runs. */
async function chatting() {
  const { env, requests } = await withEmulator();
  const state = temporaryFolder();
  mkdirSync(state, { recursive: true });
  const sessions = join(state, 'gemini-prompt/sessions');
  return { requests, sessions, env: { ...env, XDG_STATE_HOME: state } };
}

describe('a chat in a pipe', () => {
  it('answers each line in order, and writes the session down', async () => {
    const { env, requests, sessions } = await chatting();
    const lines = ['Hello.', 'What are all the colors in a rainbow?', 'Why does it appear when it rains?'];
    const stdin = `${lines.join('\n')}\n`;
    const { code, stdout, stderr } = await runGemini(['chat', '--session', 'rain'], { env, stdin });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const answers = stdout.trimEnd().split('\n');
    expect(answers).toHaveLength(3);
    for (const [index, line] of lines.entries()) expect(answers[index]).toContain(line);
    expect(requests).toHaveLength(3);
    expect(readFileSync(join(sessions, 'rain.jsonl'), 'utf8').match(/"kind":"turn"/g)).toHaveLength(3);
  });

  it('survives kill -9 at any moment: the whole turns are there, and it goes on', async () => {
    const { env, requests, sessions } = await chatting();
    const path = join(sessions, 'crash.jsonl');
    let answered = 0;
    for (let round = 0; round < 5; round++) {
      const child = startGemini(['chat', '--session', 'crash'], { env, stdin: '' });
      let printed = '';
      let events = 0;
      child.stdin?.on('error', () => {});
      child.stdin?.write(Array.from({ length: 40 }, (_, turn) => `round ${round} turn ${turn}\n`).join(''));
      child.stdout?.on('data', (chunk: Buffer) => {
        printed += chunk;
        events += 1;
        // A little later each time, so that it falls into other steps of a turn.
        if (events === 1 + round) setTimeout(() => child.kill('SIGKILL'), Math.random() * 8);
      });
      await once(child, 'close');
      // A turn is written down once its answer was shown, before the next one is asked.
      answered += Math.max(printed.split('\n').length - 2, 0);
    }
    const kept = readFileSync(path, 'utf8').split('"kind":"turn"').length - 1;
    expect(kept).toBeGreaterThanOrEqual(answered);
    const { code, stdout } = await runGemini(['chat', '--continue'], { env, stdin: 'and now?\n' });
    expect(code).toBe(0);
    expect(stdout).toContain('and now?');
    const body = requests.at(-1)?.body as GenerateContentRequest | undefined;
    const contents = body?.contents ?? [];
    expect(contents.map(({ role }) => role).join(' ')).toMatch(/^(user model )*user$/);
    expect(contents.length).toBeGreaterThanOrEqual(2 * answered + 1);
    expect(turnsOf(contents)).toEqual(expectedTurns(turnsOf(contents)));
  });

  it('is refused clearly while another process has the session', async () => {
    const { env } = await chatting();
    const first = startGemini(['chat', '--session', 'one'], { env, stdin: '' });
    first.stdin?.write('hello\n');
    await once(first.stdout ?? first, 'data');
    const second = await runGemini(['chat', '--session', 'one'], { env, stdin: 'hello\n' });
    expect(second).toMatchObject({ code: 3, stdout: '' });
    expect(second.stderr).toContain(`process ${first.pid}`);
    first.stdin?.end();
    const [code] = await once(first, 'close');
    expect(code).toBe(0);
  });
});

describe('a chat at a terminal', () => {
  it('asks once whether a command may run, sends what an editor wrote, and ends tidily on SIGTERM', async () => {
    const call = (number: number): ScriptedReply => ({
      chunks: [
        {
          candidates: [
            {
              content: { parts: [{ functionCall: { name: 'clock', args: { number } } }] },
              finishReason: 'STOP',
            },
          ],
        },
      ],
    });
    const say = (text: string): ScriptedReply => ({
      chunks: [{ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] }],
    });
    const { env } = await withEmulator({ replies: [call(1), say('Noon.'), call(2), say('Still noon.')] });
    const state = temporaryFolder();
    const editor = join(state, 'editor.cjs');
    writeFileSync(editor, 'require("node:fs").appendFileSync(process.argv[2], "and now?")');
    const tools = join(state, 'tools.json');
    writeFileSync(tools, '[{"functionDeclarations":[{"name":"clock"}]}]');
    const flags = ['--session', 'noon', '--tools', `@${tools}`, '--tool', `clock=${process.execPath} -p 12`];
    const screen = openScreen([process.execPath, BIN, 'chat', ...flags], {
      env: cleanEnvironment({ ...env, XDG_STATE_HOME: state, EDITOR: `${process.execPath} ${editor}` }),
      columns: 120,
      rows: 30,
    });
    await screen.until(`> ${CURSOR}`);
    screen.press('time?\r');
    await screen.until(/Run .* -p 12\? \[y\/N\]/);
    screen.press('y\r');
    await screen.until(`Noon.\n> ${CURSOR}`);
    screen.press('/edit\r');
    await screen.until(`Still noon.\n> ${CURSOR}`);
    expect(
      screen
        .everything()
        .join('\n')
        .match(/\[y\/N\]/g),
    ).toHaveLength(1);
    const session = join(state, 'gemini-prompt/sessions/noon.jsonl');
    expect(existsSync(`${session}.lock`)).toBe(true);
    process.kill(screen.pid, 'SIGTERM');
    expect(await screen.exitCode).toBe(143);
    expect([screen.pasteMode, screen.cursorShown, existsSync(`${session}.lock`)]).toEqual([
      false,
      true,
      false,
    ]);
    const [, first = '', second = ''] = readFileSync(session, 'utf8').split('\n');
    expect(JSON.parse(first).contents.map(({ role }: Content) => role)).toEqual([
      'user',
      'model',
      'user',
      'model',
    ]);
    expect(JSON.parse(second).contents[0].parts).toEqual([{ text: 'and now?' }]);
  });
});

/** Round and turn of each question but the last. */
function turnsOf(contents: readonly Content[]): string[] {
  return contents.flatMap(({ role, parts }) => (role === 'user' ? (parts[0]?.text ?? '') : [])).slice(0, -1);
}

/** The same without a gap: the turns of each round from its first. */
function expectedTurns(turns: readonly string[]): string[] {
  const next = new Map<string, number>();
  return turns.map((turn) => {
    const round = /^round (\d+)/.exec(turn)?.[1] ?? '';
    const number = next.get(round) ?? 0;
    next.set(round, number + 1);
    return `round ${round} turn ${number}`;
  });
}
