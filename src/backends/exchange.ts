import type { Credential } from '../auth/credential.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import type { RequestBody } from '../http/json-body.ts';
import { type RetryOptions, withRetry } from '../http/retry.ts';
import { statusError } from '../wire/status.ts';

/** With what a backend asks. */
export type ExchangeParts = {
  readonly http: HttpClient;
  readonly credential: Credential;
  /** Headers for every request, such as the User-Agent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly retry: Omit<RetryOptions, 'signal'>;
  readonly now: () => Date;
};

/** What is asked of whom. `url` may be looked up, which is tried again with the rest. */
export type Asked = {
  url(): Promise<URL>;
  readonly body: RequestBody;
  readonly signal: AbortSignal;
};

/**
 * Sends a request and yields what `read` makes of the answer. All of it is tried again, if that may help, as long as
 * nothing was read.
 * @throws GeminiError: the service's refusal, the network's failure, or a stream that broke
 */
export async function* exchange<Chunk>(
  parts: ExchangeParts,
  asked: Asked,
  read: (response: HttpResponse, host: string) => AsyncIterable<Chunk>,
): AsyncGenerator<Chunk> {
  const { first, rest } = await withRetry(
    async () => {
      const url = await asked.url();
      const chunks = read(await post(parts, url, asked), url.host)[Symbol.asyncIterator]();
      return { first: await chunks.next(), rest: chunks };
    },
    { ...parts.retry, signal: asked.signal },
  );
  try {
    for (let result = first; !result.done; result = await rest.next()) yield result.value;
  } finally {
    await rest.return?.();
  }
}

/** The headers of a request but for the credential's. */
export function contentHeaders({ headers }: Pick<ExchangeParts, 'headers'>): Record<string, string> {
  return { 'content-type': 'application/json', ...headers };
}

/** Sends; a 401 is answered once with a fresh token, whatever the number of tries left. */
async function post(parts: ExchangeParts, url: URL, { body, signal }: Asked): Promise<HttpResponse> {
  const { http, credential, now } = parts;
  const send = async (fresh: boolean) =>
    http.send({
      method: 'POST',
      url,
      headers: { ...contentHeaders(parts), ...(await credential.headers({ fresh, signal })) },
      body,
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
    body: await response.text(64 * 1024),
    now: now(),
    host: url.host,
  });
}
