import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transcriptPrompt, transcriptSchema } from '../../src/transcript/answer-schema.ts';
import { parseAnswer, parseChapters, parseTranscriptionParts } from '../../src/transcript/parse-answer.ts';
import { exactClock } from '../../src/transcript/timecode.ts';
import type { Segment } from '../../src/transcript/transcript.ts';
import { anyText, spokenSegments } from './arbitraries.ts';

const MINUTE = { start: 0, end: 60 };

const rows = (text: string) =>
  parseAnswer(text, MINUTE).segments.map(({ start, end, speaker = '', text: said }) => [
    start,
    end,
    speaker,
    said,
  ]);
const starts = (text: string) => rows(text).map(([start, , speaker, said]) => [start, speaker, said]);

describe('JSON', () => {
  it('is read with all that it tells', () => {
    const answer = parseAnswer(
      JSON.stringify({
        language: 'ko',
        segments: [
          {
            start: '00:01.0',
            speaker: 'Ann',
            text: '안녕',
            end: '00:02.5',
            words: [{ word: '안녕', start: '00:01.0', end: '00:02.5' }],
          },
          { start: '1:00:03.0', speaker: 'Bob', text: ' Yes\n? ', language: 'en', end: '1:00:04' },
        ],
        summary: 'Short.',
        chapters: [{ start: '00:00', title: 'Intro' }],
      }),
      { start: 0, end: 4000 },
    );
    expect(answer).toEqual({
      ...{ form: 'json', timed: true, whole: true, language: 'ko', summary: 'Short.' },
      chapters: [{ start: 0, title: 'Intro' }],
      segments: [
        { start: 1, end: 2.5, speaker: 'Ann', text: '안녕', words: [{ start: 1, end: 2.5, text: '안녕' }] },
        { start: 3603, end: 3604, speaker: 'Bob', language: 'en', text: 'Yes ?' },
      ],
    });
  });

  it('keeps every whole segment when it breaks off anywhere', () => {
    const segments = ['Hello "you"', 'with {braces} and [brackets]', 'End\\'].map((text, index) => ({
      ...{ start: `00:0${index}.0`, speaker: 'Ann', text, end: `00:0${index}.5` },
      words: [{ word: text, start: `00:0${index}.0`, end: `00:0${index}.5` }],
    }));
    const whole = `\`\`\`json\n${JSON.stringify({ language: 'en', segments }, null, 1)}`;
    const ends = segments.map(
      (_, index) =>
        whole.indexOf(JSON.stringify(segments[index], null, 1).replaceAll('\n', '\n  ')) +
        JSON.stringify(segments[index], null, 1).replaceAll('\n', '\n  ').length,
    );
    const lost = Array.from(whole, (_, length) => length).filter((length) => {
      const texts = parseAnswer(whole.slice(0, length), MINUTE).segments.map(({ text }) => text);
      const expected = segments.slice(0, ends.filter((end) => end <= length).length).map(({ text }) => text);
      // Before the first brace there is nothing that could be known for JSON.
      return length > 16 && JSON.stringify(texts) !== JSON.stringify(expected);
    });
    expect(lost).toEqual([]);
    expect(parseAnswer(whole.slice(0, -20), MINUTE)).toMatchObject({
      form: 'json',
      whole: false,
      language: 'en',
    });
  });

  it.each([
    [
      'unescaped quotes and a comma too many',
      '{"segments":[{"start":"00:01","text":"He said "hi" to me","end":"00:02",},]}',
      'He said "hi" to me',
    ],
    [
      'a line break within a string',
      '{"segments":[{"start":"00:01","text":"Line\nbreak","end":"00:02"}]}',
      'Line break',
    ],
    ['single quotes', "[{'start': '00:01', 'end': '00:02', 'text': 'It\\'s me'}]", "It's me"],
    ['other names', '{"captions":[{"startTime":1,"end_time":"2s","caption":"x"}]}', 'x'],
    ['a range in one field', '{"lyrics":[{"timestamp":"00:01 - 00:02","line":"x"}]}', 'x'],
    ['JSON Lines', '{"start":1,"end":2,"text":"x"}\n', 'x'],
    ['talk around it', 'Sure!\n[{"start":1,"end":2,"text":"x"}]\nAnything else?', 'x'],
    ['milliseconds', '[{"start":1000,"end":2000,"text":"x"}]', 'x'],
    ['milliseconds behind a colon', '[{"start":"00:01:000","end":"00:02:000","text":"x"}]', 'x'],
    ['hours for minutes', '[{"start":"00:01:00","end":"00:02:00","text":"x"}]', 'x'],
  ])('with %s is read', (_, text, said) => {
    expect(parseAnswer(text, { start: 0, end: 5 }).segments).toEqual([{ start: 1, end: 2, text: said }]);
  });

  it('of several lines keeps all of them', () => {
    expect(rows('{"start":1,"end":2,"text":"a"}\n{"start":2,"end":3,"text":"b"}\n')).toEqual([
      [1, 2, '', 'a'],
      [2, 3, '', 'b'],
    ]);
  });

  it('that says that nobody spoke has no segments', () => {
    expect(parseAnswer('{"language":"en","segments":[]}', MINUTE)).toMatchObject({
      form: 'json',
      segments: [],
    });
    expect(parseAnswer('[]', MINUTE)).toMatchObject({ form: 'json', segments: [] });
  });
});

describe('lines', () => {
  const expected = [
    [1, 'Ann', 'Hello, you: there'],
    [4, 'Bob', 'Yes'],
    [9, 'Ann', 'Bye'],
  ];
  it.each([
    ['as the seeds have them', '00:01, Ann, Hello, you: there\n00:04, Bob, Yes\n00:09, Ann, Bye'],
    [
      'with brackets',
      'Here it is:\n\n[00:01] Ann: Hello, you: there\n[00:00:04] Bob: Yes\n\n[0:09] Ann: Bye',
    ],
    [
      'with ranges',
      '[00:01 - 00:02] Ann: Hello, you: there\n00:04.0 --> 00:05.5 Bob: Yes\n[00:09.000 --> 00:10.000] Ann: Bye',
    ],
    ['in bold', '**[00:01]** **Ann:** Hello, you: there\n* **00:04** Bob: Yes\n- 00:09 - **Ann**: Bye'],
    ['with the name first', '**Ann** (0:01): Hello, you: there\nBob [00:04] Yes\nAnn (00:09):\nBye'],
    [
      'as a table',
      '| Time | Who | What |\n|---|---|---|\n| 00:01 | Ann | Hello, you: there |\n| 00:04 | Bob | Yes |\n| 00:09 | Ann | Bye |',
    ],
    ['as CSV', '1.0,2.5,"Ann","Hello, you: there"\n4.0,5.0,"Bob","Yes"\n9.0,9.5,"Ann","Bye"'],
    ['under each other', '[00:01]\nAnn: Hello, you: there\n\n[00:04]\nBob: Yes\n\n[00:09]\nAnn: Bye'],
    [
      'with what belongs to a line on the next',
      '[00:01] Ann: Hello,\nyou: there\n[00:04] Bob:\nYes\n[00:09] Ann: Bye',
    ],
    [
      'numbered and fenced',
      '```\n1. 00:01 Ann: Hello, you: there\n2. 00:04 Bob: Yes\n3. 00:09 Ann: Bye\n```',
    ],
    ['in seconds', '[1.0s] Ann: Hello, you: there\n[4s - 5.5s] Bob: Yes\n9s: Ann: Bye'],
    ['in another case', '00:01, Ann, Hello, you: there\n00:04, Bob, Yes\n00:09, ANN, Bye'],
  ])('%s', (_, text) => {
    expect(parseAnswer(text, MINUTE).form).toBe('lines');
    expect(starts(text)).toEqual(expected);
  });

  it('take the first words of sentences for no names', () => {
    const lines = '00:00, Hello, my friend\n00:05, Well, I think so\n00:09, Maybe, who knows';
    expect(starts(lines).map(([, , said]) => said)).toEqual([
      'Hello, my friend',
      'Well, I think so',
      'Maybe, who knows',
    ]);
  });

  it('without an end last until the next, but no longer than the text takes', () => {
    expect(
      rows('[00:00] A few words here\n[00:02] Yes\n[00:58] And this is the end of it all, my friend'),
    ).toEqual([
      [0, 2, '', 'A few words here'],
      [2, 3.5, '', 'Yes'],
      [58, 60, '', 'And this is the end of it all, my friend'],
    ]);
  });

  it('in any of the forms that they are asked for in', () => {
    expect(starts('[05:02.5 - 05:05.0] 화자 1: 안녕하세요').flat()).toEqual([302.5, '화자 1', '안녕하세요']);
  });
});

describe('other forms', () => {
  it('are SRT and WebVTT, fenced or not', () => {
    expect(
      rows(
        '```srt\n1\n00:00:01,000 --> 00:00:02,000\nAnn: Hello\nyou\n\n2\n00:00:03,000 --> 00:00:04,000\nBob: Yes\n```',
      ),
    ).toEqual([
      [1, 2, 'Ann', 'Hello you'],
      [3, 4, 'Bob', 'Yes'],
    ]);
    expect(
      rows(
        'WEBVTT\n\nNOTE no\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v Ann>Hello &amp; <i>you</i>\n',
      ),
    ).toEqual([[1, 2, 'Ann', 'Hello & you']]);
  });

  it('are plain text, whose times are only shares of the whole', () => {
    expect(parseAnswer('There are places\nAnn: all my life\n\n', MINUTE)).toMatchObject({
      ...{ form: 'text', timed: false },
      segments: [
        { start: 0, text: 'There are places' },
        { end: 60, speaker: 'Ann', text: 'all my life' },
      ],
    });
    expect(parseAnswer(' \n', MINUTE).segments).toEqual([]);
    expect(
      parseAnswer('{"transcript":"[00:01] Ann: a\\n[00:05] Bob: b","language":"de"}', MINUTE),
    ).toMatchObject({
      language: 'de',
      segments: [{ start: 1, speaker: 'Ann' }, { start: 5 }],
    });
  });

  it('are the turns of the dedicated model, cut at the ends of sentences by the times of their words', () => {
    const word = (text: string, start: number, speakerLabel?: string) => ({
      ...{ word: text, startOffset: `${start}s`, endOffset: `${start + 0.4}s` },
      ...(speakerLabel ? { speakerLabel } : {}),
    });
    const { segments, form } = parseTranscriptionParts(
      [
        {
          audioTranscription: {
            ...{ text: 'Hi there. How are you?', speakerLabel: 'spk_1', languageCode: 'en-US' },
            words: [word('Hi', 0), word('there.', 0.5), word('How', 1), word('are', 1.5), word('you?', 2)],
          },
        },
        {
          audioTranscription: {
            text: 'Fine thanks',
            speakerLabel: 'spk_2',
            startOffset: '3s',
            endOffset: '4.5s',
          },
        },
      ],
      MINUTE,
    );
    expect(form).toBe('transcription');
    expect(segments).toMatchObject([
      {
        start: 0,
        end: 0.9,
        speaker: 'spk_1',
        language: 'en-US',
        text: 'Hi there.',
        words: [{ text: 'Hi' }, { text: 'there.' }],
      },
      { start: 1, end: 2.4, speaker: 'spk_1', text: 'How are you?' },
      { start: 3, end: 4.5, speaker: 'spk_2', text: 'Fine thanks' },
    ]);
    expect(parseTranscriptionParts([{ text: '[00:01] Ann: a' }], MINUTE)).toMatchObject({ form: 'lines' });
  });

  it('are chapters', () => {
    const expected = [
      { start: 0, title: 'Intro' },
      { start: 3723, title: 'The end' },
    ];
    expect(parseChapters('Chapters:\n* **00:00** Intro\n* [1:02:03] - The end')).toEqual(expected);
    expect(
      parseChapters(
        JSON.stringify({
          chapters: [
            { start: '00:00', title: 'Intro' },
            { timestamp: '1:02:03', title: 'The end' },
          ],
        }),
      ),
    ).toEqual(expected);
    expect(parseChapters('No chapters.')).toEqual([]);
  });
});

describe('any answer', () => {
  it('is read without an error, in one line for each segment', () => {
    const pieces = fc.array(
      fc.oneof(
        anyText,
        fc.constantFrom(
          '{"text":"',
          '"}',
          '[00:01] ',
          '\n00:02, Ann, ',
          '"start":1,',
          '[{',
          '}]',
          '00:00:01,000 --> 00:00:02,000\n',
        ),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(pieces, (drawn) => {
        const { segments } = parseAnswer(drawn.join(''), MINUTE);
        expect(segments.filter(({ text }) => text === '' || /[\n\r\0]/.test(text))).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  it('in the asked form is read as it was meant', () => {
    fc.assert(
      fc.property(spokenSegments({ speakers: true, maxWords: 5 }), (segments) => {
        const rounded = segments.map(
          (segment): Segment => ({ ...segment, start: tenths(segment.start), end: tenths(segment.end) }),
        );
        const said = rounded.map(({ start, end, ...rest }) => ({
          ...rest,
          start: exactClock(start),
          end: exactClock(end),
        }));
        expect(parseAnswer(JSON.stringify({ segments: said }), { start: 0, end: 1000 }).segments).toEqual(
          rounded,
        );
        const lines = said.map(({ start, end, speaker, text }) => `[${start} - ${end}] ${speaker}: ${text}`);
        const plain = rounded.map((segment) => ({ ...segment, speaker: 'Ann' }));
        expect(
          parseAnswer(lines.join('\n').replace(/\] [^:]*: /g, '] Ann: '), { start: 0, end: 1000 }).segments,
        ).toEqual(plain);
      }),
      { numRuns: 25 },
    );
  });
});

const tenths = (seconds: number) => Math.round(seconds * 10) / 10;

describe('what is asked', () => {
  it('has in schema and prompt what was wished for, and nothing else', () => {
    const bare = { speakers: false, timestamps: 'none' } as const;
    const full = {
      speakers: true,
      timestamps: 'word',
      summary: true,
      chapters: true,
      speakerNames: ['Ann'],
      vocabulary: ['Zyx'],
      language: 'ko',
      translate: 'German',
      prompt: 'No ums.',
      after: { end: 62.55, text: 'the last words' },
    } as const;
    expect(fieldsOf(transcriptSchema(bare))).toEqual(['language', 'segments', 'text']);
    expect(fieldsOf(transcriptSchema(full))).toEqual([
      ...['chapters', 'end', 'end', 'language', 'segments', 'speaker', 'start', 'start', 'start', 'summary'],
      ...['text', 'title', 'word', 'words'],
    ]);
    const prompt = transcriptPrompt(full, 'json');
    for (const part of ['Ann', 'Zyx', 'ko', 'German', 'No ums.', '01:02.6', 'the last words'])
      expect(prompt).toContain(part);
    expect(transcriptPrompt(bare, 'lines')).not.toMatch(/Speaker|MM:SS|undefined|false/);
  });
});

function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema && schema.properties ? Object.keys(schema.properties) : [];
  return [...own, ...Object.entries(schema).flatMap(([, value]) => fieldsOf(value))]
    .filter((name) => name !== 'type')
    .sort();
}
