import fc from 'fast-check';
import SrtParser from 'srt-parser-2';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { WebVTTParser } from 'webvtt-parser';
import { cuesOf } from '../../src/transcript/cues.ts';
import type { RenderOptions } from '../../src/transcript/formats/format.ts';
import { SRT } from '../../src/transcript/formats/srt.ts';
import { VTT } from '../../src/transcript/formats/vtt.ts';
import { lineText } from '../../src/transcript/lines.ts';
import { plainText } from '../../src/transcript/spoken-text.ts';
import { toMilliseconds } from '../../src/transcript/timecode.ts';
import type { Segment, Transcript } from '../../src/transcript/transcript.ts';
import { anyText, spokenSegments } from './arbitraries.ts';

const PLAIN: RenderOptions = { speakers: false, timestamps: 'segment' };
const SPOKEN = 'Your devices are getting better over time, and so we think about it in the same way.';

const graphemes = (text: string) => [...new Intl.Segmenter().segment(text)].length;
const letters = (text: string) => text.replace(/\s/g, '');
const sorted = (texts: string[]) => [...letters(texts.join(''))].sort().join('');
const parseVtt = (text: string) => new WebVTTParser().parse(text);
const cueTexts = (text: string, segment: Partial<Segment> = {}, options = {}) =>
  cuesOf([{ start: 0, end: 6, text, ...segment }], { speakers: 'none', ...options }).map(({ lines }) =>
    lines.map(lineText),
  );

describe('cues', () => {
  it('break lines and cues at the ends of phrases', () => {
    expect(cueTexts(SPOKEN)).toEqual([
      ['Your devices are getting better over time,', 'and so we think about it in the same way.'],
    ]);
    expect(
      cueTexts('It is late. We should go to the station before the last train has left for the town.'),
    ).toEqual([
      ['It is late.'],
      ['We should go to the station', 'before the last train has left for the town.'].map(() =>
        expect.any(String),
      ),
    ]);
    expect(cueTexts('今日は天気がとても良いので、公園に行って、お弁当を食べました。')).toEqual([
      ['今日は天気がとても良いので、', '公園に行って、お弁当を食べました。'],
    ]);
  });

  it('are shown long enough to be read, no longer than seven seconds, and not over the next one', () => {
    const times = cuesOf(
      [
        { start: 1, end: 1.1, text: 'Hm.' },
        { start: 5, end: 5.1, text: 'Ja.' },
        { start: 5.3, end: 6, text: 'No.' },
        { start: 10, end: 60, text: 'A long while.' },
      ],
      { speakers: 'none' },
    ).map(({ start, end }) => [start, end]);
    expect(times).toEqual([
      [1000, 1833],
      [5000, 5300],
      [5300, 6133],
      [10_000, 17_000],
    ]);
  });

  it('split a long segment by the times of its words', () => {
    const words = ['One', 'two', 'three,', 'four', 'five', 'six.'].map((text, index) => ({
      start: index * 3,
      end: index * 3 + 0.5,
      text,
    }));
    const cues = cuesOf([{ start: 0, end: 15.5, text: words.map(({ text }) => text).join(' '), words }], {
      speakers: 'none',
    });
    expect(cues.map(({ start, lines }) => [start, lineText(lines.flat())])).toEqual([
      [0, 'One two three,'],
      [9000, 'four five six.'],
    ]);
  });

  it('follow each other when people speak at once', () => {
    const cues = cuesOf(
      [
        { start: 0, end: 4, text: 'Come here now' },
        { start: 0, end: 4, text: 'I will not go' },
        { start: 2, end: 3, text: 'Quiet' },
      ],
      { speakers: 'none' },
    );
    expect(cues.map(({ lines }) => lineText(lines.flat()))).toEqual([
      'Come here now',
      'I will not go',
      'Quiet',
    ]);
  });

  it('hold widths, number of lines and times, whatever is said at whatever time', () => {
    const time = fc.oneof(
      fc.double({ min: -5, max: 500_000 }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0),
    );
    const segment = fc.record({ start: time, end: time, text: anyText, speaker: anyText });
    const limits = fc.record({
      maxLineWidth: fc.integer({ min: 2, max: 60 }),
      maxLines: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 12 }), limits, (segments, limit) => {
        const cues = cuesOf(segments, { ...limit, speakers: 'text' });
        const wrong = cues.filter(({ start, end, lines }, index) => {
          const texts = lines.map(lineText);
          // A single character may be wider than the line.
          const wide = texts.filter((line) => stringWidth(line) > limit.maxLineWidth && graphemes(line) > 1);
          return (
            !(start >= (cues[index - 1]?.end ?? 0) && end > start && end - start <= 7000) ||
            !(lines.length > 0 && lines.length <= limit.maxLines) ||
            texts.some((line) => line.trim() === '') ||
            wide.length > 0
          );
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

/** What a cue can hold: everything in one cue of a line's length, with time enough. */
const cueShaped = spokenSegments({ maxWords: 4, speakers: true }).map((segments) =>
  segments.map((segment, index): Segment => ({ ...segment, start: index * 8 + 1, end: index * 8 + 3.5 })),
);

describe('SRT', () => {
  it('is what players expect', () => {
    const segments: Segment[] = [
      { start: 1, end: 3.25, speaker: 'Ann', text: 'Hello\n\nthere --> you' },
      { start: 360_000, end: 360_002, speaker: 'Ann', text: 'Still here' },
      { start: 360_002, end: 360_004, speaker: 'Bob', text: '' },
      { start: 360_004, end: 360_006, speaker: 'Bob', text: 'Yes' },
    ];
    const text = SRT.render({ segments }, { ...PLAIN, speakers: true });
    expect(text).toBe(
      '1\n00:00:01,000 --> 00:00:03,250\nAnn: Hello there → you\n\n' +
        '2\n100:00:00,000 --> 100:00:02,000\nStill here\n\n' +
        '3\n100:00:04,000 --> 100:00:06,000\nBob: Yes\n',
    );
    expect(SRT.parse?.(text).segments.map(({ speaker, text: said }) => [speaker, said])).toEqual([
      ['Ann', 'Hello there → you'],
      ['Ann', 'Still here'],
      ['Bob', 'Yes'],
    ]);
    expect(SRT.render({ segments: [] }, PLAIN)).toBe('');
  });

  it('reads back what was written', () => {
    fc.assert(
      fc.property(cueShaped, (segments) => {
        const names = segments.map((segment) => ({ ...segment, speaker: 'Ann' }));
        expect(SRT.parse?.(SRT.render({ segments: names }, { ...PLAIN, speakers: true })).segments).toEqual(
          names,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('is read by an independent parser, cue for cue, whatever is said', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 8 }), (texts) => {
        const segments = texts.map((text, index) => ({ start: index * 4, end: index * 4 + 3, text }));
        const file = SRT.render({ segments }, PLAIN);
        const expected = cuesOf(segments, { speakers: 'none' });
        const found = new SrtParser().fromSrt(file);
        expect(found.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual(
          expected.map(({ start, end }) => [start / 1000, end / 1000]),
        );
        // An arrow that is parted by the end of a line stays as it was.
        const withArrows = (all: readonly string[]) => letters(all.join('')).replaceAll('-->', '→');
        expect(withArrows(found.map(({ text }) => text.replaceAll('\u2060', '')))).toBe(
          withArrows(segments.map(({ text }) => plainText(text))),
        );
        expect(file).not.toMatch(/\n\n\n|\ufeff|\r/);
      }),
      { numRuns: 30 },
    );
  });
});

describe('WebVTT', () => {
  it('has voices, escapes, and the times of words', () => {
    const words = [
      { start: 1, end: 1.4, text: 'Hello' },
      { start: 1.5, end: 2, text: 'R&D' },
      { start: 2.5, end: 3, text: '<you>' },
    ];
    const transcript: Transcript = {
      segments: [{ start: 1, end: 3, speaker: 'Ann & "Bob" <x>', text: 'Hello R&D --> <you>', words }],
    };
    const text = VTT.render(transcript, { speakers: true, timestamps: 'word' });
    expect(text).toBe(
      'WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n' +
        '<v Ann &amp; "Bob" &lt;x&gt;>Hello <00:00:01.500>R&amp;D --&gt; <00:00:02.500>&lt;you&gt;\n',
    );
    expect(parseVtt(text).errors).toEqual([]);
    expect(VTT.parse?.(text).segments).toEqual([
      {
        ...{ start: 1, end: 3, speaker: 'Ann & "Bob" <x>', text: 'Hello R&D --> <you>' },
        words: [
          { start: 1, end: 1.5, text: 'Hello' },
          { start: 1.5, end: 2.5, text: 'R&D -->' },
          { start: 2.5, end: 3, text: '<you>' },
        ],
      },
    ]);
    expect(VTT.render({ segments: [] }, PLAIN)).toBe('WEBVTT\n');
  });

  it('reads back what was written', () => {
    fc.assert(
      fc.property(cueShaped, (segments) => {
        expect(VTT.parse?.(VTT.render({ segments }, { ...PLAIN, speakers: true })).segments).toEqual(
          segments,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('is read by an independent parser without a complaint, cue for cue, whatever is said by whom', () => {
    const segment = fc.record({
      text: anyText,
      speaker: anyText,
      at: fc.integer({ min: 0, max: 500_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 8 }), (drawn) => {
        const segments = drawn.map(({ at, ...rest }) => ({ ...rest, start: at / 1000, end: at / 1000 + 3 }));
        const file = VTT.render({ segments }, { speakers: true, timestamps: 'word' });
        const { cues, errors } = parseVtt(file);
        expect(errors).toEqual([]);
        expect(
          cues.map(({ startTime, endTime }) => [toMilliseconds(startTime), toMilliseconds(endTime)]),
        ).toEqual(cuesOf(segments, { speakers: 'none' }).map(({ start, end }) => [start, end]));
        const read = (VTT.parse?.(file).segments ?? []).map(({ text }) => text);
        // Those that overlap take turns, so only the characters are compared.
        expect(sorted(read)).toBe(sorted(segments.map(({ text }) => plainText(text))));
      }),
      { numRuns: 30 },
    );
  });

  it('keeps every word and its time, in cues of any size', () => {
    fc.assert(
      fc.property(
        spokenSegments({ words: true }),
        fc.integer({ min: 12, max: 60 }),
        (segments, maxLineWidth) => {
          const options: RenderOptions = { speakers: false, timestamps: 'word', maxLineWidth };
          const file = VTT.render({ segments }, options);
          expect(parseVtt(file).errors).toEqual([]);
          const read = VTT.parse?.(file).segments ?? [];
          const starts = read.flatMap(({ start, words }) => words?.map((word) => word.start) ?? [start]);
          expect(starts).toEqual(segments.flatMap(({ words = [] }) => words.map(({ start }) => start)));
        },
      ),
      { numRuns: 30 },
    );
  });
});
