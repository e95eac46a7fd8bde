import { createAnswerWriter } from '../terminal/answer.ts';
import type { OutputStream } from '../terminal/io.ts';
import type { TextStage } from '../terminal/text-stage.ts';
import type { Page } from './page.ts';

/** A page of which only the first fenced code block is written, without its fences; without one, all of it. */
export function createExtractPage(out: OutputStream): Page {
  const writer = createAnswerWriter({ out, sanitize: out.isTTY, render: createFenceExtractor() });
  let atLineStart = true;
  const text = (piece: string) => {
    atLineStart = piece.endsWith('\n');
    return writer.write(piece);
  };
  const close = async () => {
    if (!atLineStart) await text('\n');
  };
  const line = async (whole: string) => {
    await close();
    await text(`${whole}\n`);
  };
  return { text, block: line, line, heading: async () => {}, close, end: () => writer.end() };
}

const OPENING = /^([ \t]*)(`{3,}(?=[^`]*$)|~{3,})/;

/**
 * Lets only the first fenced code block of a Markdown text pass, line by line, its indentation taken off. A block that
 * is never closed goes to the end of the text; a text without a block passes whole.
 */
export function createFenceExtractor(): TextStage {
  let whole = '';
  let line = '';
  let block: { indent: RegExp; fence: string } | undefined;
  let done = false;

  /** @returns what the line gives */
  const take = (text: string, lineEnd: string): string => {
    if (done) return '';
    if (!block) {
      const [, indent = '', fence] = OPENING.exec(text) ?? [];
      if (fence === undefined) return '';
      block = { indent: new RegExp(`^[ \\t]{0,${indent.length}}`), fence };
      whole = '';
    } else if (closes(text.trim(), block.fence)) {
      done = true;
    } else {
      return text.replace(block.indent, '') + lineEnd;
    }
    return '';
  };

  return {
    push(text) {
      if (done) return '';
      if (!block) whole += text;
      if (!text.includes('\n')) {
        line += text;
        return '';
      }
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      return lines.map((complete) => take(complete, '\n')).join('');
    },
    end() {
      const rest = take(line, '');
      return block ? rest : whole;
    },
  };
}

function closes(line: string, fence: string): boolean {
  return line.length >= fence.length && line === fence.charAt(0).repeat(line.length);
}
