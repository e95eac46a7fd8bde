import type { Readable } from 'node:stream';
import type { RequestBody } from './json-body.ts';

/** One request. Content-Length is set from the body; only http: and https: URLs. */
export type HttpRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /**
   * False: a server that hung up in mid-body does not get it again, because what it took of it counts (uploads).
   * True unless given.
   */
  readonly resend?: boolean;
  /** Ends the exchange at once, the answer's body included; its reason is what is thrown. */
  readonly signal: AbortSignal;
};

/** An answer as it came from the socket: not decoded, without an idle limit. Destroying the stream drops the connection. */
export type RawResponse = {
  readonly status: number;
  /** Names in lower case; a repeated header is joined by commas. */
  readonly headers: Record<string, string>;
  readonly stream: Readable;
};

/** Writes one line of the wire trace. */
export type Trace = (line: string) => void;

/** A way to the server. */
export type Transport = {
  /** @throws GeminiError as networkError and the timeouts word it; InputError of the body; the signal's reason */
  send(request: HttpRequest): Promise<RawResponse>;
  /** Drops all connections, busy ones too. */
  close(): void;
};

/** Headers of an answer in the form of RawResponse. */
export function plainHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

/** Bytes of headers that are taken of an answer. */
export const MAX_HEADER_BYTES = 64 * 1024;
