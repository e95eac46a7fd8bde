import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScriptedReply } from '../../src/emulator/script.ts';
import type { GenerateContentRequest } from '../../src/wire/generate-content.ts';
import { BIN, cleanEnvironment, EXAMPLES, temporaryFolder } from '../helpers/run-gemini.ts';
import { CURSOR, openScreen, type Screen } from '../helpers/screen.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_U = '\x15';
const CTRL_Z = '\x1a';
const UP = '\x1b[A';

/** A reply of the model in pieces. */
function reply(pieces: readonly string[], more: Partial<ScriptedReply> = {}): ScriptedReply {
  const chunks = pieces.map((text, index) => ({
    candidates: [
      {
        content: { role: 'model', parts: [{ text }] },
        ...(index === pieces.length - 1 && { finishReason: 'STOP' }),
      },
    ],
  }));
  return { chunks, ...more };
}

async function press(screen: Screen, keys: string, expected: string | RegExp): Promise<void> {
  screen.press(keys);
  await screen.until(expected);
}

function contentsOf(body: unknown): GenerateContentRequest['contents'] {
  return (body as GenerateContentRequest).contents;
}

describe('gemini chat at a terminal', () => {
  it('asks, stops an answer, attaches, pastes, and knows in the next run what was written', async () => {
    const stalled = reply(['Well, **first** of', ' all'], { fault: { kind: 'stall', afterPieces: 1 } });
    const emulator = await withEmulator({
      strict: true,
      replies: [
        reply(['# Rain\n\nIt is **wet', '**:\n\n- a drop\n- 漢字\n'], { chunkDelayMs: 20 }),
        stalled,
        reply(['Two lines and', ' a picture, long enough to be wrapped.'], { chunkDelayMs: 150 }),
        reply(['Once more.']),
      ],
    });
    const env = cleanEnvironment(emulator.env);
    const start = () =>
      openScreen([process.execPath, BIN, 'chat'], { env, cwd: EXAMPLES, columns: 60, rows: 30 });
    const screen = start();
    await screen.until(`> ${CURSOR}`);

    await press(
      screen,
      'What is rain?\r',
      `> What is rain?\nRain\n\nIt is wet:\n\n• a drop\n• 漢字\n> ${CURSOR}`,
    );
    // What has come stays, and the next question has it as its past.
    await press(screen, 'And then?\r', /> And then\?\nWell, first/);
    await press(screen, CTRL_C, new RegExp(`Well, first of\\s+interrupted: .*\\n> ${CURSOR}`));
    await press(screen, '/att\tcat\t', `> /attach cat.jpg ${CURSOR}`);
    await press(screen, '\r', `[cat.jpg] > ${CURSOR}`);
    screen.paste('Describe\r\n\x1b[2Jboth:\n');
    await screen.until(`[cat.jpg] > Describe\n… ␛[2Jboth:${CURSOR}`);
    await press(screen, '\r', /\nTwo lines/);
    screen.resize(44);
    // Typed ahead: not within the answer, but at the next prompt.
    screen.press('ahead');
    await screen.until(
      new RegExp(`\\nTwo lines and a picture, long enough to be\\s+wrapped\\.\\n> ahead${CURSOR}`),
    );
    const contents = contentsOf(emulator.requests.at(-1)?.body);
    expect(contents.map(({ role }) => role)).toEqual(['user', 'model', 'user', 'model', 'user']);
    expect(contents[3]?.parts).toEqual([{ text: 'Well, **first** of' }]);
    expect(contents[4]?.parts).toEqual([
      { inlineData: expect.objectContaining({ mimeType: 'image/jpeg' }) },
      { text: 'Describe\n\x1b[2Jboth:' },
    ]);
    screen.press(`${CTRL_U}/exit\r`);
    expect(await screen.exitCode).toBe(0);
    expect([screen.pasteMode, screen.cursorShown]).toEqual([false, true]);

    const next = start();
    await next.until(`> ${CURSOR}`);
    await press(next, UP, `> /exit${CURSOR}`);
    await press(next, UP, `> Describe\n… ␛[2Jboth:${CURSOR}`);
    await press(next, `${CTRL_C}`, `both:^C\n> ${CURSOR}`);
    await press(next, 'Again?\r', `Once more.\n> ${CURSOR}`);
    next.press(CTRL_D);
    expect(await next.exitCode).toBe(0);
    expect([next.pasteMode, next.cursorShown]).toEqual([false, true]);
  });

  it('lets Ctrl-C end a slow command alone, shows what an editor wrote, binds functions; twice ends the run', async () => {
    const parts = [{ functionCall: { name: 'clock', args: {} } }];
    const call = { candidates: [{ content: { parts }, finishReason: 'STOP' }] };
    const emulator = await withEmulator({
      strict: true,
      replies: [
        reply(['Edited.']),
        { chunks: [call] },
        reply(['It is late.']),
        reply(['Wait for', ' it'], { fault: { kind: 'stall', afterPieces: 1 } }),
      ],
    });
    const slow = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': '1000' }).flushHeaders();
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as AddressInfo;
    const folder = temporaryFolder();
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o755 });
    write('tools.json', '[{"name":"clock"}]');
    write('clock.cjs', 'console.log("late")');
    write('editor.cjs', 'require("node:fs").writeFileSync(process.argv[2], "first\\nsecond\\n")');
    const env = { ...cleanEnvironment(emulator.env), EDITOR: `${process.execPath} editor.cjs` };
    const screen = openScreen([process.execPath, BIN, 'chat', '--no-store', '--allow-private-urls'], {
      ...{ env, cwd: folder, columns: 100, rows: 40 },
    });
    await screen.until(`> ${CURSOR}`);
    const asked = once(slow, 'request');
    await press(screen, `/attach http://127.0.0.1:${port}/a.jpg\r`, `[a.jpg] > ${CURSOR}`);
    screen.press('/plan\r');
    await asked;
    await press(screen, CTRL_C, `\ninterrupted\n[a.jpg] > ${CURSOR}`);
    slow.closeAllConnections();
    slow.close();
    await press(screen, '/detach\r', `\n> ${CURSOR}`);
    await press(screen, '/edit\r', `> first\n… second\nEdited.\n> ${CURSOR}`);
    await press(
      screen,
      `/tools clock=${process.execPath} clock.cjs\r`,
      /not told of a function clock[\s\S]*> ▮/,
    );
    await press(screen, '/tools @tools.json\r', `clock: answered by nothing\n> ${CURSOR}`);
    await press(
      screen,
      `/tools clock=${process.execPath} clock.cjs\r`,
      /clock: answered by .*clock\.cjs\n> ▮/,
    );
    await press(screen, 'How late?\r', /Run .*clock\.cjs\? \[y\/N\]/);
    await press(screen, 'y\r', `It is late.\n> ${CURSOR}`);
    expect(contentsOf(emulator.requests.at(-1)?.body).at(-1)?.parts).toEqual([
      { functionResponse: { name: 'clock', response: { result: 'late' } } },
    ]);
    await press(screen, 'And?\r', /Wait/);
    screen.press(`${CTRL_C}${CTRL_C}`);
    expect(await screen.exitCode).toBe(130);
    expect([screen.pasteMode, screen.cursorShown]).toEqual([false, true]);
  });

  it.skipIf(!existsSync('/bin/bash'))(
    'is suspended and goes on, also in an answer; skipped without bash',
    async () => {
      const emulator = await withEmulator({
        strict: true,
        replies: [reply(['Slowly', ' but', ' surely.'], { chunkDelayMs: 200 })],
      });
      const screen = openScreen(['/bin/bash', '--norc', '--noprofile', '-i'], {
        env: { ...cleanEnvironment(emulator.env), PS1: '$ ' },
        cwd: EXAMPLES,
        columns: 100,
        rows: 30,
      });
      await screen.until(`$ ${CURSOR}`);
      await press(screen, `${process.execPath} ${BIN} chat --no-store\r`, `\n> ${CURSOR}`);
      await press(screen, `How?${CTRL_Z}`, /> How\?\n[\s\S]*Stopped[\s\S]*\$ ▮/);
      await press(screen, 'fg\r', /fg\n.+chat --no-store\n> How\?▮/);
      await press(screen, '\r', /\nSlowly/);
      await press(screen, CTRL_Z, /\nSlowly[\s\S]*Stopped[\s\S]*\$ ▮/);
      await press(screen, 'fg\r', /fg\n.+chat --no-store\n.*surely\.\n> ▮/);
      await press(screen, `x${CTRL_U}${CTRL_D}`, /\n>\n\$ ▮/);
      await press(screen, 'stty -a | grep -wo -e -echo -e echo; echo $?\r', /\necho\n0\n/);
      screen.press('exit\r');
      await screen.exitCode;
    },
  );
});
