import { columnsOf, endsSentence, followsWithoutSpace, plainParagraphs, plainText } from '../spoken-text.ts';
import { clock } from '../timecode.ts';
import { piecesOf } from '../tokens.ts';
import type { Chapter, Segment } from '../transcript.ts';
import type { Format, RenderOptions, SegmentWriter } from './format.ts';

/**
 * Plain text: with timestamps a line for each segment, `[01:23] Ann: Hello`; without them paragraphs, a new one where
 * another speaker begins, after a pause, or at the end of a sentence when it has become long. Summary and chapters follow
 * the text, as they are known last.
 */
export const TEXT: Format = {
  extension: '.txt',
  render({ segments, ...rest }, options) {
    const writer = textWriter(options);
    return segments.map((segment) => writer.write(segment)).join('') + writer.end(rest);
  },
  writer: textWriter,
};

/** Seconds of silence that end a paragraph. */
const PAUSE = 3;
/** Columns after which a paragraph ends with its sentence. */
const LONG = 500;

function textWriter(options: RenderOptions): SegmentWriter {
  const write = options.timestamps === 'none' ? paragraphs(options) : linesOf(options);
  let empty = true;
  return {
    write(segment) {
      const piece = write(segment);
      empty &&= piece === '';
      return piece;
    },
    end({ summary = '', chapters = [] }) {
      const told = plainParagraphs(summary).join('\n\n');
      const listed = chapterLines(chapters).join('\n');
      const rest = [told && `Summary\n${told}\n`, listed && `Chapters\n${listed}\n`].filter(
        (part) => part !== '',
      );
      const last = empty || options.timestamps !== 'none' ? '' : '\n';
      return last + rest.map((part, index) => (empty && index === 0 ? part : `\n${part}`)).join('');
    },
  };
}

function linesOf({ speakers, maxLineWidth }: RenderOptions): (segment: Segment) => string {
  return ({ start, speaker, text }) => {
    const said = plainText(text);
    if (said === '') return '';
    const named = speakers && speaker ? `${plainText(speaker)}: ` : '';
    return `${wrapper(maxLineWidth)(`[${clock(start)}] ${named}${said}`)}\n`;
  };
}

function paragraphs({ speakers, maxLineWidth }: RenderOptions): (segment: Segment) => string {
  let before: { speaker?: string | undefined; end: number; text: string; length: number } | undefined;
  let wrap = wrapper(maxLineWidth);
  return ({ start, end, speaker, text }) => {
    const said = plainText(text);
    if (said === '') return '';
    const changed = speakers && speaker !== before?.speaker;
    const ended =
      before !== undefined &&
      (changed || start - before.end > PAUSE || (before.length > LONG && endsSentence(before.text)));
    const fresh = before === undefined || ended;
    if (fresh) wrap = wrapper(maxLineWidth);
    const named = fresh && speakers && speaker ? `${plainText(speaker)}: ` : '';
    const space = fresh || followsWithoutSpace(before?.text ?? '', said) ? '' : ' ';
    before = { speaker, end, text: said, length: (fresh ? 0 : (before?.length ?? 0)) + columnsOf(said) };
    return `${ended ? '\n\n' : ''}${wrap(`${space}${named}${said}`)}`;
  };
}

/** Breaks lines between words as the text comes, piece by piece; a word longer than a line stays whole. */
function wrapper(width = Number.POSITIVE_INFINITY): (text: string) => string {
  let used = 0;
  return (text) => {
    if (width === Number.POSITIVE_INFINITY) return text;
    let at = 0;
    let wrapped = '';
    for (const { from, to } of piecesOf(text)) {
      const [space, piece] = [text.slice(at, from), text.slice(from, to)];
      const room = used + space.length + columnsOf(piece);
      const next = used > 0 && room > width;
      wrapped += next ? `\n${piece}` : space + piece;
      used = next ? columnsOf(piece) : room;
      at = to;
    }
    return wrapped;
  };
}

function chapterLines(chapters: readonly Chapter[]): string[] {
  return chapters.map(({ start, title }) => `[${clock(start)}] ${plainText(title)}`);
}
