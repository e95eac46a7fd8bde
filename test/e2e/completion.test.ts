import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BIN, cleanEnvironment, temporaryFolder } from '../helpers/run-gemini.ts';

/** An environment in which `gemini` is the built program, by that name. */
function environment() {
  const folder = temporaryFolder();
  const program = join(folder, 'gemini');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(program, 0o755);
  const env = cleanEnvironment({ XDG_CONFIG_HOME: folder });
  mkdirSync(join(folder, 'gemini-prompt'));
  writeFileSync(join(folder, 'gemini-prompt', 'config.json'), '{"profiles": {"work at night": {}}}');
  return { folder, program, env: { ...env, PATH: `${folder}${delimiter}${env.PATH}` } };
}

/** Why the checks of a shell are left out; undefined when it is here. */
const missing = (shell: string) =>
  spawnSync(shell, ['--version']).error ? `${shell} is not on PATH` : undefined;

describe('bash', () => {
  it.skipIf(missing('bash'))('completes commands, options, values and files at a terminal', async () => {
    const { env, folder } = environment();
    writeFileSync(join(folder, 'receipt of May.png'), '');
    const shell = spawn('bash', ['--norc', '--noprofile', '-i'], {
      cols: 200,
      rows: 24,
      cwd: folder,
      env: { ...env, PS1: '$ ', TERM: 'dumb', INPUTRC: '/dev/null', HISTFILE: '' },
    });
    onTestFinished(() => shell.kill('SIGKILL'));
    let screen = '';
    let look = () => {};
    shell.onData((data) => {
      screen += data;
      look();
    });
    const until = (text: string) =>
      new Promise<void>((resolve) => {
        look = () => void (screen.includes(text) && resolve());
        look();
      });
    shell.write('source <(gemini completion bash); echo loa""ded\r');
    await until('loaded\r\n');
    // Each Tab must add the rest of the word before more is typed.
    for (const [typed, completed] of [
      ['gemini tok\t', 'gemini tokens '],
      ['--base-u\t', '--base-url '],
      ['http://x --backend=ver\t', '--backend=vertex '],
      ['--profile wo\t', '--profile work\\ at\\ night '],
      ['--image rec\t', '--image receipt\\ of\\ May.png '],
    ] as const) {
      shell.write(typed);
      await until(completed);
    }
    expect(screen).not.toMatch(/error|hint:/);
  });
});

/** Prints what the shell's script offers for a command line, a line each. */
const ELSEWHERE = [
  {
    shell: 'zsh',
    parse: ['-n'],
    offer: undefined,
  },
  {
    shell: 'fish',
    parse: ['--no-execute'],
    offer: (script: string) => ['-c', `source ${script}; complete -C 'gemini tok'`],
  },
  {
    shell: 'pwsh',
    parse: undefined,
    offer: (script: string) => [
      '-NoProfile',
      '-c',
      `. ${script}; (TabExpansion2 'gemini tok' 10).CompletionMatches.CompletionText`,
    ],
  },
];

describe.each(ELSEWHERE)('$shell', ({ shell, parse, offer }) => {
  const reason = missing(shell);
  it.skipIf(reason)(`takes the script${reason ? ` (skipped: ${reason})` : ''}`, () => {
    const { env, folder, program } = environment();
    const name = shell === 'pwsh' ? 'powershell' : shell;
    const script = join(folder, shell === 'pwsh' ? 'script.ps1' : 'script');
    writeFileSync(script, execFileSync(program, ['completion', name], { env }));
    if (parse) execFileSync(shell, [...parse, script], { env });
    if (offer) expect(execFileSync(shell, offer(script), { env, encoding: 'utf8' })).toMatch(/^tokens\b/m);
  });
});
