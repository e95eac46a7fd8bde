import { isRecord } from './error-body.ts';
import type { GenerateContentResponse } from './generate-content.ts';
import { isNestedTooDeep } from './json-depth.ts';

/** A batch job of either service, in the words that they share. */
export type BatchJob = {
  /** `batches/ID`, or `projects/P/locations/L/batchPredictionJobs/ID`. */
  readonly name: string;
  readonly displayName: string | undefined;
  /** As it was asked for, without the path before it. */
  readonly model: string | undefined;
  /** Without its prefix: PENDING, RUNNING, SUCCEEDED, PARTIALLY_SUCCEEDED, FAILED, CANCELLED, EXPIRED and others. */
  readonly state: string;
  readonly createTime: string | undefined;
  readonly endTime: string | undefined;
  /** Requests, as far as the service has counted them. */
  readonly counts: BatchCounts;
  readonly error: BatchError | undefined;
  /** Where the results are, once there are some. */
  readonly output: BatchOutput | undefined;
};

export type BatchCounts = {
  readonly requests?: number;
  readonly succeeded?: number;
  readonly failed?: number;
};

/** google.rpc.Status, as far as it is there; the code is one of gRPC or of HTTP. */
export type BatchError = { readonly code: number | undefined; readonly message: string };

export type BatchOutput =
  /** A file of the Files API. */
  | { readonly file: string }
  /** In the job itself, in the order of the requests. */
  | { readonly inline: readonly unknown[] }
  /** A folder of Cloud Storage: gs://… */
  | { readonly folder: string }
  /** A table of BigQuery: bq://… */
  | { readonly table: string };

const OVER = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED', 'PAUSED'];

/** True once nothing more will happen to the job by itself. */
export function isOver({ state }: Pick<BatchJob, 'state'>): boolean {
  return OVER.includes(state);
}

/** Reads a batch of the Developer API, which comes as a long-running operation; undefined for anything else. */
export function parseBatchOperation(value: unknown): BatchJob | undefined {
  if (!isRecord(value) || !text(value.name)?.startsWith('batches/')) return undefined;
  const metadata = record(value.metadata);
  const stats = record(metadata.batchStats);
  const output = { ...record(value.response), ...record(metadata.output) };
  const inline = record(output.inlinedResponses).inlinedResponses;
  const file = text(output.responsesFile);
  return {
    name: String(value.name),
    displayName: text(metadata.displayName),
    model: modelOf(metadata.model),
    state: stateOf(metadata.state),
    createTime: text(metadata.createTime),
    endTime: text(metadata.endTime),
    counts: counts({
      requests: stats.requestCount,
      succeeded: stats.successfulRequestCount,
      failed: stats.failedRequestCount,
    }),
    error: errorOf(value.error),
    output: file === undefined ? (Array.isArray(inline) ? { inline } : undefined) : { file },
  };
}

/** Reads a batch prediction job of Vertex AI; undefined for anything else. */
export function parsePredictionJob(value: unknown): BatchJob | undefined {
  if (!isRecord(value) || !text(value.name)?.includes('/batchPredictionJobs/')) return undefined;
  const stats = record(value.completionStats);
  const info = record(value.outputInfo);
  const folder = text(info.gcsOutputDirectory);
  const dataset = text(info.bigqueryOutputDataset);
  const table = text(info.bigqueryOutputTable);
  return {
    name: String(value.name),
    displayName: text(value.displayName),
    model: modelOf(value.model),
    state: stateOf(value.state),
    createTime: text(value.createTime),
    endTime: text(value.endTime),
    counts: counts({ succeeded: stats.successfulCount, failed: stats.failedCount }),
    error: errorOf(value.error),
    output:
      folder === undefined
        ? table === undefined
          ? undefined
          : { table: table.startsWith('bq://') ? table : `${dataset ?? 'bq:/'}.${table}` }
        : { folder },
  };
}

/** One line of results: what came of one request. */
export type BatchResult = {
  /** Undefined where the line has none: such a line is known by its place alone. */
  readonly key: string | undefined;
  readonly response: GenerateContentResponse | undefined;
  readonly error: BatchError | undefined;
};

/**
 * Reads a line of results of either service: `{key, response | error}`, or `{status, request, response}` with whatever
 * stood beside the request, the key among it. Undefined for what is no JSON object.
 */
export function parseBatchResult(line: string): BatchResult | undefined {
  if (isNestedTooDeep(line)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const key = text(value.key) ?? text(record(value.metadata).key);
  const status = text(value.status);
  const error = errorOf(value.error) ?? (status ? statusError(status) : undefined);
  return { key, response: isRecord(value.response) ? value.response : undefined, error };
}

/** `Bad Request: {"error": {…}}`, or any other words. */
function statusError(status: string): BatchError {
  const start = status.indexOf('{');
  if (start !== -1) {
    try {
      const inner: unknown = JSON.parse(status.slice(start));
      const error = errorOf(record(inner).error ?? inner);
      if (error) return error;
    } catch {
      // The words themselves, then.
    }
  }
  return { code: undefined, message: status };
}

function errorOf(value: unknown): BatchError | undefined {
  if (!isRecord(value) || Object.keys(value).length === 0) return undefined;
  const code = Number(value.code);
  return {
    code: Number.isInteger(code) && code > 0 ? code : undefined,
    message: text(value.message) ?? 'the service gives no reason',
  };
}

function stateOf(value: unknown): string {
  return (text(value) ?? 'UNKNOWN').replace(/^(BATCH|JOB)_STATE_/, '');
}

function modelOf(value: unknown): string | undefined {
  return text(value)?.replace(/^(publishers\/google\/)?models\//, '');
}

/** Numbers come as text, as proto3 JSON has them; none are left out. */
function counts(raw: Readonly<Record<keyof BatchCounts, unknown> | Record<string, unknown>>): BatchCounts {
  const known = Object.entries(raw).flatMap(([name, value]) => {
    const count = Number(value ?? Number.NaN);
    return Number.isFinite(count) && count >= 0 ? [[name, count] as const] : [];
  });
  return Object.fromEntries(known);
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
