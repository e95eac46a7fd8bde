import { BLOCK_LIMIT, renderBlock, renderCodeLine, renderFence, renderRule } from './markdown/blocks.ts';
import { indentOf, isCertainlyText, kindOfLine, type LineKind } from './markdown/lines.ts';
import { createParagraph, type Paragraph } from './markdown/paragraph.ts';
import type { Style } from './style.ts';
import type { TextStage } from './text-stage.ts';

/** A block of which more lines may come: it is printed when it is whole. */
type HeldBlock = {
  readonly kind: 'item' | 'quote' | 'table';
  source: string;
  /** Columns to which further lines of a list item are indented. */
  readonly indent: number;
  /** Whether its last line is empty. */
  blank: boolean;
};

/**
 * Renders Markdown while it comes. What is printed is never rewritten, so that it can be copied and scrolled at any
 * time: paragraphs are printed word by word, code line by line, list items, quotes and tables when they are whole.
 * @param options.width in columns
 */
export function createMarkdownRenderer(options: { width: number; style: Style }): TextStage {
  const { style } = options;
  const width = Math.max(options.width, 20);
  let printed = '';
  let line = '';
  /** How much of the line the paragraph already has. */
  let taken = 0;
  let paragraph: Paragraph | undefined;
  let held: HeldBlock | undefined;
  /** What closes the code block that is open. */
  let fence: RegExp | undefined;
  let first = true;
  let blank = false;

  const beginBlock = () => {
    if (blank && !first) printed += '\n';
    first = false;
    blank = false;
  };
  const printLines = (...lines: readonly string[]) => {
    for (const text of lines) printed += `${text}\n`;
  };
  const printBlock = (...lines: readonly string[]) => {
    beginBlock();
    printLines(...lines);
  };
  const endParagraph = () => {
    if (paragraph) printed += `${paragraph.end()}\n`;
    paragraph = undefined;
  };
  const endHeld = () => {
    if (!held) return;
    const lead = ' '.repeat(held.kind === 'item' ? indentOf(held.source) : 0);
    printBlock(...renderBlock(held.source, width - lead.length, style).map((text) => lead + text));
    blank = held.blank;
    held = undefined;
  };

  const takeText = (text: string) => {
    if (!paragraph) beginBlock();
    paragraph ??= createParagraph(width, style);
    printed += paragraph.push(text);
  };
  const takeCode = (text: string, closing: RegExp) => {
    const closes = closing.test(text);
    printLines(closes ? renderFence(text, style) : renderCodeLine(text, style));
    if (closes) fence = undefined;
  };
  const takeLine = (text: string) => {
    const kind = kindOfLine(text);
    if (held && continues(held, text, kind)) {
      held.source += `${text}\n`;
      held.blank = kind.kind === 'blank';
      if (held.source.length > BLOCK_LIMIT) endHeld();
      return;
    }
    endHeld();
    if (kind.kind === 'text' || (paragraph && !interrupts(kind))) return takeText(`${text.trimStart()}\n`);
    endParagraph();
    startBlock(text, kind);
  };
  const startBlock = (text: string, kind: LineKind) => {
    switch (kind.kind) {
      case 'blank':
        blank = true;
        return;
      case 'item':
        held = { kind: 'item', source: `${text}\n`, indent: kind.indent, blank: false };
        return;
      case 'quote':
      case 'table':
        held = { kind: kind.kind, source: `${text}\n`, indent: 0, blank: false };
        return;
      case 'fence':
        fence = kind.closing;
        return printBlock(renderFence(text, style));
      case 'rule':
        return printBlock(renderRule(width, style));
      case 'heading':
        blank = true;
        return printBlock(...renderBlock(text, width, style));
      default:
        return printBlock(renderCodeLine(text, style));
    }
  };
  const endLine = () => {
    if (taken > 0) takeText(`${line.slice(taken)}\n`);
    else if (fence) takeCode(line, fence);
    else takeLine(line);
    line = '';
    taken = 0;
  };

  const result = () => {
    const text = printed;
    printed = '';
    return text;
  };
  return {
    push(text) {
      const [rest = '', ...others] = text.split('\n');
      line += rest;
      for (const next of others) {
        endLine();
        line = next;
      }
      if (!fence && (taken > 0 || isCertainlyText(line)) && !(held && mayContinue(held, line))) {
        endHeld();
        takeText(taken > 0 ? line.slice(taken) : line.trimStart());
        taken = line.length;
      }
      return result();
    },
    end() {
      if (line !== '') endLine();
      endHeld();
      endParagraph();
      return result();
    },
  };
}

/** Whether a line that is no text still ends the paragraph above it. */
function interrupts(kind: LineKind): boolean {
  return kind.kind === 'item' ? kind.interrupts : kind.kind !== 'indented';
}

/** Whether a line belongs to the block above it, lazily continued lines included. */
function continues(held: HeldBlock, line: string, kind: LineKind): boolean {
  if (kind.kind === 'blank') return held.kind === 'item';
  if (held.kind === 'item' && indentOf(line) >= held.indent) return true;
  if (held.blank) return false;
  return (
    kind.kind === 'text' || kind.kind === 'indented' || (kind.kind === held.kind && kind.kind !== 'item')
  );
}

/** Whether a line that begins with this text may belong to the block above it. */
function mayContinue(held: HeldBlock, start: string): boolean {
  return !held.blank || indentOf(start) >= held.indent;
}
