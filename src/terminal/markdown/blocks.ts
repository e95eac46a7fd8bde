import { Lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { sanitize } from '../sanitize.ts';
import type { Style } from '../style.ts';
import { isPlain, runsOf } from './inline.ts';
import { renderTable } from './table.ts';
import { wrapLines } from './wrap.ts';

/** Longer than any block for people; beyond it the text is printed as it came, since a lexer's cost is not linear. */
export const BLOCK_LIMIT = 32_768;

/** A whole block of Markdown as lines. @param width in columns */
export function renderBlock(source: string, width: number, style: Style): string[] {
  try {
    if (source.length <= BLOCK_LIMIT) return renderTokens(Lexer.lex(source), width, style);
  } catch {
    // Nested deeper than the lexer can go: still a text that can be read.
  }
  return sanitize(source.trimEnd()).split('\n');
}

/** A line of code: never wrapped, indented or framed, so that it can be copied. */
export function renderCodeLine(line: string, style: Style): string {
  return line === '' ? '' : style.cyan(sanitize(line));
}

/** The line that opens or closes a code block, kept so that what is copied is still a code block. */
export function renderFence(line: string, style: Style): string {
  return style.dim(sanitize(line));
}

/** A horizontal rule. */
export function renderRule(width: number, style: Style): string {
  return style.dim('─'.repeat(Math.min(width, 40)));
}

/** Blocks one below the other, with one empty line where the source has any. */
function renderTokens(tokens: readonly Token[], width: number, style: Style): string[] {
  const lines: string[] = [];
  let blank = false;
  for (const token of tokens as readonly MarkedToken[]) {
    if (token.type !== 'space') {
      if (blank && lines.length > 0) lines.push('');
      lines.push(...renderToken(token, width, style));
    }
    blank = token.type === 'space' || token.raw.endsWith('\n\n');
  }
  return lines;
}

function renderToken(token: MarkedToken, width: number, style: Style): string[] {
  switch (token.type) {
    case 'heading':
      return renderHeading(token, width, style);
    case 'code':
      return renderCode(token, style);
    case 'blockquote':
      return renderQuote(token, width, style);
    case 'list':
      return renderList(token, width, style);
    case 'table':
      return renderTable(token, width, style);
    case 'hr':
      return [renderRule(width, style)];
    case 'def':
      return [sanitize(token.raw.trim())];
    case 'paragraph':
      return wrapLines(runsOf(token.tokens, style), width);
    default:
      return wrapLines(runsOf([token], style), width);
  }
}

function renderHeading(heading: Tokens.Heading, width: number, style: Style): string[] {
  const marks = isPlain(style) ? `${'#'.repeat(heading.depth)} ` : '';
  const paint = (text: string) =>
    heading.depth === 1 ? style.bold(style.underline(text)) : style.bold(text);
  return wrapLines([{ text: marks, paint: (text) => text }, ...runsOf(heading.tokens, style, paint)], width);
}

function renderQuote(quote: Tokens.Blockquote, width: number, style: Style): string[] {
  const mark = style.dim('> ');
  return prefixed(renderTokens(quote.tokens, innerWidth(width, 2), style), mark, mark);
}

function renderCode(code: Tokens.Code, style: Style): string[] {
  const lines = code.text.split('\n').map((line) => renderCodeLine(line, style));
  if (code.codeBlockStyle === 'indented') return lines.map((line) => `    ${line}`);
  return [renderFence(`\`\`\`${code.lang ?? ''}`, style), ...lines, renderFence('```', style)];
}

function renderList(list: Tokens.List, width: number, style: Style): string[] {
  return list.items.flatMap((item, index) => {
    const [box, ...others] = item.tokens;
    const task = box?.type === 'checkbox' ? box.raw : '';
    const marker = (list.ordered ? `${Number(list.start) + index}. ` : '• ') + task;
    const inner = renderTokens(task ? others : item.tokens, innerWidth(width, marker.length), style);
    const lines = prefixed(inner.length > 0 ? inner : [''], marker, ' '.repeat(marker.length - task.length));
    return list.loose && index > 0 ? ['', ...lines] : lines;
  });
}

function prefixed(lines: readonly string[], first: string, rest: string): string[] {
  return lines.map((line, index) => ((index === 0 ? first : rest) + line).trimEnd());
}

/** What is left beside an indent; deep nesting never narrows text to nothing. */
function innerWidth(width: number, indent: number): number {
  return Math.max(width - indent, 16);
}
