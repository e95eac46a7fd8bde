import { WriteStream } from 'node:tty';
import type { OutputStream } from '../io.ts';
import { cutToWidth } from '../width.ts';
import type { Layout, Row } from './layout.ts';

/** Draws what is being written where the cursor is, again and again over itself. */
export type Painter = {
  columns(): number;
  /** @param below lines shown under the text while there is room, such as the candidates of a completion */
  paint(layout: Layout, below: readonly string[]): void;
  /** Draws all of it for the last time, and leaves the cursor on the line after it. */
  finish(layout: Layout): void;
  /** What was drawn is gone or is somebody else's: the next paint begins on this line. */
  forget(): void;
  /**
   * The window has another width, and the terminal has wrapped what was drawn anew.
   * @param cursorRowToo whether it has wrapped the row of the cursor as well
   */
  rewrapped(cursorRowToo: boolean): void;
  /** Whether the row of the cursor no longer fits, so that `rewrapped` needs its answer. */
  cursorRowOverflows(): boolean;
};

const UNKNOWN_COLUMNS = 80;
const UNKNOWN_ROWS = 24;

export function createPainter(stdout: OutputStream): Painter {
  /** What is drawn above the cursor, and in its row up to it. */
  let above: readonly Row[] = [];
  let aboveCount = 0;
  let column = 0;
  const columns = () => stdout.columns() ?? UNKNOWN_COLUMNS;

  const draw = (rows: readonly Row[], end: string) => {
    const lines = rows.map(({ text }) => `${text}\x1b[K`).join('\r\n');
    void stdout.write(`${up(aboveCount)}\r${lines}\x1b[J${end}`).catch(() => {
      // A terminal that is gone is told to everybody by the stream itself.
    });
  };
  const forget = () => {
    above = [];
    aboveCount = 0;
    column = 0;
  };

  return {
    columns,
    paint(layout, below) {
      const height = Math.max((rowsOf(stdout) ?? UNKNOWN_ROWS) - 1, 1);
      const { rows, cursorRow } = windowOf(layout, height);
      const footer = below
        .slice(0, height - rows.length)
        .map((line) => ({ text: cutToWidth(line, Math.max(columns() - 1, 1)), width: 0 }));
      const { beforeCursor } = layout;
      const after = rows.length + footer.length - 1 - cursorRow;
      draw([...rows, ...footer], `${up(after)}\r${beforeCursor.text}`);
      above = rows.slice(0, cursorRow);
      aboveCount = above.length;
      column = beforeCursor.width;
    },
    finish({ rows }) {
      draw(rows, '\r\n');
      forget();
    },
    forget,
    cursorRowOverflows: () => column >= columns(),
    rewrapped(cursorRowToo) {
      const wide = columns();
      aboveCount = above.reduce((sum, { width }) => sum + Math.max(Math.ceil(width / wide), 1), 0);
      if (cursorRowToo) aboveCount += Math.floor(column / wide);
    },
  };
}

/** The rows around the cursor, as many as the screen has: what has scrolled out could not be drawn over. */
function windowOf({ rows, cursorRow }: Layout, height: number): { rows: readonly Row[]; cursorRow: number } {
  const start = Math.max(Math.min(cursorRow - (height >> 1), rows.length - height), 0);
  return { rows: rows.slice(start, start + height), cursorRow: cursorRow - start };
}

function rowsOf({ stream }: OutputStream): number | undefined {
  return stream instanceof WriteStream ? stream.rows : undefined;
}

function up(rows: number): string {
  return rows > 0 ? `\x1b[${rows}A` : '';
}
