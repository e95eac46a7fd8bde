import { createHash } from 'node:crypto';
import type { BatchService } from '../../backends/batches/batch-service.ts';
import type { Context } from '../../context.ts';
import { type BatchLog, type BatchPart, type KnownBatch, readBatchLog } from './batch-log.ts';
import type { SubmitOptions } from './submit-options.ts';
import type { WrittenRequests } from './write-requests.ts';

/** What is to be submitted, and to whom. */
export type Submission = {
  readonly context: Context;
  readonly service: BatchService;
  readonly options: SubmitOptions;
  readonly model: string;
  /** Undefined where the service reads them by itself. */
  readonly requests: WrittenRequests | undefined;
  readonly schema: Record<string, unknown> | undefined;
};

/** The same requests to the same model in the same account are the same batch, unless it is asked for again. */
export async function idOf(submission: Submission, place: string): Promise<string> {
  const { context, service, options, model, requests } = submission;
  const { name, inputUri, outputUri } = options;
  const said = [service.name, place, model, name, inputUri, outputUri, requests?.fingerprint];
  const id = createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 10);
  if (!options.again) return id;
  for (let turn = 2; ; turn++) {
    const known = await readBatchLog(context, `${id}-${turn}`);
    if (!known?.parts.every(({ job }) => job !== undefined)) return `${id}-${turn}`;
  }
}

/** Writes it down before anything of it is created. */
export async function begin(
  { context, service, options, model, requests, schema }: Submission,
  { id, place, log }: { id: string; place: string; log: BatchLog },
): Promise<KnownBatch> {
  const facts = {
    id,
    backend: service.name,
    place,
    model,
    name: options.name,
    created: context.now().toISOString(),
    count: requests?.items.length,
    ...(schema && { schema }),
  };
  const parts = partsOf(options.name, id, requests);
  await log.begin(facts, parts, requests?.items ?? []);
  return { facts, parts };
}

/** A job's name among people tells of which batch it is, so that it is found without anything that is kept here. */
export function partsOf(name: string, id: string, requests: WrittenRequests | undefined): BatchPart[] {
  const files = requests?.files ?? [{ requests: undefined }];
  return files.map((file, index) => ({
    displayName: `${name} ${id}${files.length > 1 ? ` ${index + 1}of${files.length}` : ''}`,
    requests: file.requests,
  }));
}
