import { type Completions, complete, listCandidates } from './completion.ts';
import { createDraft } from './draft.ts';
import { editAtEnd } from './edit.ts';
import type { Stroke } from './keyboard.ts';
import { type LayoutCache, layOut } from './layout.ts';
import type { Typed } from './line-editor.ts';
import { enter } from './message-end.ts';
import type { Painter } from './painter.ts';

/** One message on its way: from the prompt to Enter, Ctrl-C or Ctrl-D. */
export type Reading = {
  press(stroke: Stroke): void;
  /** Draws it again over itself, once for all keys of this turn. */
  repaint(): void;
  /** Draws it for the last time. @param mark what stands behind it */
  leave(mark: string): void;
};

export type ReadingOptions = {
  readonly prompt: string;
  readonly initial: string;
  /** The oldest first. */
  readonly history: readonly string[];
  /** What Ctrl-Y puts back. */
  readonly clipboard: { cut: string };
  readonly painter: Painter;
  complete(line: string): Promise<Completions>;
  clearScreen(): void;
  suspend(): void;
  /** Gets what was pressed too late for this one. */
  later(stroke: Stroke): void;
  /** Called once; nothing is drawn any more. */
  done(typed: Typed): void;
};

export function createReading(options: ReadingOptions): Reading {
  const { prompt, painter } = options;
  const draft = createDraft(options.initial, options.history, options.clipboard);
  let below: readonly string[] = [];
  let planned = false;
  let over = false;
  /** Keys that were pressed while candidates were looked for, which they are meant to come after. */
  let waiting: Stroke[] | undefined;

  const cache: LayoutCache = new Map();
  const layout = (mark = '') => {
    const edit = mark === '' ? draft.edit : editAtEnd(draft.edit.text + mark);
    return layOut(prompt, edit, painter.columns(), cache);
  };
  const repaint = () => {
    if (planned || over) return;
    planned = true;
    queueMicrotask(() => {
      planned = false;
      if (!over) painter.paint(layout(), below);
    });
  };
  const leave = (mark: string) => {
    if (over) return;
    over = true;
    painter.finish(layout(mark));
  };
  const end = (typed: Typed, mark = '') => {
    leave(mark);
    options.done(typed);
  };
  const submit = () => {
    const entered = enter(draft.edit.text);
    if ('message' in entered) end({ kind: 'message', text: entered.message });
    else draft.change(editAtEnd(entered.continued));
  };
  const suggest = async () => {
    const { edit } = draft;
    const strokes: Stroke[] = [];
    waiting = strokes;
    let completions: Completions = { candidates: [], fragment: '' };
    try {
      completions = await options.complete(edit.text.slice(0, edit.cursor));
    } catch {
      // No help with a word is better than the end of the message that it is for.
    }
    if (waiting !== strokes || over) return;
    waiting = undefined;
    const completed = complete(edit, completions);
    if (completed !== edit) draft.change(completed);
    else if (completions.candidates.length > 1)
      below = listCandidates(completions.candidates, painter.columns());
    repaint();
    for (const stroke of strokes) press(stroke);
  };

  /** Keys that mean something to more than the text. */
  const keys: Readonly<Record<string, () => void>> = {
    return: submit,
    // What was typed before the keyboard was ours ends its lines so.
    enter: submit,
    'meta+return': () => draft.type('\n'),
    'meta+enter': () => draft.type('\n'),
    // Shift+Enter, where the terminal tells it apart.
    '\x1b[13;2u': () => draft.type('\n'),
    tab: () => void suggest(),
    'ctrl+c': () => end({ kind: 'interrupted', empty: draft.edit.text === '' }, '^C'),
    'ctrl+l': () => options.clearScreen(),
  };

  const press = (stroke: Stroke) => {
    const key = 'key' in stroke ? stroke.key : undefined;
    if (key === 'ctrl+c') waiting = undefined;
    if (over) options.later(stroke);
    else if (waiting) waiting.push(stroke);
    else if (key === 'ctrl+z') suspend();
    else act(stroke);
  };
  const suspend = () => {
    painter.finish(layout());
    options.suspend();
  };
  const act = (stroke: Stroke) => {
    below = [];
    if ('paste' in stroke) draft.type(pasted(stroke.paste));
    else if (stroke.key === 'ctrl+d' && draft.edit.text === '') end({ kind: 'end' });
    else if (keys[stroke.key]) keys[stroke.key]?.();
    else if (!draft.press(stroke.key) && stroke.typed !== undefined) draft.type(stroke.typed);
    repaint();
  };

  return { press, repaint, leave };
}

/** A paste waits for Enter however many lines it has; the end of its last line is not a line of its own. */
function pasted(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
}
