import type { Credential } from '../auth/credential.ts';
import type { HttpClient, HttpResponse } from '../http/client.ts';
import type { RequestBody } from '../http/json-body.ts';
import { type RetryOptions, withRetry } from '../http/retry.ts';
import { type StatusHints, statusError } from '../wire/status.ts';

/** With what a backend asks. */
export type ExchangeParts = {
  readonly http: HttpClient;
  readonly credential: Credential;
  /** Headers for every request, such as the User-Agent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly retry: Omit<RetryOptions, 'signal'>;
  readonly now: () => Date;
  /** What to do about a refusal, where that is not what helps at Google's own services. */
  readonly hints?: StatusHints | undefined;
};

/** What is asked of whom. `url` may be looked up, which is tried again with the rest. */
export type Asked = {
  url(): Promise<URL>;
  /** Left out: the address is only read (GET). */
  readonly body?: RequestBody;
  readonly signal: AbortSignal;
  /** Tries after the first, in place of the setting. */
  readonly retries?: number | undefined;
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
      const chunks = read(await send(parts, url, asked), url.host)[Symbol.asyncIterator]();
      return { first: await chunks.next(), rest: chunks };
    },
    {
      ...parts.retry,
      signal: asked.signal,
      ...(asked.retries !== undefined && { retries: asked.retries }),
    },
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
async function send(parts: ExchangeParts, url: URL, { body, signal }: Asked): Promise<HttpResponse> {
  const { http, credential, now, hints } = parts;
  const sendWith = async (fresh: boolean) =>
    http.send({
      method: body ? 'POST' : 'GET',
      url,
      headers: {
        ...(body ? contentHeaders(parts) : parts.headers),
        ...(await credential.headers({ fresh, signal })),
      },
      ...(body && { body }),
      signal,
    });
  let response = await sendWith(false);
  if (response.status === 401 && credential.renewable) {
    response.discard();
    response = await sendWith(true);
  }
  if (response.status < 300) return response;
  throw statusError({
    httpStatus: response.status,
    headers: response.headers,
    body: await response.text(64 * 1024),
    now: now(),
    host: url.host,
    hints,
  });
}
