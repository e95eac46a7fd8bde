import type { BatchService } from '../../backends/batches/batch-service.ts';
import type { Context } from '../../context.ts';
import { IncompleteError, UsageError } from '../../errors.ts';
import type { RecordFormatName } from '../../many/formats/index.ts';
import type { ItemRecord } from '../../many/item-record.ts';
import { createSummary } from '../../many/summary.ts';
import { readFlags } from '../prompt-options.ts';
import { type BatchItem, readBatchLog } from './batch-log.ts';
import { type RecordRules, recordOf } from './batch-records.ts';
import { type BatchStatus, failureOf, progressWords, statusOf, waitFor } from './batch-status.ts';
import { type FoundBatch, findBatch } from './find-batch.ts';
import { placeOf } from './item-lines.ts';
import { openDestination } from './results-destination.ts';
import { type SpooledResults, spoolResults } from './spool-results.ts';

export type ResultsOptions = {
  readonly format: RecordFormatName;
  readonly output: string | undefined;
  /** The ending of a file beside each input. */
  readonly sidecar: string | undefined;
  readonly outputDir: string | undefined;
  readonly wait: boolean;
};

export function readResultsOptions(flags: Readonly<Record<string, unknown>>): ResultsOptions {
  const { text, is } = readFlags(flags);
  const sidecar = text('sidecar');
  if (sidecar !== undefined && !/^\.(txt|json)$/.test(sidecar)) {
    throw new UsageError(`--sidecar takes .txt or .json, not "${sidecar}"`);
  }
  return {
    format: (text('format') ?? 'text') as RecordFormatName,
    output: text('output'),
    sidecar,
    outputDir: text('outputDir'),
    wait: is('wait'),
  };
}

/**
 * `gemini batch results JOB`: what came of each input, in the order of the inputs, whatever the order of the results.
 * @throws IncompleteError when the batch is not over; PartialError when some inputs failed or have no result;
 * RefusedError when nothing came of the batch
 */
export async function showResults(context: Context, word: string, options: ResultsOptions): Promise<void> {
  const service = await context.batches({ sending: true });
  const batch = await findBatch(context, service, word);
  const status = await overStatus(context, service, { batch, wait: options.wait });
  const withResults = status.jobs.filter(({ output }) => output !== undefined);
  const failure = failureOf(status);
  if (withResults.length === 0) {
    throw failure ?? new IncompleteError(`${batch.id} is over, but says nothing of its results`);
  }
  const results = await spoolResults(context, service, withResults);
  const summary = createSummary();
  try {
    const missing =
      failure ?? new IncompleteError('the batch has no result for it', { hint: 'ask it again' });
    const rules = { schema: batch.known?.facts.schema, missing };
    const destination = await openDestination(context, options);
    try {
      for await (const [item, record] of recordsOf(context, status, { results, rules })) {
        summary.add(record);
        await destination.write(item, record);
      }
      await destination.end();
    } catch (error) {
      await destination.abandon();
      throw error;
    }
  } finally {
    await results.close();
  }
  const partial = summary.failure('submit those again; --format jsonl has the error of each');
  if (partial) throw partial;
}

async function overStatus(
  context: Context,
  service: BatchService,
  { batch, wait }: { batch: FoundBatch; wait: boolean },
): Promise<BatchStatus> {
  const [waited] = wait ? await waitFor(context, service, [batch]) : [];
  const status = waited ?? (await statusOf(context, service, batch));
  if (status.over) return status;
  throw new IncompleteError(`the batch is not over yet: ${progressWords(status)}`, {
    hint: `wait for it with --wait, or see: gemini batch status ${batch.id}`,
  });
}

type Joining = { readonly results: SpooledResults; readonly rules: RecordRules };

/** A record for each input, in their order; what nobody here has asked for comes last. */
async function* recordsOf(
  context: Context,
  status: BatchStatus,
  { results, rules }: Joining,
): AsyncGenerator<[BatchItem, ItemRecord]> {
  const items = await itemsOf(context, status, results);
  for (const item of items) {
    yield [item, await recordOf(item, await results.take(item.key), rules)];
  }
  for (const key of [...results.keys()]) {
    const item = { key, sources: [key] };
    yield [item, await recordOf(item, await results.take(key), rules)];
  }
  const lost = status.batch.known ? 0 : (status.requests ?? 0) - results.count;
  if (lost > 0) {
    context.note(`warning: ${lost} of ${status.requests} requests have no result`);
  }
}

/** The inputs as they were submitted from here; or, on another machine, what their keys tell of them. */
async function itemsOf(
  context: Context,
  { batch }: BatchStatus,
  results: SpooledResults,
): Promise<readonly BatchItem[]> {
  const items: BatchItem[] = [];
  if (batch.known) await readBatchLog(context, batch.known.facts.id, (item) => items.push(item));
  if (items.length > 0) return items;
  const ours: { readonly item: BatchItem; readonly index: number }[] = [];
  for (const key of results.keys()) {
    const place = placeOf(key);
    if (place) ours.push({ item: { key, sources: [place.source] }, index: place.index });
  }
  return ours.sort((a, b) => a.index - b.index).map(({ item }) => item);
}
