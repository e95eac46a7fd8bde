import * as edits from './edit.ts';
import { type Edit, editAtEnd, eraseTo, insert, type Move, moveTo } from './edit.ts';
import { createHistoryWalk } from './history-walk.ts';

/** The message that is being written. */
export type Draft = {
  edit: Edit;
  /** @returns whether the key means something to a text */
  press(key: string): boolean;
  /** Puts a text where the cursor is. */
  type(text: string): void;
  /** Puts another edit in place of this one, which can be undone. */
  change(edit: Edit): void;
};

/** Keys that move the cursor. */
const MOVES: Readonly<Record<string, Move>> = {
  left: edits.left,
  'ctrl+b': edits.left,
  right: edits.right,
  'ctrl+f': edits.right,
  'ctrl+left': edits.wordLeft,
  'meta+left': edits.wordLeft,
  'meta+b': edits.wordLeft,
  'ctrl+right': edits.wordRight,
  'meta+right': edits.wordRight,
  'meta+f': edits.wordRight,
  home: edits.lineStart,
  'ctrl+a': edits.lineStart,
  end: edits.lineEnd,
  'ctrl+e': edits.lineEnd,
  'ctrl+home': edits.textStart,
  'meta+<': edits.textStart,
  'ctrl+end': edits.textEnd,
  'meta+>': edits.textEnd,
};

/** Keys that erase up to there. */
const ERASURES: Readonly<Record<string, Move>> = {
  backspace: edits.left,
  'shift+backspace': edits.left,
  'ctrl+h': edits.left,
  delete: edits.right,
  'ctrl+d': edits.right,
};

/** Keys that erase up to there, for Ctrl-Y to put back. */
const CUTS: Readonly<Record<string, Move>> = {
  'ctrl+w': edits.blankLeft,
  'ctrl+backspace': edits.wordLeft,
  'meta+backspace': edits.wordLeft,
  'ctrl+delete': edits.wordRight,
  'meta+delete': edits.wordRight,
  'meta+d': edits.wordRight,
  'ctrl+u': edits.lineStart,
  'ctrl+k': edits.lineEnd,
};

const MAX_UNDO = 500;

/** @param history what was written before, the oldest first */
export function createDraft(initial: string, history: readonly string[], clipboard: { cut: string }): Draft {
  const walk = createHistoryWalk(history);
  const undo: Edit[] = [];
  const recall = (text: string | undefined) => {
    if (text !== undefined) draft.edit = editAtEnd(text);
  };
  const draft: Draft = {
    edit: editAtEnd(initial),
    change(edit) {
      if (edit.text !== draft.edit.text) undo.push(draft.edit);
      if (undo.length > MAX_UNDO) undo.shift();
      draft.edit = edit;
    },
    type: (text) => draft.change(insert(draft.edit, text)),
    press(key) {
      const move = MOVES[key];
      const erasure = ERASURES[key] ?? CUTS[key];
      if (move) draft.edit = moveTo(draft.edit, move(draft.edit));
      else if (erasure) erase(key, erasure);
      else if (key in OTHERS) OTHERS[key]?.();
      else return false;
      return true;
    },
  };
  const erase = (key: string, there: Move) => {
    const { edit, erased } = eraseTo(draft.edit, there(draft.edit));
    draft.change(edit);
    if (key in CUTS && erased !== '') clipboard.cut = erased;
  };
  const goUp = () => {
    const above = edits.lineAbove(draft.edit);
    if (above === undefined) recall(walk.earlier(draft.edit.text));
    else draft.edit = moveTo(draft.edit, above);
  };
  const goDown = () => {
    const below = edits.lineBelow(draft.edit);
    if (below === undefined) recall(walk.later());
    else draft.edit = moveTo(draft.edit, below);
  };
  const OTHERS: Readonly<Record<string, () => void>> = {
    up: goUp,
    'ctrl+p': goUp,
    down: goDown,
    'ctrl+n': goDown,
    'ctrl+y': () => draft.type(clipboard.cut),
    '\x1f': () => {
      draft.edit = undo.pop() ?? draft.edit;
    },
  };
  return draft;
}
