import type { Style } from './style.ts';
import { cutToWidth, widthOf } from './width.ts';

export type TableColumn = {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut where the screen is too narrow, and left out where that is not enough. */
  readonly flexible?: boolean;
};

type TableOptions = {
  /** Columns of the screen; a pipe has none. */
  readonly width?: number | undefined;
  readonly style: Style;
  /** A last row apart, such as totals. */
  readonly footer?: readonly string[];
};

const GUTTER = '  ';
/** What is cut further tells nothing any more. */
const NARROWEST = 8;
/** One column each; the soft hyphen is not seen. */
const PRINTABLE_LATIN_1 = /^[\x20-\x7e\xa0-\xac\xae-\xff]*$/;

/**
 * A table as lines: a header, rows, and if there is one a footer. Columns stand under each other by display width. Where
 * the screen is too narrow the widest flexible columns are cut; where that is not enough they are left out from the right,
 * but for the first.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { width = Number.POSITIVE_INFINITY, style, footer }: TableOptions,
): string[] {
  const header = columns.map(({ title }) => title);
  const all = [header, ...rows, ...(footer ? [footer] : [])];
  const shown = fitted(
    columns.map((column, index) => ({
      ...column,
      index,
      columns: all.reduce((most, row) => Math.max(most, columnsOf(row[index] ?? '')), 0),
    })),
    width,
  );
  const line = (row: readonly string[]) =>
    shown
      .map(({ index, columns, align }) => cell(row[index] ?? '', columns, align ?? 'left'))
      .join(GUTTER)
      .trimEnd();
  return [style.dim(line(header)), ...rows.map(line), ...(footer ? [style.bold(line(footer))] : [])];
}

type MeasuredColumn = TableColumn & { readonly index: number; readonly columns: number };

function fitted(columns: readonly MeasuredColumn[], width: number): readonly MeasuredColumn[] {
  let shown = columns;
  for (;;) {
    if (totalOf(shown) <= width) return shown;
    const flexible = shown.filter((column) => column.flexible);
    const widest = flexible.reduce((most, column) => Math.max(most, column.columns), 0);
    if (widest > NARROWEST) {
      const cut = flexible.find((column) => column.columns === widest);
      shown = shown.map((column) => (column === cut ? { ...column, columns: widest - 1 } : column));
    } else if (flexible.length > 1) {
      const last = flexible.at(-1);
      // What is left may have its room.
      return fitted(
        columns.filter(
          ({ index }) => index !== last?.index && shown.some((column) => column.index === index),
        ),
        width,
      );
    } else {
      return shown;
    }
  }
}

function totalOf(columns: readonly MeasuredColumn[]): number {
  return columns.reduce((sum, column) => sum + column.columns, GUTTER.length * (columns.length - 1));
}

function cell(text: string, columns: number, align: 'left' | 'right'): string {
  const cut = columnsOf(text) > columns ? cutToWidth(text, columns) : text;
  const missing = ' '.repeat(Math.max(columns - columnsOf(cut), 0));
  return align === 'right' ? missing + cut : cut + missing;
}

/** Most cells are plain, and measuring ten thousand others takes a while. */
function columnsOf(text: string): number {
  return PRINTABLE_LATIN_1.test(text) ? text.length : widthOf(text);
}
