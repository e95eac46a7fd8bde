import { monotonicMs } from '../concurrency.ts';
import type { OutputStream } from './io.ts';
import { createSpinner } from './spinner.ts';

/** How far a transfer is, on one line of a terminal; nothing anywhere else. */
export type Progress = {
  update(sent: number, total: number): void;
  stop(): void;
};

/** @param label what is under way, such as "uploading talk.mp4" */
export function createProgress(stderr: OutputStream, label: string): Progress {
  const spinner = createSpinner(stderr, label);
  let first: { readonly sent: number; readonly atMs: number } | undefined;
  return {
    update(sent, total) {
      const atMs = monotonicMs();
      if (!first) {
        first = { sent, atMs };
        spinner.start();
      }
      const seconds = (atMs - first.atMs) / 1000;
      spinner.setText(`${label}: ${progressText({ sent, total, moved: sent - first.sent, seconds })}`);
    },
    stop: () => spinner.stop(),
  };
}

/** A rate of less than this is a guess. */
const LEAST_SECONDS = 0.5;

/**
 * Such as `37 %, 0.45 of 1.20 GB, 12.0 MB/s, 63 s left`.
 * @param moved bytes in the last `seconds`: what an earlier run has sent says nothing of the speed
 */
export function progressText(facts: {
  readonly sent: number;
  readonly total: number;
  readonly moved: number;
  readonly seconds: number;
}): string {
  const { sent, total, moved, seconds } = facts;
  // 100 % are for what is complete.
  const percent = total === 0 ? 100 : Math.floor((sent / total) * 100);
  const [size, unit] = inUnit(total);
  const words = [`${percent} %`, `${((sent / total || 0) * size).toFixed(2)} of ${size.toFixed(2)} ${unit}`];
  if (sent >= total) words.push('waiting for the service');
  else if (seconds >= LEAST_SECONDS && moved > 0) {
    const rate = moved / seconds;
    const [speed, speedUnit] = inUnit(rate);
    words.push(`${speed.toFixed(1)} ${speedUnit}/s`, `${duration((total - sent) / rate)} left`);
  }
  return words.join(', ');
}

function inUnit(bytes: number): [number, string] {
  for (const [unit, size] of UNITS) if (bytes >= size) return [bytes / size, unit];
  return [bytes / 1000, 'kB'];
}

const UNITS = [
  ['GB', 1e9],
  ['MB', 1e6],
] as const;

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
