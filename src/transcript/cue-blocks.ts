import { parseTimecode } from './timecode.ts';

/** A cue as it stands in an SRT or WebVTT file. */
export type CueBlock = {
  /** Seconds. */
  start: number;
  end: number;
  /** Its lines, as written. */
  lines: string[];
};

const TIMING = /^\s*([\d:.,]+)\s*-->\s*([\d:.,]+)(?:\s.*)?$/;

/**
 * The cues of an SRT or WebVTT file, as strict or loose as it is: with or without numbers, hours or blank lines
 * between. Comments, styles and what else has no times are left out.
 */
export function cueBlocks(text: string): CueBlock[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trimEnd());
  const timings = lines.flatMap((line, index) => {
    const [, from = '', to = ''] = TIMING.exec(line) ?? [];
    const [start, end] = [parseTimecode(from), parseTimecode(to)];
    return start === undefined || end === undefined ? [] : [{ start, end, index }];
  });
  return timings.map(({ start, end, index }, at) => {
    const next = timings[at + 1]?.index ?? lines.length;
    const body = lines.slice(index + 1, next);
    const blank = body.indexOf('');
    // The line above the next timing is its number, when no blank line has ended this cue before it.
    if (blank === -1 && next < lines.length && /^\d+$/.test(body.at(-1) ?? '')) body.pop();
    return { start, end, lines: blank === -1 ? body : body.slice(0, blank) };
  });
}
