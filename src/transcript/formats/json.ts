import { toMilliseconds } from '../timecode.ts';
import type { Chapter, Segment, Transcript, Word } from '../transcript.ts';
import type { Format, RenderOptions } from './format.ts';

/**
 * JSON of one object, with the names and the order of the model in `transcript.ts`:
 * `{ duration?, language?, summary?, chapters?: [{ start, title }], segments: [{ start, end, speaker?, language?, text,
 * words?: [{ start, end, text }] }] }`. Times are seconds with at most three decimals. What is not known is absent.
 * `words` are there with `timestamps: 'word'`; without timestamps the segments have no `start` and no `end`.
 */
export const JSON_FORMAT: Format = {
  extension: '.json',
  render({ duration, language, summary, chapters, segments }, options) {
    const transcript = {
      ...(duration === undefined ? {} : { duration: rounded(duration) }),
      ...(language === undefined ? {} : { language }),
      ...(summary === undefined ? {} : { summary }),
      ...(chapters === undefined
        ? {}
        : { chapters: chapters.map(({ start, title }) => ({ start: rounded(start), title })) }),
      segments: segments.map((segment) => segmentFields(segment, options)),
    };
    return `${JSON.stringify(transcript, null, 2)}\n`;
  },
  parse(text): Transcript {
    let value: unknown;
    try {
      value = JSON.parse(text.replace(/^\ufeff/, ''));
    } catch {
      return { segments: [] };
    }
    const { duration, language, summary, chapters, segments } = fields(value);
    return {
      segments: list(segments).map(readSegment),
      ...(typeof duration === 'number' ? { duration } : {}),
      ...(typeof language === 'string' ? { language } : {}),
      ...(typeof summary === 'string' ? { summary } : {}),
      ...(Array.isArray(chapters) ? { chapters: chapters.map(readChapter) } : {}),
    };
  },
};

function segmentFields(
  { start, end, speaker, language, text, words }: Segment,
  options: RenderOptions,
): object {
  return {
    ...(options.timestamps === 'none' ? {} : { start: rounded(start), end: rounded(end) }),
    ...(speaker === undefined || !options.speakers ? {} : { speaker }),
    ...(language === undefined ? {} : { language }),
    text,
    ...(words === undefined || options.timestamps !== 'word' ? {} : { words: words.map(wordFields) }),
  };
}

function wordFields({ start, end, text }: Word): Word {
  return { start: rounded(start), end: rounded(end), text };
}

function rounded(seconds: number): number {
  return toMilliseconds(seconds) / 1000;
}

function readSegment(value: unknown): Segment {
  const { speaker, language, words } = fields(value);
  return {
    ...readWord(value),
    ...(typeof speaker === 'string' ? { speaker } : {}),
    ...(typeof language === 'string' ? { language } : {}),
    ...(Array.isArray(words) ? { words: words.map(readWord) } : {}),
  };
}

function readWord(value: unknown): Word {
  const { start, end, text } = fields(value);
  return { start: number(start), end: number(end), text: string(text) };
}

function readChapter(value: unknown): Chapter {
  const { start, title } = fields(value);
  return { start: number(start), title: string(title) };
}

const fields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const string = (value: unknown): string => (typeof value === 'string' ? value : '');
