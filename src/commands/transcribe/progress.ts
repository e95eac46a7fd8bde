import { monotonicMs } from '../../concurrency.ts';
import type { Context } from '../../context.ts';
import { createSpinner } from '../../terminal/spinner.ts';
import { clock } from '../../transcript/timecode.ts';

/** How much of all recordings is transcribed, on one line of a terminal. */
export type TranscriptionProgress = {
  /** A recording of so many seconds is to be transcribed. */
  expect(seconds: number): void;
  /** So many seconds are done; by an `earlier` run, which says nothing of the speed. */
  done(seconds: number, earlier: boolean): void;
  /** Something else is written to the terminal: leaves its line for a moment. */
  giveWay(): void;
  stop(): void;
};

export function createTranscriptionProgress(
  { io, quiet }: Pick<Context, 'io' | 'quiet'>,
  label: string,
): TranscriptionProgress {
  const spinner = createSpinner(io.stderr, `transcribing ${label}`);
  const started = monotonicMs();
  let total = 0;
  let earlierSeconds = 0;
  let doneSeconds = 0;
  const show = () => {
    const elapsed = (monotonicMs() - started) / 1000;
    spinner.setText(
      `transcribing ${label}: ${progressWords({ total, earlier: earlierSeconds, done: doneSeconds, elapsed })}`,
    );
  };
  if (!quiet) spinner.start();
  return {
    expect(seconds) {
      total += seconds;
      show();
    },
    done(seconds, earlier) {
      if (earlier) earlierSeconds += seconds;
      else doneSeconds += seconds;
      show();
    },
    giveWay() {
      spinner.stop();
      if (!quiet) spinner.start();
    },
    stop: () => spinner.stop(),
  };
}

/** `12:30 of 1:00:00, about 4 min left`; all in seconds. */
export function progressWords(facts: {
  readonly total: number;
  readonly earlier: number;
  readonly done: number;
  readonly elapsed: number;
}): string {
  const { total, earlier, done, elapsed } = facts;
  const heard = Math.min(earlier + done, total);
  const words = `${clock(heard)} of ${clock(total)}`;
  if (done <= 0 || elapsed <= 0 || heard >= total) return words;
  const left = (total - heard) / (done / elapsed);
  return `${words}, about ${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} left`;
}
