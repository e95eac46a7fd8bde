import { exactClock } from './timecode.ts';
import type { Span } from './transcript.ts';

/** What a transcript is to have beside text and segment times. */
export type TranscriptWish = {
  /** Name who speaks. */
  speakers: boolean;
  timestamps: 'none' | 'segment' | 'word';
  /** BCP 47 or a name: the language that is spoken. */
  language?: string;
  /** The language to translate into, BCP 47 or a name. */
  translate?: string;
  /** Names of the speakers, in any order; and of those that earlier chunks named. */
  speakerNames?: readonly string[];
  /** Words that are likely to be said, spelled right. */
  vocabulary?: readonly string[];
  summary?: boolean;
  chapters?: boolean;
  /** The user's own words, added at the end. */
  prompt?: string;
  /** The part of the medium to transcribe, when the whole is sent and only a part is asked about. */
  span?: Span;
  /** The end of what was transcribed before, when an answer broke off: go on after it. */
  after?: { end: number; text: string };
};

/**
 * JSON Schema of the answer, in keywords that the service, and `response_format` of other servers, know. Times are
 * strings `MM:SS.s`: models are trained on timecodes and place them better than numbers of seconds, in which they
 * confuse `1.23` with a minute and 23 seconds; the seeds' own advice is MM:SS. The end comes after the text, since only
 * then has the model written what it is the end of.
 */
export function transcriptSchema(wish: TranscriptWish): Record<string, unknown> {
  const time = (what: string) => ({
    type: 'string',
    description: `${what}, as MM:SS.s, from an hour on H:MM:SS.s`,
  });
  const timed = wish.timestamps !== 'none';
  const word = object({
    word: { type: 'string' },
    start: time('When the word begins'),
    end: time('When it ends'),
  });
  return object({
    language: {
      type: 'string',
      description: 'The language that is spoken most, as BCP 47, such as en or pt-BR',
    },
    segments: {
      type: 'array',
      items: object({
        ...(timed ? { start: time('When the first word begins') } : {}),
        ...(wish.speakers ? { speaker: { type: 'string', description: 'Who speaks' } } : {}),
        text: { type: 'string', description: 'What is said' },
        ...(timed ? { end: time('When the last word ends') } : {}),
        ...(wish.timestamps === 'word' ? { words: { type: 'array', items: word } } : {}),
      }),
    },
    ...overviewFields(wish),
  });
}

/** The prompt that goes with the medium. `form` is `json` with the schema, `lines` where the model takes none. */
export function transcriptPrompt(wish: TranscriptWish, form: 'json' | 'lines'): string {
  const { language, translate, vocabulary = [], span, after } = wish;
  const wanted = translate
    ? `Transcribe what is said, translated into ${translate}`
    : 'Transcribe what is said';
  const lines = [
    `${wanted}, word for word, from the beginning to the end, leaving nothing out and adding nothing.`,
    span && `Transcribe only from ${exactClock(span.start)} to ${exactClock(span.end)}.`,
    after &&
      `What was said until ${exactClock(after.end)} is done, its last words are "${lastWords(after.text)}". Go on after them.`,
    language && `The language that is spoken is ${language}.`,
    'A segment is one sentence or phrase of one speaker, 10 seconds at most.',
    wish.timestamps !== 'none' &&
      'Times are those of the medium that you hear, as MM:SS.s with tenths of a second, and from an hour on H:MM:SS.s. They never go back and never go beyond its end.',
    ...speakerLines(wish),
    vocabulary.length > 0 && `These words may come up, spelled so: ${vocabulary.join(', ')}.`,
    form === 'lines' && lineForm(wish),
    form === 'json'
      ? 'Where nobody speaks there is no segment; when nobody speaks at all, the list is empty.'
      : 'Where nobody speaks there is no line. Write nothing else.',
    ...overviewLines(wish),
    wish.prompt,
  ];
  return lines.filter((line) => typeof line === 'string' && line !== '').join('\n');
}

/** Asks for summary and chapters of a finished transcript, given as text with timecodes. */
export function overviewPrompt(wish: Pick<TranscriptWish, 'summary' | 'chapters' | 'translate'>): string {
  const inLanguage = wish.translate
    ? `Write in ${wish.translate}.`
    : 'Write in the language of the transcript.';
  return ['This is a transcript with timecodes.', ...overviewLines(wish), inLanguage].join('\n');
}

/** The schema of the answer to `overviewPrompt`; `parseAnswer` reads it. */
export function overviewSchema(wish: Pick<TranscriptWish, 'summary' | 'chapters'>): Record<string, unknown> {
  return object(overviewFields(wish));
}

function overviewFields({
  summary,
  chapters,
}: Pick<TranscriptWish, 'summary' | 'chapters'>): Record<string, unknown> {
  const chapter = object({ start: { type: 'string', description: 'MM:SS' }, title: { type: 'string' } });
  return {
    ...(summary ? { summary: { type: 'string' } } : {}),
    ...(chapters ? { chapters: { type: 'array', items: chapter } } : {}),
  };
}

function overviewLines({ summary, chapters }: Pick<TranscriptWish, 'summary' | 'chapters'>): string[] {
  return [
    ...(summary ? ['Give a summary of a few sentences.'] : []),
    ...(chapters
      ? [
          'Give chapter titles with the times at which they begin; be concise and short, without summaries of them.',
        ]
      : []),
  ];
}

function speakerLines({ speakers, speakerNames = [] }: TranscriptWish): string[] {
  if (!speakers) return [];
  const labels = 'Tell speakers apart by their voice and call them Speaker A, Speaker B and so on';
  if (speakerNames.length === 0) return [`${labels}, or by their name once it is said.`];
  return [
    `The speakers are ${speakerNames.join(', ')}: use these names as they are written. ${labels} when it is none of them.`,
  ];
}

/** The line form of the seeds' podcast sample, with both times. */
function lineForm({ speakers, timestamps }: TranscriptWish): string {
  const fields = [
    ...(timestamps === 'none' ? [] : ['[start - end]']),
    ...(speakers ? ['speaker:'] : []),
    'caption',
  ];
  const sample = [
    ...(timestamps === 'none' ? [] : ['[01:02.5 - 01:05.0]']),
    ...(speakers ? ['Speaker A:'] : []),
    'Good morning.',
  ];
  return `Write a line for each segment in the form ${fields.join(' ')}, such as: ${sample.join(' ')}`;
}

function lastWords(text: string): string {
  return text.split(/\s+/).slice(-12).join(' ').slice(-200);
}

function object(properties: Record<string, unknown>): Record<string, unknown> {
  return { type: 'object', properties, required: Object.keys(properties) };
}
