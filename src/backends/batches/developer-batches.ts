import { createHash } from 'node:crypto';
import { UnavailableError, UsageError } from '../../errors.ts';
import { developerModel } from '../../models/model-name.ts';
import { type BatchJob, parseBatchOperation } from '../../wire/batches.ts';
import { DEVELOPER_BASE_URL } from '../developer.ts';
import { joinUrl, parseBaseUrl } from '../endpoint.ts';
import type { BatchService, NewBatch } from './batch-service.ts';
import { askOfJob, callJson, download, listPages, type ServiceParts } from './service-call.ts';

export type DeveloperBatchParts = ServiceParts & {
  readonly baseUrl: { value: string; from: string } | undefined;
  readonly apiVersion: string | undefined;
};

/** Batches of the Gemini Developer API: https://ai.google.dev/gemini-api/docs/batch-api. */
export function createDeveloperBatches(parts: DeveloperBatchParts): BatchService {
  const base = parts.baseUrl
    ? parseBaseUrl(parts.baseUrl.value, parts.baseUrl.from)
    : new URL(DEVELOPER_BASE_URL);
  const url = (path: string) => joinUrl(base, `${parts.apiVersion ?? 'v1beta'}/${path}`);
  const preview = ({ displayName, model, input }: NewBatch) => ({
    method: 'POST' as const,
    url: url(`${developerModel(model)}:batchGenerateContent`).href,
    body: { batch: { displayName, inputConfig: { fileName: input } } },
  });
  const jobFrom = (answer: unknown): BatchJob => {
    const job = parseBatchOperation(answer);
    if (job) return job;
    throw new UnavailableError(`${base.host} sent something else than a batch`, {
      hint: 'check the address',
    });
  };
  return {
    name: 'developer',
    place: async (signal) => `${base.host} ${await accountOf(parts, signal)}`,
    // 2 GB a file; no number of requests is documented.
    limits: { requests: Number.POSITIVE_INFINITY, bytes: 2_000_000_000 },
    inlineMedia: true,
    fullName,
    preview,
    async create(batch, signal) {
      const { method, url: address, body } = preview(batch);
      return jobFrom(await callJson(parts, { method, url: new URL(address), body, signal }));
    },
    get: async (name, signal) =>
      jobFrom(await askOfJob(parts, { method: 'GET', url: url(fullName(name)), signal })),
    async *list(signal) {
      const first = url('batches');
      first.searchParams.set('pageSize', '100');
      for await (const entry of listPages(parts, { url: first, key: 'operations', signal })) {
        const job = parseBatchOperation(entry);
        if (job) yield job;
      }
    },
    async cancel(name, signal) {
      await askOfJob(parts, { method: 'POST', url: url(`${fullName(name)}:cancel`), body: {}, signal });
    },
    async delete(name, signal) {
      await askOfJob(parts, { method: 'DELETE', url: url(fullName(name)), signal });
    },
    async *results({ output }, signal) {
      if (!output) return;
      if ('inline' in output) {
        for (const each of output.inline) yield Buffer.from(`${JSON.stringify(each)}\n`);
      } else if ('file' in output) {
        const file = url(`${output.file}:download`);
        file.searchParams.set('alt', 'media');
        yield* download(parts, { url: file, signal });
      }
    },
  };
}

function fullName(name: string): string {
  const id = /^(?:batches\/)?([A-Za-z0-9_-]{1,128})$/.exec(name)?.[1];
  if (id !== undefined) return `batches/${id}`;
  throw new UsageError(`"${name}" is not the name of a batch of the Gemini Developer API`, {
    hint: 'it looks like batches/ID; gemini batch list shows them',
  });
}

/** A name for whose batches they are, that tells nothing of the key. */
async function accountOf({ credential }: ServiceParts, signal: AbortSignal): Promise<string> {
  const { 'x-goog-api-key': key } = await credential.headers({ fresh: false, signal });
  if (key === undefined) return credential.kind;
  return createHash('sha256').update(`account of ${key}`).digest('hex').slice(0, 16);
}
