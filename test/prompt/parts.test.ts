import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OptionShape, PART_FLAGS, partsInOrder, type TypedPart } from '../../src/prompt/parts.ts';

const OPTIONS: OptionShape[] = [
  ...Object.keys(PART_FLAGS).map((long) => ({ long, takesValue: true })),
  { long: 'model', short: 'm', takesValue: true },
  { long: 'usage', short: 'u', takesValue: false },
  { long: 'no-stream', takesValue: false },
].map((option) => ({
  ...option,
  short: { attach: 'a', prompt: 'p', input: 'i', file: 'f', model: 'm', usage: 'u' }[option.long],
}));

const parts = (...argv: string[]) => partsInOrder(argv, OPTIONS);

describe('partsInOrder', () => {
  it('keeps positionals and flags in the order typed', () => {
    expect(
      parts('Before:', '--image', 'a.png', 'After:', '--image=b.png', '-m', 'x', 'What changed?', '-u'),
    ).toEqual([
      { text: 'Before:', positional: true },
      { source: 'a.png', kind: 'image' },
      { text: 'After:', positional: true },
      { source: 'b.png', kind: 'image' },
      { text: 'What changed?', positional: true },
    ]);
  });

  it('reads the aliases, stdin, what follows "--", and values that begin with a dash', () => {
    expect(
      parts('-a', 'x', '-ix', '-f', '-x', '--pdf', 'd.pdf', '-', '-p', '--really', '--', '--image', '-'),
    ).toEqual([
      { source: 'x' },
      { source: 'x' },
      { source: '-x' },
      { source: 'd.pdf', kind: 'document' },
      { stdin: true },
      { text: '--really' },
      { text: '--image', positional: true },
      { stdin: true },
    ]);
  });

  it('gives back any sequence of parts it is typed as', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !text.startsWith('-'));
    const typed = fc.oneof(
      word.map((text) => ({ argv: [text], part: { text, positional: true } as TypedPart })),
      fc.string().map((text) => ({ argv: [`--text=${text}`], part: { text } as TypedPart })),
      word.map((source) => ({ argv: ['--audio', source], part: { source, kind: 'audio' } as TypedPart })),
      fc.constant({ argv: ['-u'], part: undefined }),
      word.map((model) => ({ argv: ['-m', model], part: undefined })),
    );
    fc.assert(
      fc.property(fc.array(typed), (list) => {
        const expected = list.flatMap(({ part }) => (part ? [part] : []));
        expect(parts(...list.flatMap(({ argv }) => argv))).toEqual(expected);
      }),
    );
  });
});
