import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CheckFacts, check, type Rule } from '../../src/transcript/check.ts';
import { mend } from '../../src/transcript/mend.ts';
import type { Segment } from '../../src/transcript/transcript.ts';
import { spokenSegments } from './arbitraries.ts';

/** A minute and more of plain, true speech: a segment every five seconds, each with another text. */
const TALK: readonly Segment[] = Array.from({ length: 24 }, (_, index) => ({
  start: index * 5,
  end: index * 5 + 4.5,
  speaker: index % 2 === 0 ? 'Ann' : 'Bob',
  text: `Number ${index} is what we speak about now.`,
}));
const FACTS: CheckFacts = { duration: 120 };

const rules = (segments: readonly Segment[], facts = FACTS) =>
  check({ segments }, facts).map(({ rule }) => rule);
const altered = (index: number, change: Partial<Segment>) =>
  TALK.map((segment, at) => (at === index ? { ...segment, ...change } : segment));

describe('check', () => {
  it('finds nothing wrong with what is true', () => {
    expect(check({ segments: TALK }, FACTS)).toEqual([]);
    expect(check({ segments: [] }, { duration: 10 })).toEqual([]);
    expect(check({ segments: [] }, {})).toEqual([]);
  });

  it.each<[string, readonly Segment[], Rule, { start: number; end: number }, boolean]>([
    [
      'a stamp after the end',
      altered(23, { start: 180, end: 184 }),
      'late',
      { start: 114.5, end: 120 },
      true,
    ],
    ['an end after the end', altered(23, { end: 180 }), 'late', { start: 115, end: 120 }, true],
    [
      'stamps that drift away',
      [
        ...TALK.slice(0, 12),
        ...TALK.slice(12).map((each) => ({ ...each, start: each.start + 70, end: each.end + 70 })),
      ],
      'late',
      { start: 59.5, end: 120 },
      false,
    ],
    ['an end before the start', altered(5, { start: 29, end: 25 }), 'reversed', { start: 29, end: 29 }, true],
    [
      'no time at all',
      altered(5, { start: Number.NaN, end: Number.NaN }),
      'disorder',
      { start: 24.5, end: 30 },
      true,
    ],
    ['a stamp out of order', altered(10, { start: 12, end: 14 }), 'disorder', { start: 49.5, end: 55 }, true],
    [
      'stamps that begin again',
      [
        ...TALK.slice(0, 14),
        ...TALK.slice(14).map((each) => ({ ...each, start: each.start - 70, end: each.end - 70 })),
      ],
      'disorder',
      { start: 69.5, end: 120 },
      false,
    ],
    ['a segment over the next ones', altered(10, { end: 63 }), 'overlap', { start: 55, end: 63 }, true],
    [
      'words out of order',
      altered(3, {
        words: [
          { start: 17, end: 18, text: 'Number' },
          { start: 15, end: 16, text: '3' },
        ],
      }),
      'words',
      { start: 15, end: 19.5 },
      true,
    ],
    [
      'a sentence over and over',
      TALK.map((each, index) => (index >= 10 && index < 20 ? { ...each, text: 'And so it goes on.' } : each)),
      'loop',
      { start: 55, end: 99.5 },
      true,
    ],
    [
      'two sentences over and over',
      TALK.map((each, index) =>
        index >= 10 && index < 20 ? { ...each, text: index % 2 ? 'And so on.' : 'It goes.' } : each,
      ),
      'loop',
      { start: 60, end: 99.5 },
      true,
    ],
    [
      'a word over and over',
      altered(3, { text: `Well ${'you know '.repeat(20)}` }),
      'loop',
      { start: 15, end: 19.5 },
      true,
    ],
    [
      'a sound over and over',
      altered(3, { text: `ハ${'ハ'.repeat(80)}` }),
      'loop',
      { start: 15, end: 19.5 },
      true,
    ],
    [
      'nothing in the middle',
      TALK.filter((_, index) => index < 8 || index > 14),
      'gap',
      { start: 39.5, end: 75 },
      false,
    ],
    ['nothing at the beginning', TALK.slice(6), 'gap', { start: 0, end: 30 }, false],
    ['an early stop', TALK.slice(0, 12), 'early-stop', { start: 59.5, end: 120 }, false],
    ['nothing at all', [], 'early-stop', { start: 0, end: 120 }, false],
  ])('finds %s, where it is, and whether it can be mended', (_, segments, rule, span, mendable) => {
    const found = check({ segments }, FACTS);
    expect(found.filter((violation) => violation.rule === rule)).toMatchObject([{ span, mendable }]);
    // A lie makes no other rule speak, but that a stamp which is no number cannot have its end after it either.
    expect(new Set(found.map((violation) => violation.rule)).size).toBe(
      Number.isNaN(segments[5]?.start) ? 2 : 1,
    );
  });

  it('knows the part that was transcribed', () => {
    const part = { duration: 120, start: 40, end: 80 };
    const within = TALK.filter(({ start }) => start >= 40 && start < 80);
    expect(rules(within, part)).toEqual([]);
    expect(
      rules(
        TALK.filter(({ start }) => start >= 40 && start < 60),
        part,
      ),
    ).toEqual(['early-stop']);
    expect(
      rules(
        TALK.filter(({ start }) => start >= 40 && start < 85),
        part,
      ),
    ).toEqual(['late']);
  });

  it('takes silence for no gap, and people who laugh for no loop', () => {
    const holed = TALK.filter((_, index) => index < 8 || index > 14);
    expect(rules(holed, { ...FACTS, silences: [{ start: 42, end: 70 }] })).toEqual([]);
    expect(rules(holed, { ...FACTS, longestGap: 60 })).toEqual([]);
    const laughing = TALK.map((each, index) => (index < 5 ? { ...each, text: 'Yeah.' } : each));
    expect(rules(laughing)).toEqual([]);
    expect(rules(altered(4, { text: 'No no no no no, ha ha ha ha!' }))).toEqual([]);
  });
});

describe('mend', () => {
  it('leaves alone what is true', () => {
    expect(mend(TALK, FACTS)).toEqual({ segments: TALK, mended: {}, remaining: [] });
    fc.assert(
      fc.property(spokenSegments({ words: true, speakers: true }), (segments) => {
        const {
          mended,
          remaining,
          segments: same,
        } = mend(segments, { duration: (segments.at(-1)?.end ?? 0) + 1 });
        expect({ mended, remaining, same }).toEqual({ mended: {}, remaining: [], same: segments });
      }),
      { numRuns: 30 },
    );
  });

  it('puts single false stamps between their neighbours and counts them', () => {
    for (const [index, change, rule] of [
      [23, { start: 180, end: 184 }, 'late'],
      [10, { start: 12, end: 14 }, 'disorder'],
      [10, { start: Number.NaN, end: 14 }, 'disorder'],
    ] as const) {
      const { segments, mended, remaining } = mend(altered(index, change), FACTS);
      expect(mended[rule]).toBe(1);
      expect(remaining).toEqual([]);
      expect(segments.map(({ text }) => text)).toEqual(TALK.map(({ text }) => text));
      expect(segments[index]?.start).toBeGreaterThanOrEqual(TALK[index - 1]?.end ?? 0);
      expect(segments[index]?.end).toBeLessThanOrEqual(TALK[index + 1]?.start ?? 120);
    }
    expect(mend(altered(5, { start: 29, end: 25 }), FACTS).segments[5]).toMatchObject({ start: 25, end: 29 });
    expect(mend(altered(10, { end: 63 }), FACTS).segments[10]).toMatchObject({ start: 50, end: 55 });
  });

  it('takes a start that was rounded beyond the end for what it is', () => {
    const rounded = altered(23, { start: 120, end: 121 });
    const { segments, mended, remaining } = mend(rounded, { duration: 119.6 });
    expect([mended, remaining]).toEqual([{ late: 1 }, []]);
    const full = TALK.map((each) => ({ ...each, end: each.start + 5 }));
    expect(mend([...full, { start: 120, end: 121, text: 'Thank you very much.' }], FACTS).remaining).toEqual(
      [],
    );
    expect(segments).toHaveLength(24);
  });

  it('keeps the text of what has lost its times, and says where to ask again', () => {
    const drifted = [
      ...TALK.slice(0, 12),
      ...TALK.slice(12).map((each) => ({ ...each, start: each.start + 70, end: each.end + 70 })),
    ];
    const { segments, remaining } = mend(drifted, FACTS);
    expect(segments.map(({ text }) => text)).toEqual(TALK.map(({ text }) => text));
    expect(remaining).toMatchObject([
      { rule: 'late', span: { start: 59.5, end: 120 }, segments: { first: 12, end: 24 } },
    ]);
  });

  it('leaves out the repeats of a loop, and asks again where it was long', () => {
    const looped = TALK.map((each, index) =>
      index >= 10 && index < 20 ? { ...each, text: 'And so it goes on.' } : each,
    );
    const { segments, mended, remaining } = mend(looped, FACTS);
    expect(segments).toEqual([...looped.slice(0, 11), ...looped.slice(20)]);
    expect(mended).toEqual({ loop: 1 });
    expect(remaining).toMatchObject([{ rule: 'loop', span: { start: 55, end: 99.5 } }]);
    expect(mend(altered(3, { text: `Well, ${'you know '.repeat(20)}now.` }), FACTS).segments[3]?.text).toBe(
      'Well, you know now.',
    );
  });

  it('gives segments that hold, whatever it is given, and loses no text but that of loops', () => {
    const time = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -20, max: 1400 }).map((tenths) => tenths / 10) },
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e9),
    );
    const segment = fc.record({
      start: time,
      length: fc.integer({ min: -50, max: 100 }),
      text: fc.constantFrom('Yes.', 'no', 'we went to the river', 'la '.repeat(30)),
      words: fc.boolean(),
    });
    const orderly = fc
      .array(segment, { maxLength: 16 })
      .map((list) => list.toSorted((a, b) => a.start - b.start));
    fc.assert(
      fc.property(
        fc.oneof(fc.array(segment, { maxLength: 16 }), orderly),
        fc.constantFrom(60, 120, undefined),
        (drawn, duration) => {
          const given = drawn.map(
            ({ start, length, text, words }, index): Segment => ({
              ...{ start, end: start + length / 10, text: `${text} ${index}` },
              ...(words ? { words: [{ start, end: start + 0.2, text }] } : {}),
            }),
          );
          const facts: CheckFacts = duration === undefined ? {} : { duration };
          const { segments, remaining } = mend(given, facts);
          const unable = new Set<Rule>(['gap', 'early-stop']);
          const left = check({ segments }, facts).filter(({ rule }) => !unable.has(rule));
          expect(left).toEqual([]);
          const wrong = segments.filter(
            ({ start, end }) => !(start >= 0 && end > start && end <= (duration ?? 2e9)),
          );
          expect(wrong).toEqual([]);
          const last = ({ text }: Segment) => text.split(' ').at(-1);
          expect(segments.map(last)).toEqual(given.map(last));
          expect(remaining.filter(({ span }) => !(span.start <= span.end))).toEqual([]);
        },
      ),
      { numRuns: 120 },
    );
  });
});
