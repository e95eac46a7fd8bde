import { spawn } from '@lydell/node-pty';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSpinner } from '../../src/terminal/spinner.ts';
import { bundleChild } from './children/bundle.ts';
import { memoryOutput } from './memory-output.ts';

const HIDE = '\x1b[?25l';
const SHOW = '\x1b[?25h';
const FRAME = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏-](?:\x1b\[39m)? waiting/;

describe('a spinner in a pseudo-terminal', () => {
  let child: Awaited<ReturnType<typeof bundleChild>>;
  beforeAll(async () => {
    child = await bundleChild('spin');
  });
  afterAll(() => child.remove());

  /** Runs a command on a terminal of 40 columns; `until` waits for what it prints after the last match. */
  function terminal(command: string[], env: NodeJS.ProcessEnv = {}) {
    const [file = '', ...args] = command;
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !['CI', 'NO_COLOR', 'FORCE_COLOR', 'TERM'].includes(name),
      ),
    );
    const running = spawn(file, args, {
      cols: 40,
      rows: 10,
      name: env.TERM ?? 'xterm-256color',
      env: { ...inherited, LANG: 'C.UTF-8', ...env },
    });
    let screen = '';
    let seen = 0;
    let look = () => {};
    running.onData((data) => {
      screen += data;
      look();
    });
    const exitCode = new Promise<number>((resolve) => running.onExit(({ exitCode }) => resolve(exitCode)));
    return {
      exitCode,
      screen: () => screen,
      press: (key: string) => running.write(key),
      until: (pattern: RegExp) =>
        new Promise<void>((resolve) => {
          look = () => {
            const found = pattern.exec(screen.slice(seen));
            if (!found) return;
            seen += found.index + found[0].length;
            look = () => {};
            resolve();
          };
          look();
        }),
    };
  }
  const spin = (act: string, env?: NodeJS.ProcessEnv) => terminal([process.execPath, child.script, act], env);

  it('hides the cursor while it spins on one line, and gives it back before the answer', async () => {
    const pty = spin('answer');
    await pty.until(FRAME);
    await pty.until(FRAME);
    expect(pty.screen().indexOf(HIDE)).toBeLessThan(pty.screen().search(FRAME));
    // Cut to the terminal's width, so that clearing it never reaches the line above.
    expect(pty.screen()).toMatch(/ waiting for .{1,26}…/);
    expect(pty.screen()).not.toMatch(/\n|\x1b\[\d*A/);
    pty.press('\r');
    expect(await pty.exitCode).toBe(0);
    const end = pty.screen().slice(pty.screen().lastIndexOf(SHOW));
    expect(end).toBe(`${SHOW}the answer\r\n`);
  });

  it('neither holds the process nor leaves the cursor hidden when nobody stops it, and makes way for a note', async () => {
    const pty = spin('note');
    await pty.until(FRAME);
    pty.press('\r');
    expect(await pty.exitCode).toBe(0);
    expect(pty.screen()).toMatch(/\x1b\[1G\x1b\[0Ka note\r\n/);
    expect(pty.screen().lastIndexOf(SHOW)).toBeGreaterThan(pty.screen().lastIndexOf(HIDE));
  });

  it('leaves the line to an error, coloured and harmless', async () => {
    const pty = spin('fail');
    await pty.until(FRAME);
    pty.press('\r');
    expect(await pty.exitCode).toBe(3);
    expect(pty.screen().slice(pty.screen().lastIndexOf(SHOW))).toBe(
      `${SHOW}\x1b[31mgemini:\x1b[39m no ␛[2J such file\r\n`,
    );
  });

  it('never shows for a fast answer', async () => {
    const pty = spin('fast');
    expect(await pty.exitCode).toBe(0);
    expect(pty.screen()).toBe('the answer\r\n');
  });

  it('spins without colour under NO_COLOR, and not at all on a dumb terminal', async () => {
    const plain = spin('answer', { NO_COLOR: '1' });
    await plain.until(FRAME);
    expect(plain.screen()).not.toMatch(/\x1b\[[\d;]*m/);
    plain.press('\r');
    await plain.exitCode;

    const dumb = spin('answer', { TERM: 'dumb' });
    // Longer than the spinner takes to load.
    await new Promise((resolve) => setTimeout(resolve, 500));
    dumb.press('\r');
    await dumb.exitCode;
    expect(dumb.screen()).not.toContain('\x1b');
  });

  it('gives the cursor back while it is suspended, and goes on afterwards', async () => {
    const pty = terminal(['bash', '--norc', '-i'], {
      PS1: '$ ',
      NODE: process.execPath,
      SCRIPT: child.script,
    });
    await pty.until(/\$ /);
    pty.press('"$NODE" "$SCRIPT" answer\r');
    await pty.until(FRAME);
    pty.press('\x1a');
    await pty.until(/\x1b\[\?25h[\s\S]*Stopped[\s\S]*\$ /);
    pty.press('fg\r');
    await pty.until(/\x1b\[\?25l[\s\S]*waiting/);
    pty.press('\r');
    await pty.until(/\x1b\[\?25h[\s\S]*the answer/);
    pty.press('exit\r');
    await pty.exitCode;
  });
});

it('does nothing in a pipe', () => {
  vi.useFakeTimers();
  const out = memoryOutput();
  const spinner = createSpinner(out, 'waiting');
  spinner.start();
  expect(vi.getTimerCount()).toBe(0);
  spinner.stop();
  expect(out.writes).toEqual([]);
  vi.useRealTimers();
});
