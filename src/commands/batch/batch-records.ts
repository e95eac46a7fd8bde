import type { GeminiError } from '../../errors.ts';
import type { ItemRecord } from '../../many/item-record.ts';
import { itemError } from '../../many/outcome.ts';
import type { BatchError, BatchResult } from '../../wire/batches.ts';
import { endingError } from '../../wire/finish-reason.ts';
import type { GenerateContentResponse } from '../../wire/generate-content.ts';
import { answerText, finishReasonOf } from '../../wire/response.ts';
import { httpStatusOf } from '../../wire/rpc-code.ts';
import { statusError } from '../../wire/status.ts';
import { answerFault } from '../answer-faults.ts';
import type { BatchItem } from './batch-log.ts';

/** What is the same for all results of a batch. */
export type RecordRules = {
  /** What answers must fit; their record has them as data. */
  readonly schema: Record<string, unknown> | undefined;
  /** Why a request has no result. */
  readonly missing: GeminiError;
};

/** The record of an input: its answer, or why there is none. */
export async function recordOf(
  { key, sources, sha256, types, error }: BatchItem,
  result: BatchResult | undefined,
  { schema, missing }: RecordRules,
): Promise<ItemRecord> {
  const item = { key, sources, ...(sha256 && { sha256 }), ...(types && { types }) };
  if (error) return { ...item, error };
  if (result?.error) return { ...item, error: itemError(requestError(result.error)) };
  if (!result?.response) return { ...item, error: itemError(missing) };
  return { ...item, ...(await answerOf(result.response, schema)) };
}

async function answerOf(
  response: GenerateContentResponse,
  schema: RecordRules['schema'],
): Promise<Omit<ItemRecord, 'key' | 'sources'>> {
  const fault =
    endingError(response) ?? (schema && (await answerFault(response, { request: { contents: [] }, schema })));
  const text = answerText(response);
  const finishReason = finishReasonOf(response);
  const { usageMetadata: usage } = response;
  return {
    // What does not fit the schema may be no JSON at all.
    ...(schema && !fault && text !== ''
      ? { data: JSON.parse(text) }
      : (text !== '' || !fault) && { text: text.trim() }),
    ...(finishReason !== undefined && { finishReason }),
    ...(usage && { usage }),
    ...(fault && { error: itemError(fault) }),
  };
}

/** The service's refusal of one request, as if it had been sent alone. */
function requestError({ code, message }: BatchError): GeminiError {
  const httpStatus = httpStatusOf(code) ?? 400;
  const body = JSON.stringify({ error: { code: httpStatus, message } });
  return statusError({ httpStatus, headers: {}, body, now: new Date(), host: 'the batch' });
}
