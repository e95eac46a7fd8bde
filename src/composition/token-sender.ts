import type { SendTokenRequest } from '../auth/ports.ts';
import type { HttpClient } from '../http/client.ts';

/** Bytes of an answer of a token endpoint. */
const MAX_REPLY_BYTES = 256 * 1024;

export type TokenSender = { readonly send: SendTokenRequest; close(): void };

/**
 * Requests for tokens, each by a client that trusts and reaches what it must; a client is made when it is needed.
 * @param makeClient makes one with further certificates, or one that knows no proxy
 */
export function createTokenSender(
  makeClient: (options: { caFile: string | undefined; direct: boolean }) => Promise<HttpClient>,
): TokenSender {
  const clients = new Map<string, Promise<HttpClient>>();
  const clientFor = (caFile: string | undefined, direct: boolean) => {
    const key = `${direct} ${caFile}`;
    const client = clients.get(key) ?? makeClient({ caFile, direct });
    clients.set(key, client);
    return client;
  };
  return {
    send: async ({ method, url, headers, body, signal, caFile, direct = false }) => {
      const client = await clientFor(caFile, direct);
      const bytes = body === undefined ? undefined : Buffer.from(body);
      const response = await client.send({
        method,
        url,
        headers,
        ...(bytes ? { body: { byteLength: bytes.length, segments: [bytes] } } : {}),
        signal,
      });
      return {
        status: response.status,
        headers: response.headers,
        text: await response.text(MAX_REPLY_BYTES),
      };
    },
    close: () => {
      for (const client of clients.values()) client.then((made) => made.close()).catch(() => {});
    },
  };
}
