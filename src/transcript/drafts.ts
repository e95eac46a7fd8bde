import { columnsOf, plainText } from './spoken-text.ts';
import type { Segment, Span, Word } from './transcript.ts';

/** A segment as a model gave it: what it left out is undefined. */
export type Draft = {
  start?: number | undefined;
  end?: number | undefined;
  speaker?: string | undefined;
  language?: string | undefined;
  text: string;
  words?: readonly Word[] | undefined;
};

/**
 * The drafts as segments. An end that is missing is the next start, or what the text takes to be said if that is
 * sooner; without any times at all the span is shared by length, and `timed` is false.
 */
export function settle(drafts: readonly Draft[], span: Span): { segments: Segment[]; timed: boolean } {
  const clean = namedAlike(rescaled(drafts.map(cleaned), span.end).filter(({ text }) => text !== ''));
  if (clean.every(({ start, end }) => start === undefined && end === undefined)) {
    return { segments: spread(clean, span), timed: clean.length === 0 };
  }
  let reached = span.start;
  const segments = clean.map((draft, index): Segment => {
    const start = draft.start ?? Math.min(reached, draft.end ?? reached);
    const next = clean.slice(index + 1, index + 5).find((later) => later.start !== undefined)?.start;
    const spoken = start + secondsToSay(draft.text);
    const end = draft.end ?? (next !== undefined && next > start ? Math.min(next, spoken) : spoken);
    // The last one without an end has the end of the medium as its border.
    const last = draft.end === undefined && next === undefined && span.end > start;
    reached = last ? Math.min(end, span.end) : end;
    return segmentOf(draft, start, reached);
  });
  return { segments, timed: true };
}

/** A generous time for saying the text, in seconds: slow speech, and a pause. */
export function secondsToSay(text: string): number {
  return 1 + columnsOf(text) / 6;
}

function cleaned(draft: Draft): Draft {
  const words = draft.words?.filter(({ text }) => plainText(text) !== '');
  const sound = words !== undefined && words.length > 0 && words.every(isTimed);
  return {
    ...draft,
    speaker: plainText(draft.speaker ?? '').replace(/^\*+|[:*]+$/g, ''),
    language: plainText(draft.language ?? ''),
    text: plainText(draft.text),
    words: sound ? words.map((word) => ({ ...word, text: plainText(word.text) })) : undefined,
  };
}

/** `speaker A` is `Speaker A` when that came first. */
function namedAlike(drafts: readonly Draft[]): Draft[] {
  const names = new Map<string, string>();
  return drafts.map((draft) => {
    if (!draft.speaker) return draft;
    const key = draft.speaker.toLowerCase();
    const speaker = names.get(key) ?? draft.speaker;
    names.set(key, speaker);
    return { ...draft, speaker };
  });
}

/**
 * Models that are asked for seconds or minutes sometimes give milliseconds, or hours for minutes (`01:05:00` for a
 * minute and five seconds): when most stamps lie far beyond the end and all fit once divided, they are divided.
 */
function rescaled(drafts: readonly Draft[], limit: number): Draft[] {
  const starts = drafts.flatMap(({ start }) => (start === undefined ? [] : [start]));
  const latest = drafts.reduce((most, { start = 0, end = 0 }) => Math.max(most, start, end), 0);
  const late = starts.filter((start) => start > limit).length;
  const divisor = [1000, 60].find((by) => latest > limit * (by / 3) && latest / by <= limit * 1.1);
  if (divisor === undefined || late * 2 <= starts.length || limit <= 0) return [...drafts];
  const divided = (time: number | undefined) => (time === undefined ? undefined : time / divisor);
  return drafts.map((draft) => ({
    ...draft,
    start: divided(draft.start),
    end: divided(draft.end),
    words: draft.words?.map((word) => ({ ...word, start: word.start / divisor, end: word.end / divisor })),
  }));
}

function spread(drafts: readonly Draft[], { start, end }: Span): Segment[] {
  const total = drafts.reduce((sum, { text }) => sum + 1 + columnsOf(text), 0);
  let passed = 0;
  const at = () => start + ((end - start) * passed) / total;
  return drafts.map((draft) => {
    const from = at();
    passed += 1 + columnsOf(draft.text);
    return segmentOf(draft, from, at());
  });
}

function segmentOf({ speaker, language, text, words }: Draft, start: number, end: number): Segment {
  return {
    start,
    end,
    ...(speaker ? { speaker } : {}),
    ...(language ? { language } : {}),
    text,
    ...(words ? { words } : {}),
  };
}

function isTimed({ start, end }: Word): boolean {
  return Number.isFinite(start) && Number.isFinite(end);
}
