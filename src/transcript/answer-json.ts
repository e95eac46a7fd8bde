import type { Draft } from './drafts.ts';
import { type Source, wholeObjects } from './json-salvage.ts';
import { parseTimecode } from './timecode.ts';
import type { Chapter, Word } from './transcript.ts';

/** What JSON said of a transcript, under our names or like ones. */
export type JsonAnswer = {
  drafts: Draft[];
  language?: string;
  summary?: string;
  chapters?: Chapter[];
  /** False when it broke off or did not parse, and only its whole objects were kept. */
  whole: boolean;
};

/** Reads JSON anywhere in the text; undefined when there is none that tells of a transcript. */
export function readJsonAnswer(text: string): JsonAnswer | undefined {
  const begin = text.search(/[[{]\s*["'{[\]}]/);
  if (begin === -1) return undefined;
  const source = wholeObjects(text.slice(begin));
  const answer = source.value === undefined ? fromObjects(source) : fromValue(source.value);
  const told = answer.summary !== undefined || answer.chapters !== undefined || answer.drafts.length > 0;
  // An empty list is an answer too: nothing was said. So is what broke off before anything was whole.
  const cutOff = source.value === undefined && /^(?:\{\s*(?:["']|$)|\[\s*\{)/.test(text.slice(begin));
  const empty = (source.value !== undefined || cutOff) && text.slice(0, begin).trim() === '';
  return told || empty ? { ...answer, whole: source.whole } : undefined;
}

type Fields = Record<string, unknown>;
type Found = Omit<JsonAnswer, 'whole'>;

function fromValue(value: unknown): Found {
  if (Array.isArray(value)) return { drafts: drafts(value), ...chaptersIn({ chapters: value }, true) };
  if (!isFields(value)) return { drafts: [] };
  const named = SEGMENTS.map((name) => value[name]).find(Array.isArray);
  const own = draftOf(value);
  const listed = named ?? (own ? [value] : Object.values(value).find(isListOf));
  const found = drafts(listed ?? []);
  return { drafts: found, ...overview(value), ...chaptersIn(value, false) };
}

/** `{ "transcript": { "segments": [{` has the deepest segments; what is deeper are words. */
const DEEPEST = 3;

/** The objects that look like segments, of the outermost level that has some: the words within them are not segments. */
function fromObjects({ objects, rest }: Source): Found {
  const candidates = objects.map(({ value, depth }) => ({
    draft: depth <= DEEPEST ? draftOf(value) : undefined,
    depth,
  }));
  const depth = candidates.reduce(
    (least, each) => (each.draft ? Math.min(least, each.depth) : least),
    DEEPEST,
  );
  const kept = candidates.filter((each) => each.depth === depth);
  const chapters = objects.flatMap(({ value }) => chapterOf(value) ?? []);
  return {
    drafts: kept.flatMap(({ draft }) => draft ?? []),
    ...overview(rest),
    ...(chapters.length > 0 ? { chapters } : {}),
  };
}

function overview(value: Fields): Partial<Found> {
  const language = string(first(value, LANGUAGE));
  const summary = string(value.summary);
  return { ...(language ? { language } : {}), ...(summary ? { summary } : {}) };
}

function chaptersIn({ chapters }: Fields, alone: boolean): Partial<Found> {
  if (!Array.isArray(chapters)) return {};
  const found = chapters.flatMap((chapter) => chapterOf(chapter) ?? []);
  return alone && found.length === 0 ? {} : { chapters: found };
}

function chapterOf(value: unknown): Chapter | undefined {
  if (!isFields(value)) return undefined;
  const title = string(first(value, ['title', 'chapter', 'heading']));
  const { start } = times(value);
  return title && start !== undefined && first(value, TEXT) === undefined ? { start, title } : undefined;
}

function drafts(values: readonly unknown[]): Draft[] {
  return values.flatMap((value) => draftOf(value) ?? []);
}

function draftOf(value: unknown): Draft | undefined {
  if (!isFields(value)) return undefined;
  const text = string(first(value, TEXT));
  if (text === undefined) return undefined;
  const words = value.words;
  return {
    ...times(value),
    speaker: string(first(value, SPEAKER)),
    language: string(first(value, LANGUAGE)),
    text,
    words: Array.isArray(words) ? words.map(wordOf) : undefined,
  };
}

function wordOf(value: unknown): Word {
  const fields = isFields(value) ? value : {};
  const { start, end } = times(fields);
  return {
    start: start ?? Number.NaN,
    end: end ?? start ?? Number.NaN,
    text: string(first(fields, ['word', 'text', 'w'])) ?? '',
  };
}

function times(fields: Fields): { start: number | undefined; end: number | undefined } {
  const start = first(fields, START);
  const [, from, to] = typeof start === 'string' ? (RANGE.exec(start) ?? []) : [];
  if (from !== undefined && to !== undefined) return { start: parseTimecode(from), end: parseTimecode(to) };
  return { start: seconds(start), end: seconds(first(fields, END)) };
}

const RANGE = /^\s*[[(]?([\d:.,]+s?)[\])]?\s*(?:-->|->|[-–—~]|to)\s*[[(]?([\d:.,]+s?)[\])]?\s*$/;

function seconds(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string') return parseTimecode(value);
  // A Duration as an object.
  if (isFields(value)) return Number(value.seconds ?? 0) + Number(value.nanos ?? 0) / 1e9;
  return undefined;
}

const SEGMENTS = [
  'segments',
  'transcript',
  'transcription',
  'captions',
  'subtitles',
  'utterances',
  'lines',
  'lyrics',
];
const TEXT = ['text', 'caption', 'transcript', 'content', 'utterance', 'line', 'lyrics', 'lyric', 'sentence'];
const START = [
  'start',
  'startTime',
  'start_time',
  'begin',
  'from',
  'timecode',
  'timestamp',
  'time',
  'startOffset',
];
const END = ['end', 'endTime', 'end_time', 'stop', 'to', 'endOffset'];
const SPEAKER = ['speaker', 'speakerLabel', 'speaker_label', 'speakerName', 'speaker_name', 'name', 'who'];
const LANGUAGE = ['language', 'lang', 'languageCode', 'language_code'];

function first(fields: Fields, names: readonly string[]): unknown {
  return names.map((name) => fields[name]).find((value) => value !== undefined && value !== null);
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.some((item) => draftOf(item) !== undefined);
}
