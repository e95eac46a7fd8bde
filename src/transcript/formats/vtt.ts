import { cueBlocks } from '../cue-blocks.ts';
import { type Cue, cuesOf } from '../cues.ts';
import type { Unit } from '../lines.ts';
import { plainText } from '../spoken-text.ts';
import { cueTimecode, parseTimecode, toMilliseconds } from '../timecode.ts';
import type { Segment, Word } from '../transcript.ts';
import type { Format } from './format.ts';

/**
 * WebVTT (W3C): speakers as voice spans, and with `timestamps: 'word'` the time of each word within the cue, as karaoke
 * has it. A word read back ends where the next one begins. Summary, chapters and languages have no place.
 */
export const VTT: Format = {
  extension: '.vtt',
  render({ segments, duration }, { timestamps, ...options }) {
    const cues = cuesOf(segments, {
      ...options,
      ...(duration === undefined ? {} : { duration }),
      speakers: options.speakers ? 'field' : 'none',
    });
    const blocks = cues.map((cue) => {
      const voice = cue.speaker === undefined ? '' : `<v ${escaped(cue.speaker)}>`;
      const times = `${cueTimecode(cue.start, '.')} --> ${cueTimecode(cue.end, '.')}`;
      return `\n${times}\n${voice}${payload(cue, timestamps === 'word')}\n`;
    });
    return `WEBVTT\n${blocks.join('')}`;
  },
  parse(text) {
    return {
      segments: cueBlocks(text).map(({ start, end, lines }) => segmentOf(start, end, lines.join('\n'))),
    };
  },
};

function payload({ start, end, lines }: Cue, words: boolean): string {
  let last = start;
  const stamp = (unit: Unit) => {
    const at = toMilliseconds(unit.start);
    // The specification wants each within the cue and after the one before.
    if (!words || !unit.exact || at <= last || at >= end) return '';
    last = at;
    return `<${cueTimecode(at, '.')}>`;
  };
  return lines
    .map((line) =>
      line.map((unit, index) => `${unit.spaced && index > 0 ? ' ' : ''}${stamp(unit)}${escaped(unit.text)}`),
    )
    .map((line) => line.join(''))
    .join('\n');
}

function segmentOf(start: number, end: number, payload: string): Segment {
  const speaker = plainText(unescaped(/<v(?:\.[^\s>]*)?[ \t]+([^>]*)>/.exec(payload)?.[1] ?? ''));
  const bare = payload.replace(/<(?![\d:.]+>)[^>]*>/g, '');
  const pieces = bare.split(/<([\d:.]+)>/);
  const words: Word[] = [];
  for (let index = 0; index < pieces.length; index += 2) {
    const text = plainText(unescaped(pieces[index] ?? ''));
    const from = index === 0 ? start : (parseTimecode(pieces[index - 1] ?? '') ?? start);
    const to = parseTimecode(pieces[index + 1] ?? '') ?? end;
    if (text !== '') words.push({ start: from, end: to, text });
  }
  const text = plainText(unescaped(bare.replace(/<[\d:.]+>/g, '')));
  const named = speaker === '' ? {} : { speaker };
  return { start, end, ...named, text, ...(pieces.length > 1 ? { words } : {}) };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|nbsp|lrm|rlm|#\d{1,7}|#x[\da-f]{1,6});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: '\u00a0',
  lrm: '\u200e',
  rlm: '\u200f',
};
