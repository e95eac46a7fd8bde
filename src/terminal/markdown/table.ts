import type { Tokens } from 'marked';
import type { Style } from '../style.ts';
import { widthOf } from '../width.ts';
import { runsOf } from './inline.ts';
import { type Run, wrapLines } from './wrap.ts';

const GUTTER = '  ';
/** Narrower columns are no longer read but spelled. */
const NARROWEST = 6;

/** A table as lines: columns by display width, no frame. Too many columns for the width: its source. */
export function renderTable(table: Tokens.Table, width: number, style: Style): string[] {
  const room = width - GUTTER.length * (table.header.length - 1);
  const rows = [table.header.map((cell) => runsOf(cell.tokens, style, style.bold))];
  for (const row of table.rows) rows.push(row.map((cell) => runsOf(cell.tokens, style)));
  const natural = table.header.map((_, column) =>
    Math.max(...rows.map((row) => runsWidth(row[column] ?? [])), 1),
  );
  const widths = fitted(natural, room);
  if (widths === undefined) return table.raw.trimEnd().split('\n');

  const [header = [], ...body] = rows.map((row) => renderRow(row, widths, table.align));
  const rule = style.dim(widths.map((columns) => '─'.repeat(columns)).join(GUTTER));
  return [...header, rule, ...body.flat()];
}

function renderRow(row: readonly Run[][], widths: readonly number[], align: Tokens.Table['align']): string[] {
  const cells = widths.map((columns, index) => wrapLines(row[index] ?? [], columns, { hard: true }));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, index) => padded(lines[line] ?? '', widths[index] ?? 0, align[index] ?? 'left'))
      .join(GUTTER)
      .trimEnd(),
  );
}

/** Column widths that fit: the widest give way first. Undefined when there is no room for all. */
function fitted(natural: readonly number[], room: number): number[] | undefined {
  const total = (widths: readonly number[]) => widths.reduce((sum, columns) => sum + columns, 0);
  for (let most = Math.max(...natural); most >= NARROWEST; most -= 1) {
    const widths = natural.map((columns) => Math.min(columns, most));
    if (total(widths) <= room) return widths;
  }
  return total(natural) <= room ? [...natural] : undefined;
}

function padded(text: string, columns: number, align: 'left' | 'center' | 'right'): string {
  const missing = Math.max(columns - widthOf(text), 0);
  const left = align === 'right' ? missing : align === 'center' ? Math.floor(missing / 2) : 0;
  return ' '.repeat(left) + text + ' '.repeat(missing - left);
}

/** Columns of the longest line, unwrapped. */
function runsWidth(runs: readonly Run[]): number {
  const lines = runs
    .map(({ text }) => text)
    .join('')
    .split('\n');
  return Math.max(...lines.map(widthOf));
}
