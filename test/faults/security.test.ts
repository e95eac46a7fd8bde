import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runOnTerminal } from '../helpers/in-terminal.ts';
import { runGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

it('a credential stays with its origin: the target of a redirect gets nothing, whatever the status', async () => {
  let received = 0;
  const thief = createServer((_request, response) => {
    received += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(thief, 'listening');
  const location = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/steal`;
  const runs = await Promise.all(
    [301, 302, 303, 307, 308].map(async (status) => {
      const { url } = await withEmulator({ replies: [{ status, headers: { location }, body: '' }] });
      return runGemini(['ask', 'hi', '-b', 'developer', '--base-url', url], {
        env: { GEMINI_API_KEY: 'canary-key-0123456789' },
      });
    }),
  );
  thief.close();
  expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual(Array(5).fill([7, '']));
  expect(received).toBe(0);
});

/** What a terminal would obey, of every family, each also left open. */
const COMMANDS = [
  '\x1b[2J\x1b[H',
  '\x1b]0;owned\x07\x1b]8;;https://evil.example\x1b\\',
  '\x1b]52;c;b3duZWQ=\x07',
  '\x1bP+q544e\x1b\\\x1b_payload\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\',
  '\x9b31m\x9d0;owned\x9c\x90x\x9c',
  '\x1bc\x0e\x05\x08\x08\x7f\r',
  '\u202eevil\u2066x\u2069',
  '\x1b]0;never closed',
].join('|');

it('what a server says, a file is called or holds cannot drive the terminal', async () => {
  const folder = temporaryFolder();
  const name = `${COMMANDS.replaceAll('/', '-').slice(0, 80)}.png`;
  writeFileSync(join(folder, name), '');
  writeFileSync(join(folder, 'request.json'), JSON.stringify({ contents: [], [COMMANDS]: 1 }));
  const error = {
    code: 400,
    status: COMMANDS,
    message: COMMANDS,
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [{ field: COMMANDS, description: COMMANDS }],
      },
    ],
  };
  const { env } = await withEmulator({ replies: [{ status: 400, body: { error } }] });
  const [refused, file, request, model] = [
    runOnTerminal(['ask', 'hi'], { env }),
    runOnTerminal(['ask', 'hi', '-b', 'emulator', '-a', name], { cwd: folder }),
    runOnTerminal(['ask', 'hi', '-b', 'emulator', '--request', 'request.json'], { cwd: folder }),
    runOnTerminal(['ask', 'hi', '-b', 'emulator', `--${COMMANDS}`], { cwd: folder }),
  ];
  expect(await Promise.all([refused, file, request, model].map(({ exitCode }) => exitCode))).toEqual([
    10, 3, 10, 2,
  ]);
  for (const { screen } of [refused, file, request, model]) {
    // Our own: colours, the spinner and its cursor.
    const rest = screen()
      .replace(/\x1b\[(?:\d+(?:;\d+)*)?m|\x1b\[\?(?:25|2026)[lh]|\x1b\[[012]?K|\x1b\[\d*[GA]/g, '')
      .replaceAll('\r\n', '\n');
    expect(rest).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
    expect(rest).toMatch(/owned|evil/);
  }
});
