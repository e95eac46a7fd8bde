import type { Context } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import { oneLine } from '../../terminal/sanitize.ts';
import { styleFor } from '../../terminal/style.ts';
import { renderTable, type TableColumn } from '../../terminal/table.ts';
import { type BatchJob, isOver } from '../../wire/batches.ts';
import { readFlags } from '../prompt-options.ts';
import { forgetBatch } from './batch-log.ts';
import { type BatchStatus, failureOf, statusOf, waitFor } from './batch-status.ts';
import { findBatch, ownBatches } from './find-batch.ts';

export type ManageOptions = {
  readonly format: 'text' | 'json';
  readonly wait: boolean;
  /** Jobs of a list. */
  readonly limit: number;
};

export function readManageOptions(flags: Readonly<Record<string, unknown>>): ManageOptions {
  const { text, is } = readFlags(flags);
  const limit = text('limit') ?? '50';
  if (!/^[1-9]\d{0,5}$/.test(limit)) throw new UsageError(`--limit: "${limit}" is not a whole number from 1`);
  return { format: text('format') === 'json' ? 'json' : 'text', wait: is('wait'), limit: Number(limit) };
}

/** Batches from here that are shown when none is named. */
const SHOWN = 20;

/**
 * `gemini batch status [JOB...]`: a line for each batch; without a name, those that were submitted from here.
 * @throws with --wait, why the first one that failed did
 */
export async function showStatus(
  context: Context,
  words: readonly string[],
  { format, wait }: ManageOptions,
): Promise<void> {
  const service = await context.batches({ sending: true });
  const batches = [];
  for (const word of words) batches.push(await findBatch(context, service, word));
  if (words.length === 0) batches.push(...(await ownBatches(context, service)).slice(0, SHOWN));
  if (batches.length === 0) context.note('nothing was submitted from here; gemini batch list shows all jobs');
  const statuses: BatchStatus[] = wait ? await waitFor(context, service, batches) : [];
  if (!wait) for (const batch of batches) statuses.push(await statusOf(context, service, batch));
  if (format === 'json') {
    await context.io.stdout.write(`${JSON.stringify(statuses.map(statusObject), null, 2)}\n`);
  } else {
    await writeRows(context, STATUS_COLUMNS, statuses.map(statusRow));
    // With --wait the first of them is how it ends.
    for (const { jobs } of wait ? [] : statuses) noteErrors(context, jobs);
  }
  for (const status of wait ? statuses : []) {
    const failure = failureOf(status);
    if (failure) throw failure;
  }
}

const STATUS_COLUMNS: readonly TableColumn[] = [
  { title: 'batch' },
  { title: 'state' },
  { title: 'done', align: 'right' },
  { title: 'of', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'jobs', align: 'right' },
  { title: 'name', flexible: true },
];

function statusRow({ batch, jobs, state, requests, succeeded, failed }: BatchStatus): string[] {
  const name = batch.known?.facts.name ?? jobs[0]?.displayName ?? '';
  const counts = [succeeded + failed, requests ?? '', failed, jobs.length].map(String);
  return [batch.id, state, ...counts, oneLine(name)];
}

function statusObject({ batch, jobs, state, requests, succeeded, failed }: BatchStatus): object {
  return {
    id: batch.id,
    state,
    ...(batch.known && { name: batch.known.facts.name, model: batch.known.facts.model }),
    ...(requests !== undefined && { requests }),
    succeeded,
    failed,
    jobs: jobs.map(jobObject),
  };
}

/** A job without its answers. */
function jobObject({ output, ...job }: BatchJob): object {
  return output && !('inline' in output) ? { ...job, output } : job;
}

function noteErrors({ note }: Context, jobs: readonly BatchJob[]): void {
  for (const { name, state, error } of jobs) if (error) note(`${name}: ${state}: ${error.message}`);
}

/** `gemini batch list`: the jobs of the account, whoever submitted them, the newest first. */
export async function listJobs(context: Context, { format, limit }: ManageOptions): Promise<void> {
  const service = await context.batches({ sending: true });
  const jobs: BatchJob[] = [];
  for await (const job of service.list(context.signal)) {
    jobs.push(job);
    if (jobs.length === limit) break;
  }
  if (format === 'json') {
    return context.io.stdout.write(`${JSON.stringify(jobs.map(jobObject), null, 2)}\n`);
  }
  if (jobs.length === 0) context.note('no batch jobs');
  const rows = jobs.map(({ name, state, model = '', createTime, displayName }) => [
    name,
    state,
    oneLine(model),
    createTime?.slice(0, 16).replace('T', ' ') ?? '',
    oneLine(displayName ?? ''),
  ]);
  await writeRows(context, LIST_COLUMNS, rows);
}

const LIST_COLUMNS: readonly TableColumn[] = [
  { title: 'job' },
  { title: 'state' },
  { title: 'model' },
  { title: 'created (UTC)' },
  { title: 'name', flexible: true },
];

/** `gemini batch cancel JOB...`: what is over stays as it is. */
export async function cancelBatches(context: Context, words: readonly string[]): Promise<void> {
  const service = await context.batches({ sending: true });
  for (const word of words) {
    const { jobs } = await findBatch(context, service, word);
    for (const name of jobs) {
      const { state } = await service.get(name, context.signal);
      if (isOver({ state })) context.note(`${name} is over already: ${state}`);
      else {
        await service.cancel(name, context.signal);
        context.note(`cancelled ${name}`);
      }
    }
  }
}

/** `gemini batch delete JOB...`: at the service, and what is known of them here. */
export async function deleteBatches(context: Context, words: readonly string[]): Promise<void> {
  const service = await context.batches({ sending: true });
  for (const word of words) {
    const { id, jobs, known } = await findBatch(context, service, word);
    for (const name of jobs) {
      await service.delete(name, context.signal);
      context.note(`deleted ${name}`);
    }
    if (known) await forgetBatch(context, id);
  }
}

/** A table on a terminal, tabs in a pipe. */
async function writeRows(
  { io }: Context,
  columns: readonly TableColumn[],
  rows: readonly string[][],
): Promise<void> {
  if (rows.length === 0) return;
  const lines = io.stdout.isTTY
    ? renderTable(columns, rows, { width: io.stdout.columns(), style: await styleFor(io.stdout) })
    : rows.map((row) => row.join('\t'));
  for (const line of lines) await io.stdout.write(`${line}\n`);
}
