import { sanitize } from '../sanitize.ts';
import { widthOf } from '../width.ts';
import type { Edit } from './edit.ts';

/*
 * Prompt and text as the rows of a terminal. Terminals disagree on the width of emoji families, flags and keycaps, and
 * none can be asked beforehand. So we break the rows ourselves, where even the widest reading of them fits, and never let
 * the terminal wrap; and the cursor is not sent to a column that we computed, but put by writing what stands before it.
 * Both together are right on every terminal.
 */

/** `width` in columns, as most terminals count. */
export type Row = { readonly text: string; readonly width: number };

export type Layout = {
  readonly rows: readonly Row[];
  /** The row of the cursor, counted from 0, and what stands before it there. */
  readonly cursorRow: number;
  readonly beforeCursor: Row;
};

/** Rows of lines that do not change while the text around them is edited; kept by whoever lays out one text again and again. */
export type LayoutCache = Map<string, readonly Row[]>;

/** What the terminal is given for a grapheme. */
type Cell = {
  readonly drawn: string;
  readonly width: number;
  /** The columns it takes on a terminal that knows no graphemes, if that is more. */
  readonly room: number;
};

/** Before every line of a text but the first. */
const CONTINUATION = '… ';
const COLOR = /(\x1b\[[\d;]*m)/;
const PRINTABLE_ASCII = /^[ -~]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * @param prompt may have several lines, and colours; any other control character is shown, not sent
 * @param columns of the terminal
 */
export function layOut(
  prompt: string,
  { text, cursor }: Edit,
  columns: number,
  cache: LayoutCache = new Map(),
): Layout {
  // The last column stays free: a full row leaves the cursor in a place that differs between terminals.
  const limit = Math.max(columns - 1, 2);
  const first = createFlow(limit);
  prompt.split('\n').forEach((line, number) => {
    if (number > 0) first.endRow();
    for (const piece of line.split(COLOR)) {
      if (COLOR.test(piece)) first.put({ drawn: piece, width: 0, room: 0 });
      else first.write(piece);
    }
  });
  const rows: Row[] = [];
  let at: Pick<Layout, 'cursorRow' | 'beforeCursor'> | undefined;
  let start = 0;
  text.split('\n').forEach((line, number) => {
    const place = cursor - start;
    start += line.length + 1;
    const key = `${limit} ${line}`;
    const known = number > 0 && (place < 0 || place > line.length) ? cache.get(key) : undefined;
    if (known) {
      for (const row of known) rows.push(row);
      return;
    }
    const flow = number === 0 ? first : createFlow(limit);
    if (number > 0) flow.write(CONTINUATION);
    const found = flow.write(line, place);
    flow.endRow();
    if (found) at = { cursorRow: rows.length + found.row, beforeCursor: found.before };
    else if (number > 0) cache.set(key, flow.rows);
    for (const row of flow.rows) rows.push(row);
  });
  return { rows, cursorRow: 0, beforeCursor: { text: '', width: 0 }, ...at };
}

type Place = { readonly row: number; readonly before: Row };

/** Rows that fill up, one after the other. */
function createFlow(limit: number) {
  const rows: Row[] = [];
  let row: Row = { text: '', width: 0 };
  let room = 0;
  const endRow = () => {
    rows.push(row);
    row = { text: '', width: 0 };
    room = 0;
  };
  const put = (cell: Cell) => {
    if (room + cell.room > limit && room > 0) endRow();
    row = { text: row.text + cell.drawn, width: row.width + cell.width };
    room += cell.room;
  };
  const writePlain = (line: string, place: number): Place | undefined => {
    let found = place === 0 ? { row: rows.length, before: row } : undefined;
    for (let index = 0; index < line.length; ) {
      if (room >= limit) endRow();
      const piece = line.slice(index, index + limit - room);
      const within = place - index;
      if (within > 0 && within <= piece.length) {
        const before = { text: row.text + piece.slice(0, within), width: row.width + within };
        found = { row: rows.length, before };
      }
      put({ drawn: piece, width: piece.length, room: piece.length });
      index += piece.length;
    }
    return found;
  };
  return {
    rows,
    put,
    endRow,
    /** Adds a line, and tells where in the rows the place in it is, which counts code units and may be elsewhere. */
    write(line: string, place = -1): Place | undefined {
      if (PRINTABLE_ASCII.test(line)) return writePlain(line, place);
      let found = place === 0 ? { row: rows.length, before: row } : undefined;
      for (const { segment, index } of graphemes.segment(line)) {
        put(cellOf(segment));
        if (index + segment.length === place) found = { row: rows.length, before: row };
      }
      return found;
    },
  };
}

const MOST_CELLS = 10_000;
const cells = new Map<string, Cell>();

/** Widths take long to find, and the same characters come again. */
function cellOf(grapheme: string): Cell {
  const known = cells.get(grapheme);
  if (known) return known;
  const drawn = grapheme === '\t' ? '    ' : sanitize(grapheme);
  const width = widthOf(drawn);
  const apart = Array.from(drawn).reduce((sum, character) => sum + widthOf(character), 0);
  const cell = { drawn, width, room: Math.max(width, apart) };
  if (cells.size >= MOST_CELLS) cells.clear();
  cells.set(grapheme, cell);
  return cell;
}
