import { toMilliseconds } from '../timecode.ts';
import type { Segment, Transcript } from '../transcript.ts';
import type { Format, RenderOptions, SegmentWriter } from './format.ts';

/**
 * Tab-separated values with a header line: `start`, `end` (whole milliseconds) and `text`, as whisper writes them, then
 * `speaker` when speakers are shown. Within a field a tab, a line break and a backslash are `\t`, `\n`, `\r` and `\\`.
 * A row is a segment, or a word with `timestamps: 'word'` where there are words; without timestamps there is no `start`
 * and no `end`.
 */
export const TSV: Format = {
  extension: '.tsv',
  render({ segments, ...rest }, options) {
    const writer = tsvWriter(options);
    return segments.map((segment) => writer.write(segment)).join('') + writer.end(rest);
  },
  writer: tsvWriter,
  parse(text): Transcript {
    const [header = '', ...rows] = text.replace(/^\ufeff/, '').split(/\r?\n/);
    const names = header.split('\t');
    const segments = rows
      .filter((row) => row !== '')
      .map((row): Segment => {
        const fields = row.split('\t');
        const field = (name: string) => fields[names.indexOf(name)] ?? '';
        const speaker = unescaped(field('speaker'));
        return {
          start: seconds(field('start')),
          end: seconds(field('end')),
          ...(speaker === '' ? {} : { speaker }),
          text: unescaped(field('text')),
        };
      });
    return { segments };
  },
};

function tsvWriter({ speakers, timestamps }: RenderOptions): SegmentWriter {
  const names = [
    ...(timestamps === 'none' ? [] : ['start', 'end']),
    'text',
    ...(speakers ? ['speaker'] : []),
  ];
  let header = `${names.join('\t')}\n`;
  return {
    write(segment) {
      const { speaker = '', words = [] } = segment;
      const rows = timestamps === 'word' && words.length > 0 ? words : [segment];
      const text = rows.map((row) => {
        const times = timestamps === 'none' ? [] : [toMilliseconds(row.start), toMilliseconds(row.end)];
        return `${[...times, escaped(row.text), ...(speakers ? [escaped(speaker)] : [])].join('\t')}\n`;
      });
      const piece = header + text.join('');
      header = '';
      return piece;
    },
    end: () => header,
  };
}

function seconds(field: string): number {
  const milliseconds = Number(field);
  return Number.isFinite(milliseconds) ? milliseconds / 1000 : 0;
}

function escaped(text: string): string {
  // Half a surrogate pair has no UTF-8.
  return text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

function unescaped(text: string): string {
  return text.replace(/\\([\\tnr])/g, (_, letter: string) => UNESCAPES[letter] ?? letter);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const UNESCAPES: Readonly<Record<string, string>> = { '\\': '\\', t: '\t', n: '\n', r: '\r' };
