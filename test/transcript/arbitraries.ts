import fc from 'fast-check';
import type { Segment } from '../../src/transcript/transcript.ts';

/** Words as people say them, in scripts with spaces; sentence marks come only where the builder puts them. */
const WORDS = [
  ...['the', 'a', 'morning', 'river', 'we', 'spoke', 'of', 'Friedrich', 'naïve', 'coöperation', 'no', 'yes'],
  ...[
    'утро',
    'река',
    'صباح',
    'النهر',
    '안녕하세요',
    '여러분',
    'don’t',
    '42',
    'R&D',
    '<b>',
    'café',
    '👩‍👩‍👧',
    'и',
  ],
];

export const word = fc.constantFrom(...WORDS);

export const speaker = fc.constantFrom('Ann', 'Bob', 'Speaker A', 'Лев Толстой', 'R&D <x>');

/** Any text at all: control characters, line ends, markup, right-to-left, halves of surrogate pairs. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '\n',
          '\r\n',
          '\n\n',
          '\t',
          ' ',
          '-->',
          '<v x>',
          '&amp;',
          '<00:00:01.000>',
          '{\\an8}',
          '\u0000',
          '\u001b[2J',
        ],
        ...[
          '\u2028',
          '\u202e',
          '\ufeff',
          '\ud800',
          'שלום',
          '你好',
          '世界。',
          '「',
          '」',
          'ภาษาไทย',
          '👨‍👩‍👧',
          'a'.repeat(90),
          '1',
          '00:01',
        ],
      ),
      { maxLength: 20 },
    )
    .map((pieces) => pieces.join('')),
);

/** Segments with holes between them, as long as their words take, times in whole milliseconds. */
export function spokenSegments(
  options: { words?: boolean; speakers?: boolean; maxWords?: number; maxSegments?: number } = {},
): fc.Arbitrary<Segment[]> {
  const segment = fc.record({
    hole: fc.integer({ min: 150, max: 3000 }),
    words: fc.array(fc.tuple(word, fc.integer({ min: 200, max: 700 }), fc.integer({ min: 0, max: 300 })), {
      minLength: 1,
      maxLength: options.maxWords ?? 12,
    }),
    speaker,
    end: fc.constantFrom('', '.', '?', '!', ','),
  });
  return fc.array(segment, { minLength: 1, maxLength: options.maxSegments ?? 12 }).map((drawn) => {
    let at = 0;
    return drawn.map((each): Segment => {
      const start = at + each.hole;
      at = start;
      const words = each.words.map(([text, length, pause], index) => {
        const from = index === 0 ? at : at + pause;
        at = from + length;
        return { start: from / 1000, end: at / 1000, text };
      });
      return {
        start: start / 1000,
        end: at / 1000,
        ...(options.speakers ? { speaker: each.speaker } : {}),
        text: words.map(({ text }) => text).join(' ') + each.end,
        ...(options.words ? { words } : {}),
      };
    });
  });
}
