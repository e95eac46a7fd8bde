import type { Call } from '../call.ts';
import { badRequest, GoogleError } from '../google-error.ts';
import { type Store, storedFile } from '../store/store.ts';
import { storeBytes } from '../store/stored-bytes.ts';
import { type BatchRequest, type BatchResult, type BatchWork, storedLines } from './batch.ts';

/** ai.google.dev/gemini-api/docs/batch-api: inline requests of less than 20 MB together. */
const INLINE_BYTES = 20_000_000;

/** A body of batchGenerateContent, as far as it is looked at. */
export type BatchBody = {
  batch?: {
    displayName?: unknown;
    display_name?: unknown;
    inputConfig?: InputConfig;
    input_config?: InputConfig;
  };
};

type InputConfig = {
  fileName?: unknown;
  file_name?: unknown;
  requests?: { requests?: unknown };
};

/**
 * What a batch of the Developer API works on: the lines of an uploaded file, or the requests in the call itself.
 * @param id of the batch, after which its file of results is called
 * @throws GoogleError 400, or 404 for a file that is not there
 */
export async function developerWork(
  call: Call,
  input: InputConfig,
): Promise<{ work: (id: string) => BatchWork; total: number | undefined }> {
  const file = input.fileName ?? input.file_name;
  const inline = input.requests?.requests;
  if ((file === undefined) === (inline === undefined)) {
    throw refusal('batch.input_config', 'exactly one of file_name and requests is to be set');
  }
  if (inline !== undefined) {
    if (!Array.isArray(inline) || inline.length === 0) {
      throw refusal('batch.input_config.requests', 'there are no requests');
    }
    if ((await call.body()).length > INLINE_BYTES) {
      throw new GoogleError(400, `Inline requests are limited to ${INLINE_BYTES} bytes: use a file.`);
    }
    return { work: () => inlineWork(inline), total: inline.length };
  }
  const id = /^files\/([^/]+)$/.exec(String(file))?.[1];
  if (id === undefined || !storedFile(call.store, id)) throw new GoogleError(404, `File ${file} not found.`);
  return { work: (batchId) => fileWork(call.store, id, batchId), total: undefined };
}

/** One answer for each request, in their order. */
function inlineWork(requests: readonly unknown[]): BatchWork {
  const results: object[] = [];
  return {
    inOrder: true,
    async *requests() {
      for (const each of requests) {
        const { request, ...extra } = (each ?? {}) as Record<string, unknown>;
        yield { request, extra };
      }
    },
    async keep(answered) {
      for (const result of answered) {
        const { metadata } = result.extra;
        results.push({ ...outcome(result), ...(metadata !== undefined && { metadata }) });
      }
    },
    publish: async () => ({ inlinedResponses: { inlinedResponses: results } }),
    discard: async () => {},
  };
}

/** A line for each request; the results are a file like it. */
function fileWork(store: Store, inputId: string, batchId: string): BatchWork {
  const output = storeBytes();
  return {
    inOrder: false,
    async *requests() {
      const file = storedFile(store, inputId);
      if (!file) throw new GoogleError(404, `File files/${inputId} not found.`);
      let any = false;
      for await (const { number, line } of storedLines(file.bytes)) {
        any = true;
        yield requestOf(line, number);
      }
      if (!any) throw new GoogleError(400, 'The input file has no requests.');
    },
    async keep(answered) {
      const lines = answered.map((result) => `${JSON.stringify({ ...result.extra, ...outcome(result) })}\n`);
      if (lines.length > 0) await (await output).append(Buffer.from(lines.join('')));
    },
    async publish() {
      const id = `batch-${batchId}`;
      store.files.set(id, {
        id,
        displayName: undefined,
        mimeType: 'application/jsonl',
        created: new Date(),
        bytes: await output,
        generated: true,
      });
      return { responsesFile: `files/${id}` };
    },
    discard: async () => (await output).close(),
  };
}

/** @throws GoogleError 400 for a line that is no JSON object, which fails the whole batch */
export function requestOf(line: Buffer, number: number): BatchRequest {
  let value: unknown;
  try {
    value = JSON.parse(line.toString());
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GoogleError(400, `Line ${number} of the input is not a JSON object.`);
  }
  const { request, ...extra } = value as Record<string, unknown>;
  return { request, extra };
}

function outcome(result: BatchResult): object {
  return 'response' in result ? { response: result.response } : { error: result.error };
}

function refusal(field: string, description: string): GoogleError {
  return badRequest(`* BatchGenerateContentRequest.${field}: ${description}\n`, [{ field, description }]);
}
