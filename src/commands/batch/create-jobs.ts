import type { BatchService, NewBatch } from '../../backends/batches/batch-service.ts';
import { delay } from '../../concurrency.ts';
import type { Context } from '../../context.ts';
import { GeminiError } from '../../errors.ts';
import type { BatchJob } from '../../wire/batches.ts';
import type { BatchLog, BatchPart } from './batch-log.ts';

/** Longer ago than this a job's files are gone. */
const OLDEST_MS = 72 * 3600 * 1000;
/** Clocks differ. */
const SKEW_MS = 10 * 60 * 1000;
/** Before a job is looked for whose creation failed in an unknown way: lists lag behind. */
const LAG_MS = 1000;

export type JobCreation = {
  readonly service: BatchService;
  readonly log: BatchLog;
  readonly parts: readonly BatchPart[];
  readonly model: string;
  /** Where a part's results go; undefined where the service keeps them. */
  output(part: number): string | undefined;
  /** Puts a part's requests where the service reads them. @returns their address */
  input(part: number): Promise<string>;
};

/**
 * Creates the jobs that are not there yet, each once: what is tried is written down before, and what may have been
 * created without our learning of it is looked for by its name first.
 * @returns the names of all jobs, in their order
 */
export async function createJobs(context: Context, creation: JobCreation): Promise<string[]> {
  const { log, parts } = creation;
  const jobs: string[] = [];
  for (const [index, part] of parts.entries()) {
    const job = part.job ?? (await oneJob(context, creation, index));
    if (part.job === undefined) await log.created(index, job);
    jobs.push(job);
  }
  return jobs;
}

async function oneJob(context: Context, creation: JobCreation, index: number): Promise<string> {
  const { service, log, parts, model } = creation;
  const { displayName = '', tried } = parts[index] ?? {};
  const there = await findJob(context, service, { displayName, tried });
  if (there) {
    context.note(`${there.name} is there already: ${displayName}`);
    return there.name;
  }
  const input = await creation.input(index);
  await log.trying(index, context.now());
  return createOnce(context, service, { displayName, model, input, output: creation.output(index) });
}

/** Tries again what may be tried again, but never while an earlier try may have worked. */
async function createOnce(context: Context, service: BatchService, batch: NewBatch): Promise<string> {
  const { config, signal } = context;
  const retries = config.number('retries');
  const tried = context.now().toISOString();
  for (let attempt = 1; ; attempt++) {
    try {
      return (await service.create(batch, signal)).name;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GeminiError) || !error.retryable) throw error;
      const wait = Math.max(error.retryAfterMs ?? 0, LAG_MS * 2 ** (attempt - 1));
      if (attempt > retries || wait > 60_000) throw error;
      context.note(`waiting ${Math.round(wait / 1000)} s (${error.status ?? error.message})`);
      await delay(wait, signal);
      const there = await findJob(context, service, { displayName: batch.displayName, tried });
      if (there) return there.name;
    }
  }
}

/** A job of that name which is alive or well; if it was tried to create one, whatever became of it. */
async function findJob(
  { signal, now }: Context,
  service: BatchService,
  { displayName, tried }: { displayName: string; tried: string | undefined },
): Promise<BatchJob | undefined> {
  const since = tried === undefined ? now().getTime() - OLDEST_MS : Date.parse(tried) - SKEW_MS;
  for await (const job of service.list(signal)) {
    if (job.createTime !== undefined && Date.parse(job.createTime) < since) return undefined;
    if (job.displayName !== displayName) continue;
    if (tried !== undefined || !/FAILED|CANCEL|EXPIRED/.test(job.state)) return job;
  }
  return undefined;
}
