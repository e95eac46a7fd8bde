import { spawn } from '@lydell/node-pty';
import { afterEachTest } from './clean-up.ts';
import { BIN, cleanEnvironment, EXAMPLES } from './run-gemini.ts';
import { checkForSecrets } from './secrets.ts';

const running = new Set<() => void>();
const checks: (() => void)[] = [];
afterEachTest(() => {
  for (const kill of running) kill();
  for (const check of checks.splice(0)) check();
});

/** The program on a real terminal of 60 columns, with everything that it writes there. */
export type OnTerminal = {
  readonly exitCode: Promise<number>;
  /** All of it so far, stdout and stderr together, with the escapes. */
  screen(): string;
  press(keys: string): void;
  /** Waits for what is printed after the last match. @throws Error when the program ends without it */
  until(pattern: RegExp): Promise<void>;
};

export function runOnTerminal(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): OnTerminal {
  const child = spawn(process.execPath, [BIN, ...args], {
    cols: 60,
    rows: 24,
    name: 'xterm-256color',
    cwd: options.cwd ?? EXAMPLES,
    env: { ...cleanEnvironment(options.env), TERM: 'xterm-256color' },
  });
  const kill = () => child.kill('SIGKILL');
  running.add(kill);
  let screen = '';
  // What is too long for a line goes on in the next.
  checks.push(() => checkForSecrets(screen.replaceAll('\r\n', ''), { env: options.env ?? {}, args }));
  let seen = 0;
  let ended = false;
  let look = () => {};
  child.onData((data) => {
    screen += data;
    look();
  });
  const exitCode = new Promise<number>((resolve) =>
    child.onExit((end) => {
      running.delete(kill);
      ended = true;
      look();
      resolve(end.exitCode);
    }),
  );
  return {
    exitCode,
    screen: () => screen,
    press: (keys) => child.write(keys),
    until: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const found = pattern.exec(screen.slice(seen));
          if (found) {
            seen += found.index + found[0].length;
            look = () => {};
            resolve();
          } else if (ended) {
            reject(new Error(`${pattern} never came: ${JSON.stringify(screen)}`));
          }
        };
        look();
      }),
  };
}

/** What a person reads: without colours and other escapes, each line end a newline. */
export function readable(screen: string): string {
  return screen.replace(/\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07/g, '').replaceAll('\r\n', '\n');
}
