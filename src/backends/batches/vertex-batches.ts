import { InputError, UnavailableError, UsageError } from '../../errors.ts';
import { vertexModel } from '../../models/model-name.ts';
import { type BatchJob, parsePredictionJob } from '../../wire/batches.ts';
import { joinUrl, parseBaseUrl } from '../endpoint.ts';
import { findProject, vertexHost } from '../vertex.ts';
import type { BatchService, NewBatch } from './batch-service.ts';
import { askOfJob, callJson, listPages, type ServiceParts } from './service-call.ts';
import { folderContent, type StorageParts } from './storage-folder.ts';

export type VertexBatchParts = ServiceParts & {
  readonly baseUrl: { value: string; from: string } | undefined;
  readonly apiVersion: string | undefined;
  /** Undefined: the credential's own project. */
  readonly project: string | undefined;
  readonly location: string;
  /** Where results are read, made when there are some. */
  storage(): Promise<StorageParts>;
};

const NAME = /^projects\/([a-z0-9.:-]+)\/locations\/([a-z0-9-]+)\/batchPredictionJobs\/(\d+)$/i;

/**
 * Batch prediction jobs of Vertex AI for Gemini:
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/batch-prediction-from-cloud-storage.
 */
export function createVertexBatches(parts: VertexBatchParts): BatchService {
  const { location } = parts;
  const version = parts.apiVersion ?? 'v1';
  const baseOf = (place: string) =>
    parts.baseUrl
      ? parseBaseUrl(parts.baseUrl.value, parts.baseUrl.from)
      : new URL(`https://${vertexHost(place)}`);
  const jobsUrl = (project: string) =>
    joinUrl(baseOf(location), `${version}/projects/${project}/locations/${location}/batchPredictionJobs`);
  /** A job is where its name says, which may be another location than today's. */
  const jobUrl = async (name: string, method = '') => {
    const full = fullName(name);
    const [, , place] = NAME.exec(full) ?? [];
    if (place !== undefined) return joinUrl(baseOf(place), `${version}/${full}${method}`);
    return new URL(`${(await jobsUrlOf()).href}/${full}${method}`);
  };
  const jobsUrlOf = async () => jobsUrl(await findProject(parts));
  const bodyOf = (batch: NewBatch) => ({
    displayName: batch.displayName,
    model: vertexModel(batch.model),
    inputConfig: batch.input.startsWith('bq://')
      ? { instancesFormat: 'bigquery', bigquerySource: { inputUri: batch.input } }
      : { instancesFormat: 'jsonl', gcsSource: { uris: [batch.input] } },
    outputConfig: batch.output?.startsWith('bq://')
      ? { predictionsFormat: 'bigquery', bigqueryDestination: { outputUri: batch.output } }
      : { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: batch.output ?? '' } },
  });
  const jobFrom = (answer: unknown): BatchJob => {
    const job = parsePredictionJob(answer);
    if (job) return job;
    throw new UnavailableError(`${baseOf(location).host} sent something else than a batch prediction job`, {
      hint: 'check the address',
    });
  };
  return {
    name: 'vertex',
    place: async () => (await jobsUrlOf()).href,
    // 200,000 requests and 1 GB a job.
    limits: { requests: 200_000, bytes: 1_000_000_000 },
    inlineMedia: false,
    fullName,
    preview: (batch) => ({
      method: 'POST',
      url: jobsUrl(parts.project ?? 'PROJECT_ID').href,
      body: bodyOf(batch),
    }),
    async create(batch, signal) {
      const body = bodyOf(batch);
      return jobFrom(await callJson(parts, { method: 'POST', url: await jobsUrlOf(), body, signal }));
    },
    get: async (name, signal) =>
      jobFrom(await askOfJob(parts, { method: 'GET', url: await jobUrl(name), signal })),
    async *list(signal) {
      const first = await jobsUrlOf();
      first.searchParams.set('pageSize', '100');
      for await (const entry of listPages(parts, { url: first, key: 'batchPredictionJobs', signal })) {
        const job = parsePredictionJob(entry);
        if (job) yield job;
      }
    },
    async cancel(name, signal) {
      await askOfJob(parts, { method: 'POST', url: await jobUrl(name, ':cancel'), body: {}, signal });
    },
    async delete(name, signal) {
      await askOfJob(parts, { method: 'DELETE', url: await jobUrl(name), signal });
    },
    async *results({ name, output }, signal) {
      if (!output) return;
      if ('table' in output) {
        throw new InputError(`the results of ${name} are in BigQuery: ${output.table}`, {
          hint: `bq query 'SELECT request, response, status FROM \`${output.table.replace(/^bq:\/\//, '')}\`'`,
        });
      }
      if ('folder' in output) yield* folderContent(await parts.storage(), output.folder, signal);
    },
  };
}

/** A whole name, or the number at its end. */
function fullName(name: string): string {
  if (NAME.test(name) || /^\d{1,20}$/.test(name)) return name;
  throw new UsageError(`"${name}" is not the name of a batch prediction job`, {
    hint: 'it is a number, or projects/P/locations/L/batchPredictionJobs/NUMBER; gemini batch list shows them',
  });
}
