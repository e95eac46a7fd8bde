import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut } from '../../src/transcript/cut.ts';
import { type Chunk, join, offset, replaceSpan } from '../../src/transcript/join.ts';
import { planChunks } from '../../src/transcript/plan-chunks.ts';
import type { Segment, Span } from '../../src/transcript/transcript.ts';
import { spokenSegments } from './arbitraries.ts';

const said = (segments: readonly Segment[]) => segments.map(({ text }) => text).join(' ');
const whole = (segments: readonly Segment[]) => (segments.at(-1)?.end ?? 0) + 1;

/** Spans that cover everything, each beginning `overlap` before the one before ends. */
function spansOf(end: number, borders: readonly number[], overlap: number): Span[] {
  const sorted = [...new Set(borders.map((border) => (border * end) / 1000))].sort((a, b) => a - b);
  const far = sorted.filter(
    (border, index) => border - (sorted[index - 1] ?? 0) > overlap + 2 && end - border > overlap,
  );
  return [...far, end].map((border, index) => ({
    start: index === 0 ? 0 : (far[index - 1] ?? 0) - overlap,
    end: border,
  }));
}

const borders = fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 5 });

describe('join', () => {
  it('is the inverse of cut, wherever the cuts are, with the times of words or without', () => {
    const transcripts = fc
      .boolean()
      .chain((words) => spokenSegments({ words, speakers: true, maxWords: 10 }));
    fc.assert(
      fc.property(transcripts, borders, fc.constantFrom(0, 0, 2, 5), (segments, at, overlap) => {
        const chunks = cut({ segments }, spansOf(whole(segments), at, overlap));
        expect(rounded(join(chunks))).toEqual(rounded(segments));
      }),
      { numRuns: 120 },
    );
  });

  it('holds for scripts without spaces', () => {
    const segments: Segment[] = [
      { start: 0, end: 6, text: '今日は天気がとても良いので、公園に行きました。' },
      { start: 6.5, end: 12, text: 'それから川のそばを歩いて帰りました。' },
    ];
    for (const [border, overlap] of [
      [2, 0],
      [4, 0],
      [7.5, 0],
      [6, 2],
      [9, 3],
    ] as const) {
      const spans = [
        { start: 0, end: border },
        { start: border - overlap, end: 13 },
      ];
      expect(rounded(join(cut({ segments }, spans)))).toEqual(rounded(segments));
    }
  });

  it('doubles nothing and loses nothing when the times of two chunks differ, and a word at their edge is broken', () => {
    const first: Chunk = {
      span: { start: 0, end: 20 },
      segments: [
        { start: 0, end: 8, text: 'The first thing to say is this.' },
        { start: 8.5, end: 20, text: 'Nobody who lives by the river has ever seen it fro' },
      ],
    };
    const second: Chunk = {
      span: { start: 12, end: 40 },
      segments: [
        { start: 12, end: 22.4, text: 'ves by the river has ever seen it frozen over.' },
        { start: 23, end: 30, text: 'That is all.' },
      ],
    };
    const drifted = { ...second, segments: offset(second.segments, 1.7) };
    for (const chunk of [second, drifted]) {
      expect(said(join([first, chunk]))).toBe(
        'The first thing to say is this. Nobody who lives by the river has ever seen it frozen over. That is all.',
      );
    }
  });

  it('parts chunks that agree on nothing at the middle of what they share', () => {
    const chunks: Chunk[] = [
      {
        span: { start: 0, end: 12 },
        segments: [
          { start: 0, end: 9, text: 'a b c' },
          { start: 10.5, end: 12, text: 'x' },
        ],
      },
      {
        span: { start: 8, end: 20 },
        segments: [
          { start: 8, end: 9, text: 'y' },
          { start: 10.2, end: 15, text: 'd e f' },
        ],
      },
    ];
    expect(said(join(chunks))).toBe('a b c d e f');
  });

  it('takes empty chunks as silence', () => {
    const spans = [
      { start: 0, end: 5 },
      { start: 3, end: 8 },
      { start: 6, end: 20 },
    ];
    const segments = [{ start: 9, end: 10, text: 'Here' }];
    expect(join(cut({ segments }, spans))).toEqual(segments);
    expect(join([])).toEqual([]);
  });

  it('gives speakers of a later chunk the names that their voices have before', () => {
    const talk = [
      'Good morning to you all',
      'Thank you for having me here',
      'Where did you grow up then',
      'In a little town by the sea',
      'And what was it like',
      'Quiet, and very cold',
    ];
    const segments = talk.map(
      (text, index): Segment => ({
        start: index * 4,
        end: index * 4 + 3.5,
        speaker: index % 2 ? 'Speaker B' : 'Speaker A',
        text,
      }),
    );
    const [first, second] = cut({ segments }, [
      { start: 0, end: 16 },
      { start: 8, end: 24 },
    ]) as [Chunk, Chunk];
    const renamed = (names: Record<string, string>) => ({
      ...second,
      segments: second.segments.map((each) => ({ ...each, speaker: names[each.speaker ?? ''] ?? '' })),
    });
    for (const names of [
      { 'Speaker A': 'Speaker B', 'Speaker B': 'Speaker A' },
      { 'Speaker A': 'spk_1', 'Speaker B': 'Speaker A' },
      { 'Speaker A': 'Host', 'Speaker B': 'spk_7' },
    ]) {
      expect(join([first, renamed(names)])).toEqual(segments);
    }
  });

  it('never takes the name of one for another without words that tell', () => {
    const first: Chunk = {
      span: { start: 0, end: 10 },
      segments: [{ start: 6, end: 9.5, speaker: 'Ann', text: 'I was here before' }],
    };
    const second: Chunk = {
      span: { start: 6, end: 20 },
      segments: [
        { start: 6, end: 9.5, speaker: 'Bob', text: 'I was here before' },
        { start: 11, end: 12, speaker: 'Ann', text: 'Yes' },
      ],
    };
    expect(join([first, second]).map(({ speaker }) => speaker)).toEqual(['Ann', 'Ann']);
    const labels: Chunk = {
      ...second,
      segments: [
        { start: 6, end: 9.5, speaker: 'Speaker A', text: 'I was here before' },
        { start: 11, end: 12, speaker: 'Speaker B', text: 'Yes' },
      ],
    };
    expect(join([first, labels]).map(({ speaker }) => speaker)).toEqual(['Ann', 'Speaker B']);
  });
});

describe('replaceSpan', () => {
  it('puts what a second look found in the place of the first', () => {
    fc.assert(
      fc.property(
        spokenSegments({ speakers: true, maxWords: 6 }),
        fc.integer({ min: 0, max: 800 }),
        fc.boolean(),
        (segments, at, wide) => {
          const span = { start: (whole(segments) * at) / 1000, end: (whole(segments) * (at + 200)) / 1000 };
          const hit = (segment: Segment) => middle(segment) >= span.start && middle(segment) < span.end;
          const holed = segments.filter((segment) => !hit(segment));
          const around = wide ? 4 : 0;
          const seen = { start: Math.max(0, span.start - around), end: span.end + around };
          // A second look hears whole sentences, also those that reach out of the span.
          const again = {
            span: seen,
            segments: wide ? (cut({ segments }, [seen])[0]?.segments ?? []) : segments.filter(hit),
          };
          expect(said(replaceSpan(holed, span, again))).toBe(said(segments));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('planChunks', () => {
  it('covers everything in parts that are short enough and overlap as asked', () => {
    const wish = fc.record({
      duration: fc.double({ min: 0.1, max: 40_000, noNaN: true }),
      target: fc.double({ min: 20, max: 3000, noNaN: true }),
      overlap: fc.double({ min: 0, max: 9, noNaN: true }),
      silences: fc
        .array(
          fc.tuple(
            fc.double({ min: 0, max: 40_000, noNaN: true }),
            fc.double({ min: 0.2, max: 30, noNaN: true }),
          ),
          { maxLength: 60 },
        )
        .map((list) =>
          list.map(([start, length]) => ({ start, end: start + length })).sort((a, b) => a.start - b.start),
        ),
    });
    fc.assert(
      fc.property(wish, (wanted) => {
        const chunks = planChunks(wanted);
        expect(chunks[0]?.start).toBe(0);
        expect(chunks.at(-1)?.end).toBe(wanted.duration);
        const wrong = chunks.filter(({ start, end }, index) => {
          const before = chunks[index - 1];
          return (
            !(end > start && end - start <= wanted.target + 1e-6) ||
            (before && Math.abs(before.end - start - wanted.overlap) > 1e-6)
          );
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('cuts in silences', () => {
    const silences = [
      { start: 40, end: 40.3 },
      { start: 55, end: 57 },
      { start: 110, end: 111 },
    ];
    expect(planChunks({ duration: 170, silences, target: 70, overlap: 4 })).toEqual([
      { start: 0, end: 58 },
      { start: 54, end: 112.5 },
      { start: 108.5, end: 170 },
    ]);
    expect(planChunks({ duration: 70, silences, target: 70, overlap: 4 })).toEqual([{ start: 0, end: 70 }]);
  });
});

const middle = ({ start, end }: Segment) => (start + end) / 2;

/** Times to the microsecond: cutting and joining computes with them. */
function rounded(segments: readonly Segment[]): unknown {
  return JSON.parse(
    JSON.stringify(segments, (_, value) =>
      typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value,
    ),
  );
}
