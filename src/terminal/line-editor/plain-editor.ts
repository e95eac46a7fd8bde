import { createInterface } from 'node:readline';
import type { LineEditor, LineEditorOptions, Typed } from './line-editor.ts';
import { enter } from './message-end.ts';

/** A terminal that obeys no sequences, as in an editor's window, is `dumb`: terminfo(5). */
export function isDumbTerminal({ TERM }: Readonly<Record<string, string | undefined>>): boolean {
  return TERM === 'dumb';
}

/**
 * The line editor of a terminal that cannot be drawn on: lines as the terminal itself edits and sends them. Ctrl-C is a
 * signal there, also at the prompt.
 */
export function openPlainEditor(
  options: Pick<LineEditorOptions, 'stdin' | 'stdout' | 'onMessage' | 'signal'>,
): LineEditor {
  const { stdin, stdout, onMessage, signal } = options;
  /** Several lines may come at once. */
  const ahead: string[] = [];
  let ended = false;
  let leave = () => {};

  /** @returns undefined at the end of the input */
  const nextLine = async (): Promise<string | undefined> => {
    signal.throwIfAborted();
    const waiting = ahead.shift();
    if (waiting !== undefined || ended) return waiting;
    // For this line only: others, such as a question, read from stdin between two messages.
    const reader = createInterface({ input: stdin, terminal: false });
    const onEnd = () => {
      ended = true;
    };
    stdin.once('end', onEnd);
    const closed = new Promise<void>((resolve) => reader.once('close', resolve));
    reader.on('line', (line) => {
      ahead.push(line);
      reader.close();
    });
    leave = () => reader.close();
    signal.addEventListener('abort', leave, { once: true });
    await closed;
    stdin.off('end', onEnd);
    signal.removeEventListener('abort', leave);
    signal.throwIfAborted();
    const line = ahead.shift();
    ended ||= line === undefined;
    return line;
  };

  return {
    async read(prompt, initial = '') {
      await stdout.write(prompt + initial);
      for (let text = initial; ; await stdout.write('… ')) {
        const line = await nextLine();
        if (line === undefined) {
          await stdout.write('\n');
          return { kind: 'end' } satisfies Typed;
        }
        const entered = enter(text + line);
        if ('message' in entered) {
          if (entered.message.trim() !== '') onMessage(entered.message);
          return { kind: 'message', text: entered.message } satisfies Typed;
        }
        text = entered.continued;
      }
    },
    quietly: (work) => work(),
    close() {
      ended = true;
      leave();
    },
  };
}
