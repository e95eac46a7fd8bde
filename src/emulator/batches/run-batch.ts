import { setTimeout } from 'node:timers/promises';
import { checkGenerateContent } from '../check-request.ts';
import { foldChunks } from '../fold-chunks.ts';
import { GoogleError } from '../google-error.ts';
import { respond } from '../responder/respond.ts';
import type { Store } from '../store/store.ts';
import type { Batch, BatchRequest, BatchResult, BatchStatus, BatchWork } from './batch.ts';

/** Requests that are answered together; a file's results come back to front within them. */
const TOGETHER = 64;

/** google.rpc.Code INVALID_ARGUMENT, CANCELLED, INTERNAL. */
const INVALID = 3;
const CANCELLED = 1;
const INTERNAL = 13;

/**
 * Runs a batch: it waits, answers every request through the emulator's own responder, out of order for files, and
 * publishes what came of them. A request that is refused is an error among the results.
 * @param store holds the media that requests name, and how long a batch waits
 */
export async function runBatch(batch: Batch, work: BatchWork, store: Store): Promise<void> {
  const { signal } = batch.abort;
  try {
    await setTimeout(store.batchDelayMs, undefined, { signal });
    batch.state = 'RUNNING';
    batch.started = batch.updated = new Date();
    let together: BatchRequest[] = [];
    for await (const request of work.requests()) {
      together.push(request);
      if (together.length < TOGETHER) continue;
      await answerAll(batch, work, { store, requests: together });
      together = [];
    }
    await answerAll(batch, work, { store, requests: together });
    batch.output = await work.publish();
    signal.throwIfAborted();
    const all = batch.succeeded + batch.failed;
    batch.total = all;
    finish(batch, batch.failed === 0 || batch.service === 'developer' ? 'SUCCEEDED' : endOnVertex(batch));
  } catch (error) {
    await work.discard();
    if (batch.state === 'CANCELLED') return;
    batch.error = statusOf(error);
    finish(batch, signal.aborted ? 'CANCELLED' : 'FAILED');
  }
}

/** Ends a batch before its time. */
export function cancelBatch(batch: Batch): void {
  batch.error = { code: CANCELLED, message: 'The batch was cancelled.' };
  finish(batch, 'CANCELLED');
  batch.abort.abort();
}

type Portion = { readonly store: Store; readonly requests: readonly BatchRequest[] };

async function answerAll(batch: Batch, work: BatchWork, { store, requests }: Portion): Promise<void> {
  batch.abort.signal.throwIfAborted();
  const results = await Promise.all(requests.map((request) => answer(batch, request, store)));
  await work.keep(work.inOrder ? results : results.reverse());
  batch.abort.signal.throwIfAborted();
  for (const result of results) {
    if ('response' in result) batch.succeeded += 1;
    else batch.failed += 1;
  }
  batch.updated = new Date();
}

async function answer({ model, service }: Batch, asked: BatchRequest, store: Store): Promise<BatchResult> {
  try {
    const request = checkGenerateContent(asked.request ?? {}, service);
    if (request.cachedContent) throw new GoogleError(403, 'CachedContent not found (or permission denied)');
    return { ...asked, response: await foldChunks(await respond(request, { model, service, store })) };
  } catch (error) {
    return { ...asked, error: statusOf(error) };
  }
}

function endOnVertex(batch: Batch): Batch['state'] {
  if (batch.succeeded > 0) return 'PARTIALLY_SUCCEEDED';
  batch.error = { code: INVALID, message: 'All requests of the batch failed.' };
  return 'FAILED';
}

function finish(batch: Batch, state: Batch['state']): void {
  batch.state = state;
  batch.ended = batch.updated = new Date();
}

function statusOf(error: unknown): BatchStatus {
  if (!(error instanceof GoogleError)) return { code: INTERNAL, message: `The emulator failed: ${error}` };
  return { code: CODES[error.code] ?? INVALID, message: error.message };
}

/** google.rpc.Code by HTTP status, as far as the emulator refuses with them. */
const CODES: Readonly<Record<number, number>> = { 400: INVALID, 403: 7, 404: 5, 500: INTERNAL };
