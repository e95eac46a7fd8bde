import type { IO, OutputStream } from '../io.ts';
import { createCursorQuery } from './cursor-query.ts';
import { openKeyboard, type Stroke } from './keyboard.ts';
import { createPainter } from './painter.ts';
import { actAsTerminal, giveWay } from './quiet.ts';
import { createReading, type Reading } from './reading.ts';

/** What came of a prompt: a message (of one line or many), Ctrl-C on a text or on nothing, or Ctrl-D on nothing. */
export type Typed =
  | { kind: 'message'; text: string }
  | { kind: 'interrupted'; empty: boolean }
  | { kind: 'end' };

export type LineEditor = {
  /**
   * Reads one message.
   * @param prompt may have several lines, and colours
   * @param initial what is there to be edited
   * @throws the signal's reason when it is aborted
   */
  read(prompt: string, initial?: string): Promise<Typed>;
  /**
   * Keeps the screen for an answer while it comes: what is typed meanwhile is not shown, and is found by the next read.
   * Ctrl-C and Ctrl-Z are signals as ever. Whoever else listens to stdin, such as a question, gets all of it.
   * @returns what the work resolves to
   */
  quietly<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Gives the terminal back; a read under way ends as with Ctrl-D. */
  close(): void;
};

export type LineEditorOptions = {
  stdin: IO['stdin'];
  stdout: OutputStream;
  /** What was written in other runs, the oldest first. */
  history: readonly string[];
  /** Called with each message that is not blank, to be kept for other runs. */
  onMessage(text: string): void;
  /** What can stand in place of `fragment`, with which `line` (the text up to the cursor) ends. */
  complete(line: string): Promise<{ candidates: readonly string[]; fragment: string }>;
  signal: AbortSignal;
};

/** A read under way. */
type Pending = {
  readonly reading: Reading;
  resolve(typed: Typed): void;
  reject(reason: unknown): void;
};

/**
 * A line editor for messages, which may have many lines.
 *
 * Its keys are decoded by node:readline. Editing and drawing are our own, since readline's move and delete by code points
 * (a family emoji falls apart at Backspace), count columns by them, and know one line only.
 *
 * The keyboard is ours (raw mode, bracketed paste) during a read, and, unless somebody else wants it, during `quietly`, so
 * that keys do not show up within an answer: then they wait for the next read, and Ctrl-C drops them, as a terminal does.
 * Otherwise the terminal is as we found it, for editors and other programs; what is typed then is shown where the cursor
 * is, as in a shell, and the next read finds it: whole lines as messages, the rest as the beginning of one.
 */
export async function openLineEditor(options: LineEditorOptions): Promise<LineEditor> {
  const { stdin, stdout, signal } = options;
  const history = [...options.history];
  const clipboard = { cut: '' };
  const painter = createPainter(stdout);
  /** Keys that were typed ahead. */
  const ahead: Stroke[] = [];
  let current: Pending | undefined;
  let quiet = false;
  let ended = false;

  const onStroke = (stroke: Stroke) => {
    if (current) current.reading.press(stroke);
    else if (!quiet || !actAsTerminal(stroke, keyboard)) ahead.push(stroke);
    else if ('key' in stroke && stroke.key === 'ctrl+c') ahead.length = 0;
  };
  const query = createCursorQuery(stdout, onStroke);
  const keyboard = openKeyboard({
    stdin,
    stdout,
    onStroke: (stroke) => {
      if (!query.takes(stroke)) onStroke(stroke);
    },
    onContinue: (wasSuspended) => {
      if (!current) return;
      // The shell has written where we were.
      if (!wasSuspended) void stdout.stream.write('\r\n');
      painter.forget();
      current.reading.repaint();
    },
  });

  const settle = (act: (pending: Pending) => void) => {
    const pending = current;
    if (!pending) return;
    current = undefined;
    query.cancel();
    keyboard.release();
    pending.reading.leave('');
    act(pending);
  };
  const done = (typed: Typed) =>
    settle((pending) => {
      if (typed.kind === 'message') remember(typed.text);
      pending.resolve(typed);
    });
  const remember = (text: string) => {
    if (text.trim() === '') return;
    if (text !== history.at(-1)) history.push(text);
    options.onMessage(text);
  };
  const onAbort = () => settle((pending) => pending.reject(signal.reason));
  const onEnd = () => {
    ended = true;
    done({ kind: 'end' });
  };
  const onResize = () => {
    const redraw = (cursorRowToo: boolean) => {
      painter.rewrapped(cursorRowToo);
      current?.reading.repaint();
    };
    // Some terminals wrap the row of the cursor, others cut it and leave the cursor in the last column. To guess wrong is
    // to leave some of it behind, or to draw over the answer above.
    if (!current) return;
    if (!painter.cursorRowOverflows()) redraw(false);
    else query.ask((column) => redraw(column !== undefined && column < painter.columns()));
  };
  signal.addEventListener('abort', onAbort);
  stdout.stream.on('resize', onResize);
  // A window that is closed ends its terminal, also while nothing is read: an 'error' must not go unheard.
  stdin.on('end', onEnd).on('error', onEnd);

  return {
    read(prompt, initial = '') {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (ended) return resolve({ kind: 'end' });
        const reading = createReading({
          prompt,
          initial,
          history,
          clipboard,
          painter,
          complete: options.complete,
          clearScreen: () => {
            void stdout.stream.write('\x1b[H\x1b[2J');
            painter.forget();
          },
          suspend: () => keyboard.suspend(),
          later: (stroke) => ahead.push(stroke),
          done,
        });
        current = { reading, resolve, reject };
        keyboard.take();
        reading.repaint();
        for (let stroke = ahead.shift(); stroke; stroke = current && ahead.shift()) reading.press(stroke);
      });
    },
    async quietly(work) {
      if (signal.aborted || ended) return work();
      quiet = true;
      keyboard.take();
      const stopGivingWay = giveWay(stdin, keyboard);
      try {
        return await work();
      } finally {
        quiet = false;
        stopGivingWay();
        keyboard.release();
      }
    },
    close() {
      done({ kind: 'end' });
      signal.removeEventListener('abort', onAbort);
      stdout.stream.off('resize', onResize);
      stdin.off('end', onEnd).off('error', onEnd);
    },
  };
}
