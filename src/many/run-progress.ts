import { monotonicMs } from '../concurrency.ts';
import type { OutputStream } from '../terminal/io.ts';
import { createSpinner } from '../terminal/spinner.ts';
import type { ItemRecord } from './item-record.ts';
import { progressLine } from './progress-line.ts';
import type { Summary } from './summary.ts';

/** Shows how far a run is: on one line of a terminal; elsewhere a line now and then, if it is asked for. */
export type RunProgress = {
  /** Counts what was asked in this run. */
  add(record: ItemRecord): void;
  /** Leaves the line free for what is written to the same terminal. */
  clear(): void;
  /** The whole as one line. */
  line(): string;
  stop(): void;
};

export type RunProgressOptions = {
  readonly total: number;
  readonly summary: Summary;
  readonly stderr: OutputStream;
  readonly quiet: boolean;
  /** Lines in a pipe too. */
  readonly verbose: boolean;
  note(line: string): void;
  /** US dollars for a prompt and its answer. */
  costOf?(usage: NonNullable<ItemRecord['usage']>): number;
  /** What answers cost is not known. */
  readonly costOfInputAlone?: boolean;
};

const REDRAWN_MS = 200;
const LINE_MS = 10_000;

export function createRunProgress(options: RunProgressOptions): RunProgress {
  const { total, summary, stderr, quiet, verbose, note, costOf } = options;
  const began = monotonicMs();
  const counts = { asked: 0, tokens: 0, cost: 0 };
  const line = () =>
    progressLine({
      total,
      done: summary.done,
      failed: summary.failed,
      leftOut: summary.leftOut,
      asked: counts.asked,
      seconds: (monotonicMs() - began) / 1000,
      tokens: counts.tokens,
      cost: costOf && counts.cost,
      costOfInputAlone: options.costOfInputAlone === true,
    });
  const shown = stderr.isTTY && !quiet;
  // Numbers as people read them take 80 ms the first time.
  const spinner = createSpinner(stderr, shown ? line() : '');
  if (shown) spinner.start();
  const tell = shown ? () => spinner.setText(line()) : () => note(line());
  const timer = shown || verbose ? setInterval(tell, shown ? REDRAWN_MS : LINE_MS).unref() : undefined;
  return {
    add({ usage }) {
      counts.asked += 1;
      if (!usage) return;
      counts.tokens += usage.totalTokenCount ?? 0;
      counts.cost += costOf?.(usage) ?? 0;
    },
    clear() {
      if (!shown) return;
      spinner.stop();
      spinner.start();
    },
    line,
    stop() {
      clearInterval(timer);
      spinner.stop();
    },
  };
}
