import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { complete, listCandidates } from '../../../src/terminal/line-editor/completion.ts';
import { createDraft } from '../../../src/terminal/line-editor/draft.ts';
import { createHistoryWalk } from '../../../src/terminal/line-editor/history-walk.ts';
import { type LayoutCache, layOut } from '../../../src/terminal/line-editor/layout.ts';
import { widthOf } from '../../../src/terminal/width.ts';

/** What people write, and what would come apart in a careless editor. */
const PIECES = [
  'a',
  'Wort',
  ' ',
  '\n',
  '\t',
  '漢',
  'e\u0301',
  '🇩🇪',
  '👍🏽',
  '👨‍👩‍👧',
  '\u200d',
  '\u0301',
  '\x1b',
  '🇫',
  '1️⃣',
  'שלום',
];
const KEYS = [
  'left',
  'right',
  'up',
  'down',
  'home',
  'end',
  'ctrl+w',
  'ctrl+u',
  'ctrl+k',
  'ctrl+y',
  'meta+b',
  'meta+f',
];
const ERASING = ['backspace', 'delete', 'meta+d', '\x1f'];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(''));
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function boundariesOf(whole: string): number[] {
  return [...Array.from(segmenter.segment(whole), ({ index }) => index), whole.length];
}

describe('a draft', () => {
  it('never has its cursor within a grapheme, whatever is pressed and typed', () => {
    const presses = fc.array(fc.constantFrom(...KEYS, ...ERASING, ...PIECES), { maxLength: 30 });
    fc.assert(
      fc.property(text, presses, fc.array(text), (initial, keys, history) => {
        const draft = createDraft(initial, history, { cut: '' });
        for (const key of keys) {
          if (!draft.press(key)) draft.type(key);
          expect(boundariesOf(draft.edit.text)).toContain(draft.edit.cursor);
        }
      }),
    );
  });

  it('erases one grapheme at a time, and takes it all back', () => {
    fc.assert(
      fc.property(text, (initial) => {
        const draft = createDraft(initial, [], { cut: '' });
        const steps = boundariesOf(initial).length - 1;
        for (let step = 0; step < steps; step += 1) draft.press('backspace');
        // What stood apart may join when what was between them is gone, so that fewer would have done.
        expect(draft.edit).toEqual({ text: '', cursor: 0 });
        for (let step = 0; step < steps; step += 1) draft.press('\x1f');
        expect(draft.edit.text).toBe(initial);
      }),
    );
  });
});

describe('the rows of a draft', () => {
  it('hold all of it, never reach the last column however a terminal counts, and know the cursor', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 12, max: 30 }), fc.nat(), (whole, columns, place) => {
        const places = boundariesOf(whole);
        const cursor = places[place % places.length] ?? 0;
        const cache: LayoutCache = new Map();
        layOut('> ', { text: whole, cursor: 0 }, columns, cache);
        const { rows, cursorRow, beforeCursor } = layOut('> ', { text: whole, cursor }, columns, cache);
        const shown = whole.replaceAll('\t', '    ').replaceAll('\x1b', '␛');
        const drawn = rows.map((row) => row.text).join('');
        expect(drawn.replaceAll('… ', '')).toBe(`> ${shown.replaceAll('\n', '')}`);
        for (const row of rows) {
          const apart = Array.from(row.text).reduce((sum, character) => sum + widthOf(character), 0);
          expect(Math.max(apart, widthOf(row.text))).toBeLessThan(columns);
        }
        expect(rows[cursorRow]?.text.startsWith(beforeCursor.text)).toBe(true);
        const before = rows.slice(0, cursorRow).map((row) => row.text);
        const shownBefore = whole.slice(0, cursor).replaceAll('\t', '    ').replaceAll('\x1b', '␛');
        expect([...before, beforeCursor.text].join('').replaceAll('… ', '')).toBe(
          `> ${shownBefore.replaceAll('\n', '')}`,
        );
      }),
    );
  });

  it('take a prompt of several lines with its colours, and nothing else of it that a terminal obeys', () => {
    const { rows } = layOut('\x1b[2m[a\x1b[2J.png]\x1b[22m\n> ', { text: 'hi', cursor: 2 }, 40);
    expect(rows.map((row) => row.text)).toEqual(['\x1b[2m[a␛[2J.png]\x1b[22m', '> hi']);
  });
});

describe('a completion', () => {
  const edit = { text: 'see pho now', cursor: 7 };

  it('adds what all candidates have in common, or changes the word into the only one', () => {
    const candidates = ['photos/a', 'photos/b'];
    expect(complete(edit, { candidates, fragment: 'pho' })).toEqual({ text: 'see photos/ now', cursor: 11 });
    expect(complete(edit, { candidates: ['"my photo"'], fragment: 'pho' }).text).toBe('see "my photo" now');
    expect(complete(edit, { candidates: ['phone', 'photo'], fragment: 'pho' })).toBe(edit);
    expect(complete(edit, { candidates: ['x'], fragment: 'other' })).toBe(edit);
    expect(complete(edit, { candidates: [], fragment: 'pho' })).toBe(edit);
  });

  it('lists many candidates in a few lines of the width', () => {
    const many = Array.from({ length: 100 }, (_, index) => `dir/file${index}`);
    const lines = listCandidates(many, 40);
    expect(lines.length).toBeLessThan(12);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(40);
    expect(lines[0]).toMatch(/^file0 +file8 /);
    expect(lines.at(-1)).toMatch(/\d+ more/);
  });
});

it('walks back and forth in the history among what begins as the draft does', () => {
  const walk = createHistoryWalk(['say a', 'see', 'say b', 'say b']);
  expect(walk.later()).toBeUndefined();
  expect([walk.earlier('say'), walk.earlier('say b'), walk.earlier('say a')]).toEqual([
    'say b',
    'say a',
    undefined,
  ]);
  expect([walk.later(), walk.later(), walk.later()]).toEqual(['say b', 'say', undefined]);
});
