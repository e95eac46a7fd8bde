import type { Credential } from '../auth/credential.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import { createJsonBody, type RequestBody } from '../http/json-body.ts';
import { type RetryOptions, withRetry } from '../http/retry.ts';
import { streamBody } from '../http/stream-body.ts';
import type { GenerateContentResponse } from '../wire/generate-content.ts';
import { statusError } from '../wire/status.ts';
import type { Backend, BackendAddress, BackendLimits } from './backend.ts';
import { readChunks } from './stream.ts';

/** The methods of a model resource; the first two answer a GenerateContentRequest. */
export type Method = 'streamGenerateContent?alt=sse' | 'generateContent' | 'countTokens';

export type GenerateContentBackendOptions = {
  readonly name: string;
  readonly limits: BackendLimits;
  readonly address: BackendAddress;
  readonly http: HttpClient;
  readonly credential: Credential;
  /** Headers for every request, such as the User-Agent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly retry: Omit<RetryOptions, 'signal'>;
  readonly now: () => Date;
  /** The URL of a method of a model; may look up the project, which needs the credential. */
  url(model: string, method: Method): Promise<URL>;
  /** The same without any look-up: what is not known yet stands there as a word in capitals. */
  previewUrl(model: string, method: Method): URL;
};

/** A backend whose wire is generateContent; Vertex AI and the Developer API differ in URL, credential and limits. */
export function createGenerateContentBackend(options: GenerateContentBackendOptions): Backend {
  const methodFor = (stream: boolean): Method =>
    stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return {
    name: options.name,
    limits: options.limits,
    address: options.address,
    preview: (model, request, { stream }) => {
      const body = createJsonBody(request);
      return {
        method: 'POST',
        url: options.previewUrl(model, methodFor(stream)).href,
        headers: { ...contentHeaders(options), ...options.credential.preview },
        byteLength: body.byteLength,
        writeBody: (write, signal) => streamBody(body, write, signal),
      };
    },
    async *generateContent(model, request, { stream, signal }) {
      const body = createJsonBody(request);
      yield* firstThenRest(
        await withRetry(
          async () => {
            const url = await options.url(model, methodFor(stream));
            return startReading(await post(options, url, body, signal));
          },
          { ...options.retry, signal },
        ),
      );
    },
  };

  /** Sends; a 401 is answered once with a fresh token, whatever the number of tries left. */
  async function post(
    from: GenerateContentBackendOptions,
    url: URL,
    body: RequestBody,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const send = async (fresh: boolean) =>
      from.http.send({
        method: 'POST',
        url,
        headers: { ...contentHeaders(from), ...(await from.credential.headers({ fresh, signal })) },
        body,
        signal,
      });
    let response = await send(false);
    if (response.status === 401 && from.credential.renewable) {
      response.discard();
      response = await send(true);
    }
    if (response.status < 300) return response;
    throw statusError({
      httpStatus: response.status,
      headers: response.headers,
      body: await response.text(64 * 1024),
      now: from.now(),
      host: url.host,
    });
  }
}

function contentHeaders(options: GenerateContentBackendOptions): Record<string, string> {
  return { 'content-type': 'application/json', ...options.headers };
}

type Reading = {
  first: IteratorResult<GenerateContentResponse[]>;
  rest: AsyncIterator<GenerateContentResponse[]>;
};

/** Reads up to the first chunk, so that a stream that fails before it said anything can be tried again. */
async function startReading(response: HttpResponse): Promise<Reading> {
  const rest = readChunks(response)[Symbol.asyncIterator]();
  return { first: await rest.next(), rest };
}

async function* firstThenRest({ first, rest }: Reading): AsyncGenerator<GenerateContentResponse[]> {
  try {
    for (let result = first; !result.done; result = await rest.next()) yield result.value;
  } finally {
    await rest.return?.();
  }
}
