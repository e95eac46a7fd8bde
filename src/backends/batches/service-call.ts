import type { Credential } from '../../auth/credential.ts';
import { GeminiError, RefusedError, UnavailableError } from '../../errors.ts';
import type { HttpClient, HttpResponse } from '../../http/client.ts';
import { createJsonBody } from '../../http/json-body.ts';
import { type RetryOptions, withRetry } from '../../http/retry.ts';
import { isRecord } from '../../wire/error-body.ts';
import { isNestedTooDeep } from '../../wire/json-depth.ts';
import { statusError } from '../../wire/status.ts';

/** With what a service's resources are asked for. */
export type ServiceParts = {
  readonly http: HttpClient;
  readonly credential: Credential;
  /** Headers for every request, such as the User-Agent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly retry: Omit<RetryOptions, 'signal'>;
  readonly now: () => Date;
};

export type ServiceCall = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly body?: object;
  readonly signal: AbortSignal;
};

/** A page of jobs with their inline results, or one such job, may have this many bytes. */
const ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Sends once; a 401 is answered once with a fresh token.
 * @throws GeminiError: the refusal, when the answer is no success
 */
export async function callService(parts: ServiceParts, call: ServiceCall): Promise<HttpResponse> {
  const { http, credential, now } = parts;
  const { url, body, signal } = call;
  const send = async (fresh: boolean) =>
    http.send({
      method: call.method,
      url,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...parts.headers,
        ...(await credential.headers({ fresh, signal })),
      },
      ...(body && { body: createJsonBody(body) }),
      signal,
    });
  let response = await send(false);
  if (response.status === 401 && credential.renewable) {
    response.discard();
    response = await send(true);
  }
  if (response.status < 300) return response;
  throw statusError({
    httpStatus: response.status,
    headers: response.headers,
    body: await response.text(),
    now: now(),
    host: url.host,
  });
}

/** Sends once and reads a JSON object; an empty answer is an empty one. */
export async function callJson(parts: ServiceParts, call: ServiceCall): Promise<Record<string, unknown>> {
  const response = await callService(parts, call);
  const text = await response.text(ANSWER_BYTES);
  if (text.trim() === '') return {};
  try {
    const value: unknown = isNestedTooDeep(text) ? undefined : JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Said below: the content itself may be anything.
  }
  throw new UnavailableError(`${call.url.host} sent ${text.length} characters of what is no JSON object`, {
    hint: 'check the address',
    retryable: true,
  });
}

/** As callJson, tried again where that may help: for what may be asked twice. */
export function askJson(parts: ServiceParts, call: ServiceCall): Promise<Record<string, unknown>> {
  return withRetry(() => callJson(parts, call), { ...parts.retry, signal: call.signal });
}

/** As askJson, about one job, which may not be there. */
export async function askOfJob(parts: ServiceParts, call: ServiceCall): Promise<Record<string, unknown>> {
  try {
    return await askJson(parts, call);
  } catch (error) {
    if (!(error instanceof GeminiError) || error.status !== 404) throw error;
    throw new RefusedError(error.message, {
      cause: error,
      status: 404,
      ...(error.code !== undefined && { code: error.code }),
      hint: 'gemini batch list shows the jobs; is it the same account, project and location?',
    });
  }
}

/** The entries of a list, page by page. */
export async function* listPages(
  parts: ServiceParts,
  { url, key, signal }: { url: URL; key: string; signal: AbortSignal },
): AsyncGenerator<unknown> {
  for (let token: unknown = ''; typeof token === 'string'; ) {
    const page = new URL(url);
    if (token !== '') page.searchParams.set('pageToken', token);
    const answer = await askJson(parts, { method: 'GET', url: page, signal });
    const entries = answer[key];
    if (Array.isArray(entries)) yield* entries;
    token = answer.nextPageToken || undefined;
  }
}

/** The bytes of a file. One that breaks off fails: what came before may already be in use. */
export async function* download(
  parts: ServiceParts,
  { url, signal }: { url: URL; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  const response = await withRetry(() => callService(parts, { method: 'GET', url, signal }), {
    ...parts.retry,
    signal,
  });
  yield* response.body;
}
