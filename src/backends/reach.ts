import type { Credential } from '../auth/credential.ts';
import type { HttpClient } from '../http/client.ts';
import { statusError } from '../wire/status.ts';

export type ReachParts = {
  readonly http: HttpClient;
  readonly credential: Credential;
  readonly url: URL;
  readonly signal: AbortSignal;
};

/**
 * Asks for an address with the credential, for services that have no call that costs nothing: whether something is
 * there does not matter, as long as the server answers and does not refuse the credential.
 * @returns the status
 * @throws GeminiError when it refuses it (401, 403) or cannot answer (429, 5xx)
 */
export async function reach({ http, credential, url, signal }: ReachParts): Promise<number> {
  const headers = await credential.headers({ fresh: false, signal });
  const response = await http.send({ method: 'GET', url, headers, signal });
  const body = await response.text();
  const { status } = response;
  if (status !== 401 && status !== 403 && status !== 429 && status < 500) return status;
  throw statusError({ httpStatus: status, headers: response.headers, body, now: new Date(), host: url.host });
}
