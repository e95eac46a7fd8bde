import type { Part } from '../wire/generate-content.ts';
import { readJsonAnswer } from './answer-json.ts';
import { readChapterLines, readLines } from './answer-lines.ts';
import { readTurn } from './answer-parts.ts';
import { type Draft, settle } from './drafts.ts';
import { SRT } from './formats/srt.ts';
import { VTT } from './formats/vtt.ts';
import { splitSpeaker } from './speaker-prefix.ts';
import type { Chapter, Segment, Span } from './transcript.ts';

/** What was found in what a model said. */
export type ParsedAnswer = {
  /** As the model said them: not checked, not mended, in its order. */
  segments: Segment[];
  /** BCP 47, of the whole, where it said so. */
  language?: string;
  summary?: string;
  chapters?: Chapter[];
  /** The form the answer had; `text` has no times of its own. */
  form: 'json' | 'lines' | 'srt' | 'vtt' | 'text' | 'transcription';
  /** False when the answer had no times, and the span was shared by the length of the texts. */
  timed: boolean;
  /** False when the JSON broke off or did not parse as a whole, and only its whole segments were kept. */
  whole: boolean;
};

/**
 * Reads the text of an answer: JSON of our schema (or like it, fenced, cut off), SRT, WebVTT, lines of `timecode,
 * speaker, caption`, or plain text. Never throws; an answer with nothing in it has no segments.
 * @param span what was asked about, in the time that the answer counts in: from 0 when the model heard a chunk of its own
 */
export function parseAnswer(text: string, span: Span): ParsedAnswer {
  const bare = unfenced(text);
  const json = readJsonAnswer(bare);
  if (json) {
    const { drafts, whole, ...overview } = json;
    const [only] = drafts;
    // All of it in one string: the string has the form.
    if (only && drafts.length === 1 && only.start === undefined && /\n/.test(only.text)) {
      return { ...parseAnswer(only.text, span), ...overview, whole };
    }
    return { ...settle(drafts, span), ...overview, form: 'json', whole };
  }
  if (/^[ \t\d:.,]+-->[ \t\d:.,]+(?:[a-z]+:\S+[ \t]*)*$/m.test(bare)) {
    const format = /^\ufeff?\s*WEBVTT/.test(bare) ? 'vtt' : 'srt';
    const cues = format === 'vtt' ? VTT.parse?.(bare) : SRT.parse?.(bare);
    return { ...settle(cues?.segments ?? [], span), form: format, whole: true };
  }
  const lines = readLines(bare);
  if (lines.length > 0) return { ...settle(lines, span), form: 'lines', whole: true };
  const drafts = bare.split(/\r\n|\r|\n/).map((line): Draft => splitSpeaker(line.trim()));
  return { ...settle(drafts, span), form: 'text', whole: true };
}

/** Reads the `audioTranscription` parts of the dedicated transcription model; text in their place as `parseAnswer` does. */
export function parseTranscriptionParts(parts: readonly Part[], span: Span): ParsedAnswer {
  const turns = parts.flatMap(({ audioTranscription }) => audioTranscription ?? []);
  if (turns.length === 0) {
    return parseAnswer(parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''), span);
  }
  return { ...settle(turns.flatMap(readTurn), span), form: 'transcription', whole: true };
}

/** Reads chapters alone: JSON, or lines of `timecode title`. */
export function parseChapters(text: string): Chapter[] {
  const bare = unfenced(text);
  const json = readJsonAnswer(bare);
  return json?.chapters ?? (json ? [] : readChapterLines(bare));
}

/** The inside of the first code fence, also when it does not end; the text itself when there is none. */
function unfenced(text: string): string {
  const [, inside] = /```[\w-]*[ \t]*\r?\n([\s\S]*?)(?:\n\s*```|$)/.exec(text) ?? [];
  return (inside === undefined || inside.trim() === '' ? text : inside).replace(/^\ufeff/, '').trim();
}
