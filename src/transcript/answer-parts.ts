import type { AudioTranscription } from '../wire/generate-content.ts';
import type { Draft } from './drafts.ts';
import { comparable, endsSentence, joinText } from './spoken-text.ts';
import { parseTimecode } from './timecode.ts';
import { tokensOf } from './tokens.ts';
import type { Segment, Word } from './transcript.ts';

/** Seconds without a word, and seconds of speech, after which a turn is cut. */
const PAUSE = 1;
const LONG = 30;

/** A turn of the dedicated transcription model; with word times it is cut at the ends of sentences. */
export function readTurn(turn: AudioTranscription): Draft[] {
  const { text = '', speakerLabel, languageCode, words = [] } = turn;
  const timed = words.map(({ word, startOffset = '', endOffset = '', speakerLabel: speaker }) => ({
    start: parseTimecode(startOffset) ?? Number.NaN,
    end: parseTimecode(endOffset) ?? parseTimecode(startOffset) ?? Number.NaN,
    text: word,
    speaker: speaker ?? speakerLabel,
  }));
  const common = { language: languageCode };
  const start = parseTimecode(turn.startOffset ?? '') ?? timed[0]?.start;
  const end = parseTimecode(turn.endOffset ?? '') ?? timed.at(-1)?.end;
  if (timed.length === 0 || timed.some((word) => Number.isNaN(word.start))) {
    return [{ ...common, speaker: speakerLabel, start, end, text }];
  }
  // Words that the text does not have are what was heard all the same, such as with several speakers in a turn.
  const said = spells(text, timed) ? text : timed.map((word) => word.text).reduce(joinText, '');
  const segment = { start: start ?? 0, end: end ?? 0, text: said, words: timed };
  return sentences(segment, timed).map((draft) => ({ ...common, ...draft }));
}

type SpokenWord = Word & { speaker?: string | undefined };

function sentences(segment: Segment, words: readonly SpokenWord[]): Draft[] {
  const tokens = tokensOf(segment);
  const found: Draft[] = [];
  let first = 0;
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    const begin = tokens[first];
    if (!begin) break;
    const speaker = words[token.words?.first ?? 0]?.speaker;
    const ends =
      next === undefined ||
      endsSentence(segment.text.slice(token.from, token.to)) ||
      next.start - token.end > PAUSE ||
      token.end - begin.start > LONG ||
      words[next.words?.first ?? 0]?.speaker !== speaker;
    if (!ends) continue;
    found.push({
      start: begin.start,
      end: token.end,
      speaker,
      text: segment.text.slice(begin.from, token.to),
      words: words
        .slice(begin.words?.first ?? 0, token.words?.end ?? 0)
        .map(({ start, end, text }) => ({ start, end, text })),
    });
    first = index + 1;
  }
  return found;
}

function spells(text: string, words: readonly Word[]): boolean {
  return comparable(text) === comparable(words.map((word) => word.text).join(''));
}
