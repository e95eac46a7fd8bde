import { endsSentence, joinText, plainParagraphs, plainText } from '../spoken-text.ts';
import { clock } from '../timecode.ts';
import type { Chapter, Segment, Transcript } from '../transcript.ts';
import type { Format, RenderOptions } from './format.ts';

/**
 * Markdown to read: the summary, the chapters as a list, then a paragraph for each time that somebody speaks, with the
 * name and, with timestamps, when it begins; under headings where there are chapters. What is said is text: its
 * characters that mean something in Markdown are escaped.
 */
export const MARKDOWN: Format = {
  extension: '.md',
  render(transcript, options) {
    const { summary = '', chapters = [] } = transcript;
    const told = plainParagraphs(summary);
    const timed = options.timestamps !== 'none';
    const list = chapters.map(
      ({ start, title }) => `- ${timed ? `${clock(start)} ${literal(title)}` : block(title)}`,
    );
    const blocks = [
      ...(told.length > 0 ? ['## Summary', ...told.map(block)] : []),
      ...(list.length > 0 ? ['## Chapters', list.join('\n')] : []),
      ...(told.length > 0 || list.length > 0 ? ['## Transcript'] : []),
      ...transcriptBlocks(transcript, options),
    ];
    return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
  },
};

/** Seconds of silence, and characters, after which the same speaker begins a new paragraph. */
const PAUSE = 3;
const LONG = 600;

function transcriptBlocks({ segments, chapters = [] }: Transcript, options: RenderOptions): string[] {
  const timed = options.timestamps !== 'none';
  const waiting = [...chapters];
  const blocks: string[] = [];
  let open: { turn: Segment; text: string; end: number } | undefined;
  const close = () => {
    if (open) blocks.push(paragraph(open.turn, open.text, options));
    open = undefined;
  };
  for (const segment of segments) {
    const text = plainText(segment.text);
    if (text === '') continue;
    for (const chapter of begun(waiting, segment)) {
      close();
      blocks.push(`### ${literal(chapter.title)}${timed ? ` (${clock(chapter.start)})` : ''}`);
    }
    const same = !options.speakers || segment.speaker === open?.turn.speaker;
    const long = open !== undefined && open.text.length > LONG && endsSentence(open.text);
    if (!open || !same || long || segment.start - open.end > PAUSE) {
      close();
      open = { turn: segment, text, end: segment.end };
    } else {
      open = { turn: open.turn, text: joinText(open.text, text), end: segment.end };
    }
  }
  close();
  return blocks;
}

/** The chapters that have begun by the middle of the segment, taken from those that wait. */
function begun(waiting: Chapter[], { start, end }: Segment): Chapter[] {
  const count = waiting.findIndex((chapter) => chapter.start > (start + end) / 2);
  return waiting.splice(0, count === -1 ? waiting.length : count);
}

function paragraph(
  { start, speaker }: Segment,
  text: string,
  { speakers, timestamps }: RenderOptions,
): string {
  const name = speakers && speaker ? `**${literal(speaker)}**` : '';
  const time = timestamps === 'none' ? '' : `\\[${clock(start)}\\]`;
  const head = [name, time].filter((part) => part !== '').join(' ');
  if (head === '') return block(text);
  return `${head}${name === '' || time !== '' ? ' ' : ': '}${literal(text)}`;
}

/** Text on one line that no Markdown reader takes for anything but text, behind other text. */
function literal(text: string): string {
  return plainText(text)
    .replace(/[\\`*_[\]<>|~#]/g, '\\$&')
    .replace(/&(?=#?\w+;)/g, '\\&');
}

/** The same at the beginning of a block, where a list or a rule could begin. */
function block(text: string): string {
  return literal(text)
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d{1,9})([.)])/, '$1\\$2');
}
