import type { BatchJob } from '../../wire/batches.ts';

/** What one job may hold, by the service's documents. */
export type BatchLimits = {
  readonly requests: number;
  /** Bytes of the file of requests. */
  readonly bytes: number;
};

/** A job to create. */
export type NewBatch = {
  readonly displayName: string;
  readonly model: string;
  /** Where the requests are: `files/ID`, gs://… or bq://… */
  readonly input: string;
  /** Where the results go: gs://… or bq://…; undefined where the service keeps them itself. */
  readonly output: string | undefined;
};

/** A request that would be sent, for --dry-run. */
export type BatchPreview = { readonly method: 'POST'; readonly url: string; readonly body: object };

/** A service's batch engine. A new one is a file here and a row in index.ts. */
export interface BatchService {
  readonly name: 'developer' | 'vertex';
  /** The account it works for, as far as it is no secret: the same jobs are seen in the same place. */
  place(signal: AbortSignal): Promise<string>;
  readonly limits: BatchLimits;
  /** Whether requests may hold media as base64, or only name them. */
  readonly inlineMedia: boolean;
  /** A job as it would be created; nothing is looked up. */
  preview(batch: NewBatch): BatchPreview;
  /**
   * Creates a job, once: nothing is tried again, since a lost answer may hide a job that was created.
   * @throws GeminiError: the service's refusal, or the network's failure
   */
  create(batch: NewBatch, signal: AbortSignal): Promise<BatchJob>;
  /** @param name a job's name, or what stands at its end. @throws RefusedError (404) for a job that is not there */
  get(name: string, signal: AbortSignal): Promise<BatchJob>;
  /** All jobs, the newest first, page by page. */
  list(signal: AbortSignal): AsyncIterable<BatchJob>;
  cancel(name: string, signal: AbortSignal): Promise<void>;
  delete(name: string, signal: AbortSignal): Promise<void>;
  /**
   * The lines of a job's results, as bytes in pieces of any size, ending with a line end. They come in any order.
   * @throws InputError for a table of BigQuery, which is read by other tools; GeminiError when they cannot be read
   */
  results(job: BatchJob, signal: AbortSignal): AsyncIterable<Buffer>;
  /** The whole name of a job. @throws UsageError for what can be none */
  fullName(name: string): string;
}
