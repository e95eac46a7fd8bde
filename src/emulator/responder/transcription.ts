import type { Part } from '../../wire/generate-content.ts';
import type { ReceivedPart, ReceivedRequest } from '../received-request.ts';
import { fileIdOf, type Store, storedFile, storedMedia } from '../store/store.ts';
import type { SpokenSegment } from '../transcripts.ts';
import type { Inspections } from './inspect.ts';
import type { Told } from './lies.ts';
import type { Transcriber } from './transcriber.ts';

/** A transcript as an answer: parts of their own kind from a model of transcription, else text. */
export type Transcription = Pick<Told, 'finishReason'> &
  ({ readonly text: string } | { readonly parts: Part[] });

/**
 * What is said in the one recording of a request that asks for a transcript: a model of transcription is asked, the
 * answer's schema has a list of things with start, end and text, or the prompt asks for `timecode, speaker, caption`.
 * @returns undefined for any other request
 */
export async function transcriptionOf(
  request: ReceivedRequest,
  inspections: Inspections,
  { model, store, transcriber }: { model: string; store: Store; transcriber: Transcriber },
): Promise<Transcription | undefined> {
  const parts = request.contents?.at(-1)?.parts ?? [];
  const recordings = parts.filter((part) => isRecording(part, inspections));
  const [recording] = recordings;
  if (recording === undefined || recordings.length > 1) return undefined;
  const render = rendererOf(request, parts, model);
  if (render === undefined) return undefined;
  const seconds = inspections.get(recording)?.seconds;
  const told = transcriber.tell({
    bytes: transcriber.needsBytes ? await bytesOf(recording, store) : undefined,
    seconds,
    range: rangeOf(recording, parts),
  });
  return render(told);
}

function isRecording(part: ReceivedPart, inspections: Inspections): boolean {
  const found = inspections.get(part)?.modality;
  if (found !== undefined) return found === 'AUDIO' || found === 'VIDEO';
  return /^(audio|video)\//.test(part.fileData?.mimeType ?? '');
}

async function bytesOf({ inlineData, fileData }: ReceivedPart, store: Store): Promise<Buffer | undefined> {
  if (inlineData !== undefined) return Buffer.from(inlineData.data ?? '', 'base64');
  const uri = fileData?.fileUri ?? '';
  const id = fileIdOf(uri);
  const bytes = (id === undefined ? storedMedia(store, uri) : storedFile(store, id))?.bytes;
  return bytes?.head(bytes.size);
}

/** By the part's own offsets, or by the words of the prompt: `from 10:00 to 20:00`. */
function rangeOf({ videoMetadata }: ReceivedPart, parts: readonly ReceivedPart[]) {
  const offset = (duration: string | undefined) =>
    duration === undefined ? undefined : Number.parseFloat(duration);
  const text = parts.map((part) => part.text ?? '').join('\n');
  const [, from, to] = /\b(?:from|between) ([\d:.]*\d) (?:to|and) ([\d:.]*\d)/.exec(text) ?? [];
  const start = offset(videoMetadata?.startOffset) ?? secondsOf(from);
  const end = offset(videoMetadata?.endOffset) ?? secondsOf(to);
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

function secondsOf(timecode: string | undefined): number | undefined {
  return timecode?.split(':').reduce((sum, digits) => sum * 60 + Number(digits), 0);
}

type Render = (told: Told) => Transcription;

function rendererOf(
  request: ReceivedRequest,
  parts: readonly ReceivedPart[],
  model: string,
): Render | undefined {
  const config = request.generationConfig ?? {};
  if (/-transcribe(?!.*-live)/.test(model)) {
    const { diarization = false, wordTimestamp = false } = config.audioTranscriptionConfig ?? {};
    return ({ segments, finishReason }) => ({
      parts: segments.map((segment) => transcriptionPart(segment, { diarization, wordTimestamp })),
      finishReason,
    });
  }
  const format = config.responseFormat?.find((each) => each.text !== undefined)?.text;
  const list = listOfSegments(format?.schema ?? config.responseJsonSchema ?? config.responseSchema);
  if (list !== undefined) {
    return (told) => {
      const segments = told.segments.map((segment) => list.fill(segment));
      return cut(JSON.stringify({ [list.name]: segments }), told);
    };
  }
  const prompt = parts.map(({ text = '' }) => text).join('\n');
  if (!/timecode, *speaker, *caption|in the form .*caption/i.test(prompt)) return undefined;
  const withEnd = prompt.includes('[start - end]');
  return (told) => {
    const lines = told.segments.map(
      ({ start, end, speaker = 'Speaker', text }) =>
        `[${timecode(start)}${withEnd ? ` - ${timecode(end)}` : ''}] ${speaker}: ${text}`,
    );
    return cut(lines.join('\n'), told);
  };
}

/** The share of it that is told. */
function cut(text: string, { share, finishReason }: Told): Transcription {
  return { text: text.slice(0, Math.ceil(text.length * share)), finishReason };
}

type SegmentList = { readonly name: string; fill(segment: SpokenSegment): Record<string, unknown> };

/** The list that a schema has for segments; times are numbers or timecodes, as it says. */
function listOfSegments(schema: unknown): SegmentList | undefined {
  const properties = fieldsOf(fieldsOf(schema).properties);
  for (const [name, property] of Object.entries(properties)) {
    const fields = fieldsOf(fieldsOf(fieldsOf(property).items).properties);
    if (!('text' in fields) || (!('start' in fields) && Object.keys(fields).length > 2)) continue;
    return { name, fill: (segment) => filled(fields, segment) };
  }
  return undefined;
}

function filled(fields: Record<string, unknown>, segment: SpokenSegment): Record<string, unknown> {
  const { start, end, text, speaker = 'Speaker 1', language = 'en' } = segment;
  const time = (name: string, seconds: number) =>
    String(fieldsOf(fields[name]).type).toLowerCase() === 'string' ? timecode(seconds) : rounded(seconds);
  const values: Record<string, unknown> = {
    start: time('start', start),
    end: time('end', end),
    speaker,
    language,
    text,
    word: text,
    ...('words' in fields && { words: wordsIn(fields.words, segment) }),
  };
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in fields));
}

function wordsIn(list: unknown, segment: SpokenSegment): Record<string, unknown>[] {
  const fields = fieldsOf(fieldsOf(fieldsOf(list).items).properties);
  return wordsOf(segment).map((word) => filled(fields, word));
}

/** Words share the time of their segment evenly. */
function wordsOf({ start, end, text }: SpokenSegment): SpokenSegment[] {
  const words = text.split(' ');
  const length = (end - start) / words.length;
  return words.map((word, index) => ({
    start: start + index * length,
    end: start + (index + 1) * length,
    text: word,
  }));
}

function transcriptionPart(
  segment: SpokenSegment,
  { diarization, wordTimestamp }: { diarization: boolean; wordTimestamp: boolean },
): Part {
  const { text, speaker = '1', language = 'en' } = segment;
  const words = wordsOf(segment).map(({ start, end, text: word }) => ({
    word,
    startOffset: `${rounded(start)}s`,
    endOffset: `${rounded(end)}s`,
  }));
  return {
    audioTranscription: {
      text,
      ...(diarization ? { speakerLabel: `spk_${/\d+/.exec(speaker)?.[0] ?? speaker}` } : {}),
      languageCode: language,
      ...(wordTimestamp ? { words } : {}),
      finished: true,
    },
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** `M:SS.mmm`, with hours where there are some. */
function timecode(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const rest = `${two((milliseconds / 60_000) % 60)}:${two((milliseconds / 1000) % 60)}.${String(milliseconds % 1000).padStart(3, '0')}`;
  return milliseconds >= 3_600_000 ? `${Math.floor(milliseconds / 3_600_000)}:${rest}` : rest;
}
