import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { widthOf } from '../../src/terminal/width.ts';
import { afterEachTest } from './clean-up.ts';
import { checkForSecrets } from './secrets.ts';

const running = new Set<() => void>();
const checks: (() => void)[] = [];
afterEachTest(() => {
  for (const kill of running) kill();
  for (const check of checks.splice(0)) check();
});

/** Milliseconds that a program may take to show something, on a busy machine. */
const PATIENCE_MS = 10_000;

/** What stands for the cursor in `lines`. */
export const CURSOR = '▮';

/** How a terminal counts columns; people have all of them. */
export type Counting =
  /** By grapheme: a family emoji is two (kitty, WezTerm, Ghostty). */
  | 'graphemes'
  /** By code point: a family emoji is two for each of its members (xterm, VTE). */
  | 'code points'
  /** By the tables of 2010, for which emoji are one column wide. */
  | 'old';

/** A program on a terminal, with what a person sees there. */
export type Screen = {
  readonly pid: number;
  readonly exitCode: Promise<number>;
  /**
   * The lines on the screen, without blanks at their ends and empty ones at the end; one that the terminal has wrapped is
   * one. The cursor is shown as CURSOR.
   */
  lines(): string[];
  /** The same with what has scrolled out above it. */
  everything(): string[];
  /** Whether the program has asked for bracketed paste. */
  readonly pasteMode: boolean;
  readonly cursorShown: boolean;
  press(keys: string): void;
  /** As the terminal pastes it: in brackets if the program has asked for them. */
  paste(text: string): void;
  resize(columns: number, rows?: number): void;
  /** Waits until the lines, joined, match. @throws Error with the screen when they do not in time */
  until(pattern: RegExp | string): Promise<void>;
};

export type ScreenOptions = {
  columns?: number;
  rows?: number;
  env: Record<string, string>;
  cwd?: string;
  counting?: Counting;
};

/** Runs a command on a terminal of 40 columns and 10 rows. */
export function openScreen([file = '', ...args]: readonly string[], options: ScreenOptions): Screen {
  const { columns = 40, rows = 10, env, cwd, counting = 'code points' } = options;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 });
  if (counting !== 'old') {
    terminal.unicode.register(unicodeOf(counting));
    terminal.unicode.activeVersion = counting;
  }
  const child = spawn(file, args, {
    cols: columns,
    rows,
    name: 'xterm-256color',
    env: { ...env, TERM: 'xterm-256color' },
    ...(cwd !== undefined && { cwd }),
  });
  const kill = () => child.kill('SIGKILL');
  running.add(kill);
  let ended = false;
  let look = () => {};
  let cursorShown = true;
  for (const final of ['h', 'l']) {
    terminal.parser.registerCsiHandler({ prefix: '?', final }, ([mode]) => {
      if (mode === 25) cursorShown = final === 'h';
      return false;
    });
  }
  // What the terminal says by itself: answers to questions.
  terminal.onData((answer) => child.write(answer));
  child.onData((data) => terminal.write(data, () => look()));
  const exitCode = new Promise<number>((resolve) =>
    child.onExit((end) => {
      running.delete(kill);
      terminal.write('', () => {
        ended = true;
        look();
        resolve(end.exitCode);
      });
    }),
  );
  const linesFrom = (first: number) => {
    const buffer = terminal.buffer.active;
    const lines: string[] = [];
    for (let y = first; y < buffer.length; y += 1) {
      const line = buffer.getLine(y);
      if (!line) continue;
      const cursor = y === buffer.baseY + buffer.cursorY ? buffer.cursorX : undefined;
      const text =
        cursor === undefined
          ? line.translateToString(false)
          : `${line.translateToString(false, 0, cursor)}${CURSOR}${line.translateToString(false, cursor)}`;
      lines.push(line.isWrapped ? `${lines.pop() ?? ''}${text}` : text);
    }
    const trimmed = lines.map((line) => line.trimEnd());
    return trimmed.slice(0, trimmed.findLastIndex((line) => line !== '') + 1);
  };
  const lines = () => linesFrom(terminal.buffer.active.baseY);
  checks.push(() => checkForSecrets(linesFrom(0).join('\n'), { env, args }));
  return {
    pid: child.pid,
    exitCode,
    lines,
    everything: () => linesFrom(0),
    get pasteMode() {
      return terminal.modes.bracketedPasteMode;
    },
    get cursorShown() {
      return cursorShown;
    },
    press: (keys) => child.write(keys),
    paste: (text) => {
      const sent = text.replace(/\r?\n/g, '\r');
      child.write(terminal.modes.bracketedPasteMode ? `\x1b[200~${sent}\x1b[201~` : sent);
    },
    resize(newColumns, newRows = rows) {
      terminal.resize(newColumns, newRows);
      child.resize(newColumns, newRows);
    },
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error(`${pattern} never came:\n${lines().join('\n')}`));
        const timer = setTimeout(fail, PATIENCE_MS);
        look = () => {
          const text = lines().join('\n');
          const found = typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
          if (!found && !ended) return;
          look = () => {};
          clearTimeout(timer);
          if (found) resolve();
          else fail();
        };
        look();
      }),
  };
}

/** Widths as xterm.js asks for them; of graphemes only what the tests use: joiners, selectors, skins and flags. */
function unicodeOf(counting: 'graphemes' | 'code points') {
  const widthOfCode = (code: number) => Math.min(widthOf(String.fromCodePoint(code)), 2) as 0 | 1 | 2;
  const value = (state: number, width: number, joins: boolean) => (state << 3) | (width << 1) | Number(joins);
  return {
    version: counting,
    wcwidth: widthOfCode,
    charProperties(code: number, preceding: number) {
      const character = String.fromCodePoint(code);
      const width = widthOfCode(code);
      const flag = /\p{RI}/u.test(character);
      const state = code === 0x200d ? 1 : flag ? 2 : 0;
      const [stateBefore, widthBefore] = [preceding >> 3, (preceding >> 1) & 3];
      if (preceding !== 0 && width === 0) return value(state, widthBefore, true);
      if (counting === 'graphemes') {
        if (/\p{Emoji_Modifier}/u.test(character) || stateBefore === 1) return value(0, 2, true);
        if (flag && stateBefore === 2) return value(0, 2, true);
      }
      return value(state, width, false);
    },
  };
}
