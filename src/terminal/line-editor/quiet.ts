import type { IO } from '../io.ts';
import type { Keyboard, Stroke } from './keyboard.ts';

/** What the terminal itself would do with these keys, were the keyboard not ours. */
export function actAsTerminal(stroke: Stroke, keyboard: Keyboard): boolean {
  if (!('key' in stroke)) return false;
  if (stroke.key === 'ctrl+c') raise('SIGINT');
  else if (stroke.key === '\x1c') raise('SIGQUIT');
  else if (stroke.key === 'ctrl+z') keyboard.suspend();
  else return false;
  return true;
}

function raise(signal: 'SIGINT' | 'SIGQUIT'): void {
  // Where there are no signals, kill() would end us without a word.
  if (!process.emit(signal, signal)) process.kill(process.pid, signal);
}

/**
 * Gives the keyboard to whoever else begins to listen to stdin, as a question does, and takes it back when they pause it.
 * @returns ends it
 */
export function giveWay(stdin: IO['stdin'], keyboard: Keyboard): () => void {
  let given = false;
  let ours = false;
  let over = false;
  const onListener = (event: string) => {
    if (event !== 'data' || ours) return;
    keyboard.release();
    given = true;
  };
  // The listener itself is no sign: readline leaves it behind when it is closed.
  const onPause = () => {
    if (!given) return;
    given = false;
    process.nextTick(() => {
      if (over || given) return;
      ours = true;
      keyboard.take();
      ours = false;
    });
  };
  stdin.on('newListener', onListener);
  stdin.on('pause', onPause);
  return () => {
    over = true;
    stdin.off('newListener', onListener);
    stdin.off('pause', onPause);
  };
}
