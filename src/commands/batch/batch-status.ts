import type { BatchService } from '../../backends/batches/batch-service.ts';
import { delay } from '../../concurrency.ts';
import type { Context } from '../../context.ts';
import {
  type GeminiError,
  IncompleteError,
  QuotaError,
  RefusedError,
  UnavailableError,
} from '../../errors.ts';
import { createSpinner } from '../../terminal/spinner.ts';
import { type BatchJob, isOver } from '../../wire/batches.ts';
import type { FoundBatch } from './find-batch.ts';

/** How far a batch is: its jobs as one. */
export type BatchStatus = {
  readonly batch: FoundBatch;
  readonly jobs: readonly BatchJob[];
  readonly state: string;
  readonly over: boolean;
  /** Undefined where nobody has counted yet. */
  readonly requests: number | undefined;
  readonly succeeded: number;
  readonly failed: number;
};

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 60_000;
/** How long the service may be out of reach during a wait. */
const PATIENCE_MS = 30 * 60_000;

/** @param before jobs that are over already are not asked for again */
export async function statusOf(
  { signal }: Context,
  service: BatchService,
  batch: FoundBatch,
  before?: BatchStatus,
): Promise<BatchStatus> {
  const jobs: BatchJob[] = [];
  for (const [index, name] of batch.jobs.entries()) {
    const known = before?.jobs[index];
    jobs.push(known && isOver(known) ? known : await service.get(name, signal));
  }
  const sum = (name: keyof BatchJob['counts']) =>
    jobs.reduce((total, { counts }) => total + (counts[name] ?? 0), 0);
  const sent = batch.known?.parts.reduce((total, { requests = 0 }) => total + requests, 0);
  const requests = sent || sum('requests') || undefined;
  return {
    batch,
    jobs,
    state: stateOf(jobs),
    over: jobs.every(isOver),
    requests,
    succeeded: sum('succeeded'),
    failed: sum('failed'),
  };
}

/**
 * Asks again and again, ever more slowly, until all jobs are over.
 */
export async function waitFor(
  context: Context,
  service: BatchService,
  batches: readonly FoundBatch[],
): Promise<BatchStatus[]> {
  const spinner = context.quiet ? undefined : createSpinner(context.io.stderr, 'waiting for the service');
  spinner?.start();
  try {
    const statuses: (BatchStatus | undefined)[] = batches.map(() => undefined);
    let failingSince: number | undefined;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
      try {
        for (const [index, batch] of batches.entries()) {
          const before = statuses[index];
          const status = await statusOf(context, service, batch, before);
          if (before?.state !== status.state) onChange(context, status);
          statuses[index] = status;
        }
        failingSince = undefined;
      } catch (error) {
        // A wait of hours outlives a network that is away for some minutes.
        failingSince ??= context.now().getTime();
        if (!mayPass(error) || context.now().getTime() - failingSince > PATIENCE_MS) throw error;
        context.note(`${error.message}: still waiting`);
      }
      const known = statuses.flatMap((status) => status ?? []);
      if (failingSince === undefined && known.every(({ over }) => over)) return known;
      spinner?.setText(known.map(progressWords).join('; '));
      await delay(wait, context.signal);
    }
  } finally {
    spinner?.stop();
  }
}

/** A terminal has the spinner. */
function onChange({ io, note }: Context, status: BatchStatus): void {
  if (!io.stderr.isTTY && !status.over) note(progressWords(status));
}

function mayPass(error: unknown): error is GeminiError {
  return error instanceof UnavailableError || error instanceof QuotaError;
}

/** Such as `3f2a: RUNNING, 120 of 200 done, 3 failed`. */
export function progressWords(status: BatchStatus): string {
  const { batch, state, requests, succeeded, failed } = status;
  const words = [`${batch.id}: ${state}`];
  const done = succeeded + failed;
  if (requests !== undefined) words.push(`${done} of ${requests} done`);
  if (failed > 0) words.push(`${failed} failed`);
  return words.join(', ');
}

/** Why a batch that is over has no results, or not all; undefined where it has them. */
export function failureOf({ batch, jobs, state }: BatchStatus): GeminiError | undefined {
  const broken = jobs.find((job) => job.error !== undefined && !job.state.endsWith('SUCCEEDED'));
  const reason = broken?.error ? `: ${broken.error.message}` : '';
  if (state === 'CANCELLED') return new IncompleteError(`${batch.id} was cancelled`, { hint: AGAIN });
  if (state === 'EXPIRED') {
    return new RefusedError(`${batch.id} has expired: the service did not get to it in time`, {
      hint: AGAIN,
    });
  }
  if (state === 'FAILED') return new RefusedError(`${batch.id} failed${reason}`, { hint: AGAIN });
  return undefined;
}

const AGAIN = 'gemini batch submit --again submits it once more';

/** The jobs' states as one. */
function stateOf(jobs: readonly BatchJob[]): string {
  const states = new Set(jobs.map(({ state }) => state));
  const [only = 'UNKNOWN'] = states;
  if (states.size <= 1) return only;
  if (!jobs.every(isOver)) return 'RUNNING';
  return jobs.some(({ state }) => state.endsWith('SUCCEEDED')) ? 'PARTIALLY_SUCCEEDED' : 'FAILED';
}
