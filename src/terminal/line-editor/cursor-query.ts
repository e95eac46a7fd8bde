import type { OutputStream } from '../io.ts';
import type { Stroke } from './keyboard.ts';

/** Asks the terminal in which column its cursor is. The answer comes among the keys, which wait for it. */
export type CursorQuery = {
  /** @param then called with the column, counted from 1; undefined when the terminal does not answer */
  ask(then: (column: number | undefined) => void): void;
  /** @returns whether the stroke belongs to an answer, or waits for one */
  takes(stroke: Stroke): boolean;
  /** No answer is waited for any more. */
  cancel(): void;
};

const REPORT = /\x1b\[\d+;(\d+)R$/;
/** A terminal at the far end of a slow line answers within so many milliseconds. */
const PATIENCE_MS = 1000;

/** @param onStroke gets the strokes that waited */
export function createCursorQuery(stdout: OutputStream, onStroke: (stroke: Stroke) => void): CursorQuery {
  let waiting: Stroke[] = [];
  let unanswered = 0;
  let timer: NodeJS.Timeout | undefined;
  let answer: (column: number | undefined) => void = () => {};
  const end = (column: number | undefined) => {
    clearTimeout(timer);
    unanswered = 0;
    answer(column);
    for (const stroke of waiting.splice(0)) onStroke(stroke);
  };
  return {
    ask(then) {
      clearTimeout(timer);
      timer = setTimeout(() => end(undefined), PATIENCE_MS);
      answer = then;
      unanswered += 1;
      void stdout.stream.write('\x1b[6n');
    },
    takes(stroke) {
      if (unanswered === 0) return false;
      waiting.push(stroke);
      // readline takes the answer for several keys, cut where it pleases.
      const typed = waiting.map((each) => ('paste' in each ? '' : each.sequence)).join('');
      const report = REPORT.exec(typed);
      if (!report) return true;
      for (let left = report[0].length; left > 0; ) {
        const last = waiting.pop();
        left -= last && 'sequence' in last ? last.sequence.length : left;
      }
      unanswered -= 1;
      if (unanswered === 0) end(Number(report[1]));
      return true;
    },
    cancel() {
      clearTimeout(timer);
      unanswered = 0;
      waiting = [];
    },
  };
}
