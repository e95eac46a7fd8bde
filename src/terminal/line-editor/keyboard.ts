import { emitKeypressEvents, type Key } from 'node:readline';
import { ReadStream } from 'node:tty';
import { monotonicMs } from '../../concurrency.ts';
import type { IO, OutputStream } from '../io.ts';

/** A key, by its name with what is held down: `a`, `ctrl+a`, `meta+left`; or a text at once, which a paste is. */
export type Stroke =
  | { readonly key: string; readonly typed: string | undefined; readonly sequence: string }
  | { readonly paste: string };

/** The keyboard: ours while it is taken, and as we found it when it is released. */
export type Keyboard = {
  take(): void;
  release(): void;
  /** Stops the program as Ctrl-Z does; `onContinue` is called when it goes on. */
  suspend(): void;
};

const PASTE_ON = '\x1b[?2004h';
const PASTE_OFF = '\x1b[?2004l';
const CONTROL = /[\0-\x1f\x7f-\x9f]/;
/** Where SIGTSTP does not stop us, since nobody could continue us, we go on after so many milliseconds. */
const SUSPENDED_MS = 50;
/** SIGCONT may come so many milliseconds after we noticed by ourselves that we go on. */
const LATE_SIGNAL_MS = 500;

/**
 * The keys of a terminal, decoded by node:readline.
 * @param onContinue called when the program goes on after a stop, the keyboard being taken again
 */
export function openKeyboard(options: {
  stdin: IO['stdin'];
  stdout: OutputStream;
  onStroke(stroke: Stroke): void;
  onContinue(wasSuspended: boolean): void;
}): Keyboard {
  const { stdin, stdout, onStroke } = options;
  let taken = false;
  let suspended: NodeJS.Timeout | undefined;
  let noticedAt = Number.NEGATIVE_INFINITY;
  let pasted: string[] | undefined;

  const onKeypress = (typed: string | undefined, key: Key) => {
    const sequence = key.sequence ?? typed ?? '';
    if (key.name === 'paste-start') {
      pasted = [];
    } else if (key.name === 'paste-end') {
      const paste = pasted?.join('') ?? '';
      pasted = undefined;
      onStroke({ paste });
    } else if (pasted) {
      pasted.push(sequence);
    } else {
      const plain = typed !== undefined && !key.ctrl && !key.meta && !CONTROL.test(typed);
      onStroke({ key: nameOf(key), typed: plain ? typed : undefined, sequence });
    }
  };
  const rawMode = (on: boolean) => {
    if (stdin instanceof ReadStream) stdin.setRawMode(on);
  };
  const write = (text: string) => void stdout.write(text).catch(() => {});
  // Node gives the terminal its old modes back when the process ends, in whatever way; the paste mode it does not know.
  const onExit = () => void stdout.stream.write(PASTE_OFF);
  const goOn = () => {
    const wasSuspended = suspended !== undefined;
    if (!wasSuspended && monotonicMs() - noticedAt < LATE_SIGNAL_MS) return;
    noticedAt = monotonicMs();
    clearTimeout(suspended);
    suspended = undefined;
    // The shell has set modes of its own meanwhile, and Node believes that ours still hold.
    rawMode(false);
    rawMode(true);
    write(PASTE_ON);
    options.onContinue(wasSuspended);
  };

  return {
    take() {
      if (taken) return;
      taken = true;
      emitKeypressEvents(stdin);
      stdin.off('keypress', onKeypress).on('keypress', onKeypress);
      process.on('SIGCONT', goOn);
      process.once('exit', onExit);
      rawMode(true);
      write(PASTE_ON);
      stdin.resume();
    },
    release() {
      if (!taken) return;
      taken = false;
      clearTimeout(suspended);
      suspended = undefined;
      process.off('SIGCONT', goOn);
      process.off('exit', onExit);
      write(PASTE_OFF);
      rawMode(false);
      stdin.pause();
      // What came in the same piece as the last key is still being decoded.
      process.nextTick(() => {
        if (!taken) stdin.off('keypress', onKeypress);
      });
    },
    suspend() {
      write(PASTE_OFF);
      rawMode(false);
      suspended = setTimeout(goOn, SUSPENDED_MS);
      // The whole group, as the terminal does it: whoever started us waits in it.
      process.kill(0, 'SIGTSTP');
    },
  };
}

function nameOf({ name, ctrl, meta, shift, sequence }: Key): string {
  const base = name === undefined || name === 'undefined' ? (sequence ?? '') : name;
  return `${ctrl ? 'ctrl+' : ''}${meta ? 'meta+' : ''}${shift && base.length > 1 ? 'shift+' : ''}${base}`;
}
