import type { Ora } from 'ora';
import type { OutputStream } from './io.ts';
import { oneLine } from './sanitize.ts';
import { styleFor } from './style.ts';

/** A sign of life on stderr while nothing else is to be seen. All of it is nothing where stderr is no terminal. */
export type Spinner = {
  /** Begins to wait; the spinner shows after a moment, so that a fast answer never pays for it. */
  start(): void;
  setText(text: string): void;
  /** Clears its line and gives the cursor back, at once. It may be started again. */
  stop(): void;
};

const DELAY_MS = 150;
const HIDE_CURSOR = '\x1b[?25l';

/**
 * @param text what is being waited for; it is cut to one line of the terminal
 */
export function createSpinner(stderr: OutputStream, text: string): Spinner {
  let wanted = text;
  let delay: NodeJS.Timeout | undefined;
  let frames: NodeJS.Timeout | undefined;
  let ora: Ora | undefined;
  let stopListening: (() => void) | undefined;
  let cut = (line: string, _columns: number) => line;

  const show = () => {
    if (!ora?.isEnabled || frames) return;
    const spinner = ora;
    process.once('exit', hide);
    if (process.platform !== 'win32') process.once('SIGTSTP', suspend);
    // What others write comes on a clean line; the next frame draws the spinner below it.
    stopListening = stderr.beforeWrite?.(() => spinner.clear());
    const draw = () => {
      spinner.text = cut(oneLine(wanted), Math.max((stderr.columns() ?? 80) - 3, 1));
      spinner.render();
    };
    // ora's own start() would hold the process open with its timer and wrap the write functions of both streams.
    frames = setInterval(draw, spinner.interval).unref();
    stderr.stream.write(HIDE_CURSOR);
    draw();
  };
  const hide = () => {
    if (!frames) return;
    clearInterval(frames);
    frames = undefined;
    stopListening?.();
    process.off('exit', hide);
    process.off('SIGTSTP', suspend);
    ora?.stop();
  };
  const suspend = () => {
    hide();
    // Our listener is gone, so this time the signal stops the process; what follows runs when it is continued.
    process.kill(process.pid, 'SIGTSTP');
    show();
  };
  const load = async () => {
    if (!ora) {
      const loaded = await loadOra(stderr);
      ora ??= loaded.ora;
      cut = loaded.cut;
    }
    if (delay) show();
  };

  return {
    start() {
      if (!stderr.isTTY || delay) return;
      // A spinner that cannot be loaded must not end the run it decorates.
      delay = setTimeout(() => load().catch(() => {}), DELAY_MS).unref();
    },
    setText(next) {
      wanted = next;
    },
    stop() {
      clearTimeout(delay);
      delay = undefined;
      hide();
    },
  };
}

async function loadOra(
  stderr: OutputStream,
): Promise<{ ora: Ora; cut: (line: string, columns: number) => string }> {
  const [{ default: createOra }, { cutToWidth }, style] = await Promise.all([
    import('ora'),
    import('./width.ts'),
    styleFor(stderr),
  ]);
  // Colours are ours: ora would go by what stdout can show.
  const ora = createOra({ stream: stderr.stream, color: false, discardStdin: false });
  const { frames, interval = 80 } = ora.spinner;
  ora.spinner = { frames: frames.map((frame) => style.cyan(frame)), interval };
  return { ora, cut: cutToWidth };
}
