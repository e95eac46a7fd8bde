import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { marked } from 'marked';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { RenderOptions } from '../../src/transcript/formats/format.ts';
import { FORMATS } from '../../src/transcript/formats/index.ts';
import { columnsOf, joinText, plainText } from '../../src/transcript/spoken-text.ts';
import { clock, cueTimecode, parseTimecode } from '../../src/transcript/timecode.ts';
import type { Transcript } from '../../src/transcript/transcript.ts';
import { anyText, speaker, spokenSegments } from './arbitraries.ts';

const SEGMENT: RenderOptions = { speakers: true, timestamps: 'segment' };
const NONE: RenderOptions = { speakers: true, timestamps: 'none' };

const TALK: Transcript = {
  duration: 12.5,
  language: 'en',
  summary: 'They *greet* each other.',
  chapters: [
    { start: 0, title: 'Hello' },
    { start: 7, title: 'Bye #2' },
  ],
  segments: [
    { start: 0.5, end: 2, speaker: 'Ann', text: 'Good morning,' },
    { start: 2, end: 3, speaker: 'Ann', text: 'all of you.' },
    { start: 3.25, end: 5, speaker: 'Bob', language: 'de', text: 'Guten\tMorgen *alle* zusammen.' },
    { start: 8, end: 9, speaker: 'Bob', text: '1. Bye <b>' },
  ],
};

const anyTime = fc.oneof(
  fc.double({ min: -10, max: 1e6 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
);
const anySegment = fc.record(
  {
    start: anyTime,
    end: anyTime,
    text: anyText,
    speaker: anyText,
    language: anyText,
    words: fc.array(fc.record({ start: anyTime, end: anyTime, text: anyText }), { maxLength: 4 }),
  },
  { requiredKeys: ['start', 'end', 'text'] },
);
const anyTranscript: fc.Arbitrary<Transcript> = fc.record(
  {
    segments: fc.array(anySegment, { maxLength: 6 }),
    duration: anyTime,
    summary: anyText,
    chapters: fc.array(fc.record({ start: anyTime, title: anyText }), { maxLength: 3 }),
  },
  { requiredKeys: ['segments'] },
);
const anyOptions: fc.Arbitrary<RenderOptions> = fc.record(
  {
    speakers: fc.boolean(),
    timestamps: fc.constantFrom('none', 'segment', 'word'),
    maxLineWidth: fc.integer({ min: 1, max: 60 }),
    maxLines: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: ['speakers', 'timestamps'] },
);

describe.each(Object.entries(FORMATS))('%s', (name, format) => {
  it('is written and read without an error, in UTF-8 with line feeds, whatever is said', () => {
    fc.assert(
      fc.property(anyTranscript, anyOptions, (transcript, options) => {
        const file = format.render(transcript, options);
        expect(file.startsWith('\ufeff')).toBe(false);
        expect(file === '' || file.endsWith('\n')).toBe(true);
        if (name !== 'tsv') expect(file).not.toContain('\r');
        expect(Buffer.from(file).toString()).toBe(file);
        const writer = format.writer?.(options);
        if (writer) {
          const { segments, ...rest } = transcript;
          expect([...segments.map((segment) => writer.write(segment)), writer.end(rest)].join('')).toBe(file);
        }
        if (format.parse) expect(format.parse(file).segments).toBeInstanceOf(Array);
      }),
      { numRuns: 30 },
    );
  });

  it('has an extension of its own', () => {
    expect(format.extension).toMatch(/^\.[a-z]+$/);
    expect(Object.values(FORMATS).filter(({ extension }) => extension === format.extension)).toHaveLength(1);
  });
});

describe('json', () => {
  it('reads back everything that was written', () => {
    const rest = fc.record(
      {
        duration: fc.integer({ max: 1e6, min: 0 }).map((ms) => ms / 1000),
        language: fc.constantFrom('ko'),
        summary: anyText,
        chapters: fc.array(fc.record({ start: fc.nat(1000), title: anyText })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(spokenSegments({ words: true, speakers: true }), rest, (segments, more) => {
        const transcript = { ...more, segments };
        expect(
          FORMATS.json.parse?.(FORMATS.json.render(transcript, { speakers: true, timestamps: 'word' })),
        ).toEqual(transcript);
      }),
      { numRuns: 40 },
    );
  });

  it('leaves out what was not asked for', () => {
    const text = FORMATS.json.render(
      { segments: TALK.segments.slice(0, 1) },
      { speakers: false, timestamps: 'none' },
    );
    expect(JSON.parse(text)).toEqual({ segments: [{ text: 'Good morning,' }] });
  });
});

describe('tsv', () => {
  it('is read by an independent parser', () => {
    const rows = parseCsv(FORMATS.tsv.render(TALK, SEGMENT), { delimiter: '\t', quote: null });
    expect(rows.slice(0, 2)).toEqual([
      ['start', 'end', 'text', 'speaker'],
      ['500', '2000', 'Good morning,', 'Ann'],
    ]);
    expect(FORMATS.tsv.render(TALK, { ...SEGMENT, speakers: false }).split('\n')[0]).toBe('start\tend\ttext');
    expect(FORMATS.tsv.render(TALK, { ...NONE, speakers: false }).split('\n')[1]).toBe('Good morning,');
    const words = [
      { start: 0, end: 0.5, text: 'Good' },
      { start: 0.5, end: 1, text: 'day' },
    ];
    expect(
      FORMATS.tsv.render(
        { segments: [{ start: 0, end: 1, text: 'Good day', words }] },
        { speakers: false, timestamps: 'word' },
      ),
    ).toBe('start\tend\ttext\n0\t500\tGood\n500\t1000\tday\n');
  });

  it('reads back what was written, whatever is said', () => {
    const times = fc.integer({ min: 0, max: 1e9 }).map((ms) => ms / 1000);
    const segment = fc.record(
      { start: times, end: times, text: anyText, speaker },
      { requiredKeys: ['start', 'end', 'text'] },
    );
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 8 }), (segments) => {
        const read = FORMATS.tsv.parse?.(FORMATS.tsv.render({ segments }, SEGMENT)).segments;
        expect(read).toEqual(
          segments.map((each) => ({ ...each, text: each.text.replace(/\p{Cs}/gu, '\ufffd') })),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('txt', () => {
  it('has a line for each segment, or paragraphs', () => {
    expect(FORMATS.txt.render(TALK, SEGMENT)).toBe(
      '[00:00] Ann: Good morning,\n[00:02] Ann: all of you.\n[00:03] Bob: Guten Morgen *alle* zusammen.\n[00:08] Bob: 1. Bye <b>\n' +
        '\nSummary\nThey *greet* each other.\n\nChapters\n[00:00] Hello\n[00:07] Bye #2\n',
    );
    expect(FORMATS.txt.render({ segments: TALK.segments }, NONE)).toBe(
      'Ann: Good morning, all of you.\n\nBob: Guten Morgen *alle* zusammen. 1. Bye <b>\n',
    );
    expect(
      FORMATS.txt.render({ segments: TALK.segments }, { ...NONE, speakers: false, maxLineWidth: 20 }),
    ).toBe('Good morning, all of\nyou. Guten Morgen\n*alle* zusammen. 1.\nBye <b>\n');
    expect(FORMATS.txt.render({ segments: [] }, NONE)).toBe('');
    expect(FORMATS.txt.render({ segments: [], summary: 'Silence.' }, NONE)).toBe('Summary\nSilence.\n');
  });

  it('holds the width and every word', () => {
    fc.assert(
      fc.property(
        spokenSegments({ speakers: true }),
        fc.integer({ min: 20, max: 60 }),
        fc.constantFrom(SEGMENT, NONE),
        (segments, maxLineWidth, options) => {
          const text = FORMATS.txt.render({ segments }, { ...options, speakers: false, maxLineWidth });
          expect(text.split('\n').filter((line) => columnsOf(line) > maxLineWidth)).toEqual([]);
          const words = text
            .replace(/^\[[\d:]+\]/gm, '')
            .split(/\s+/)
            .filter((word) => word !== '');
          expect(words).toEqual(segments.flatMap((segment) => segment.text.split(' ')));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('md', () => {
  it('has summary, chapters and who says what', () => {
    expect(FORMATS.md.render(TALK, SEGMENT)).toBe(
      [
        ...[
          '## Summary',
          '',
          'They \\*greet\\* each other.',
          '',
          '## Chapters',
          '',
          '- 00:00 Hello',
          '- 00:07 Bye \\#2',
          '',
        ],
        ...[
          '## Transcript',
          '',
          '### Hello (00:00)',
          '',
          '**Ann** \\[00:00\\] Good morning, all of you.',
          '',
        ],
        ...['**Bob** \\[00:03\\] Guten Morgen \\*alle\\* zusammen.', '', '### Bye \\#2 (00:07)', ''],
        ...['**Bob** \\[00:08\\] 1. Bye \\<b\\>', ''],
      ].join('\n'),
    );
    expect(
      FORMATS.md.render({ segments: TALK.segments.slice(3) }, { speakers: false, timestamps: 'none' }),
    ).toBe('1\\. Bye \\<b\\>\n');
  });

  it('shows what is said as it was said, whatever it looks like', () => {
    const marks = fc.array(
      fc.constantFrom(
        '*',
        '_',
        '`',
        '[',
        '](x)',
        '#',
        '-',
        '1. ',
        '> ',
        '<b>',
        '&amp;',
        '\\',
        '|',
        '~~',
        'word',
        ' ',
        '    ',
        '!',
        '=',
        '+ ',
      ),
      { minLength: 1, maxLength: 10 },
    );
    fc.assert(
      fc.property(marks, (pieces) => {
        const text = plainText(pieces.join(''));
        fc.pre(text !== '');
        const file = FORMATS.md.render(
          { segments: [{ start: 0, end: 1, text }] },
          { speakers: false, timestamps: 'none' },
        );
        const html = marked.parse(file, { async: false });
        expect(unescaped(html)).toBe(`<p>${text}</p>\n`);
        expect(html.replace(/^<p>|<\/p>\n$/g, '')).not.toMatch(/<|>/);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what the formats share', () => {
  it.each([
    ['83', 83],
    ['83.5s', 83.5],
    ['01:23', 83],
    ['1:23.5', 83.5],
    ['0:01:23,500', 83.5],
    ['[01:23]', 83],
    ['1m23s', 83],
    ['01:23:500', 83.5],
    ['00:01:23:500', 83.5],
    ['100:00:00.001', 360_000.001],
    ['1.2s', 1.2],
    ['', undefined],
    ['now', undefined],
    ['1:2:3:4:5', undefined],
    ['-5', undefined],
  ])('reads the time %s', (text, seconds) => {
    expect(parseTimecode(text)).toBe(seconds);
  });

  it('writes every time so that it is read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2e9 }), fc.constantFrom('.', ','), (milliseconds, separator) => {
        expect(parseTimecode(cueTimecode(milliseconds, separator as '.'))).toBeCloseTo(
          milliseconds / 1000,
          6,
        );
        expect(parseTimecode(clock(milliseconds / 1000))).toBe(Math.floor(milliseconds / 1000));
      }),
    );
  });

  it('measures text as a terminal does', () => {
    fc.assert(
      fc.property(anyText, (text) => columnsOf(plainText(text)) === stringWidth(plainText(text))),
      { numRuns: 150 },
    );
  });

  it('puts pieces together as their script does', () => {
    expect(['Good', 'morning,', 'R&D'].reduce(joinText)).toBe('Good morning, R&D');
    expect(joinText('今日は、', '天気')).toBe('今日は、天気');
    expect(joinText('สวัสดี', 'ครับ')).toBe('สวัสดีครับ');
    expect(joinText('안녕', '하세요')).toBe('안녕 하세요');
    expect(joinText('', 'x')).toBe('x');
  });
});

function unescaped(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
