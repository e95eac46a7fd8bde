import type { Readable } from 'node:stream';
import { decode } from './content-encoding.ts';
import { networkError } from './network-error.ts';
import { after, idleTimeout } from './timeouts.ts';
import type { RawResponse, Trace } from './transport.ts';

/** An answer. Exactly one of body, text and discard must be used, or its connection stays open. */
export type HttpResponse = {
  readonly status: number;
  /** Names in lower case; a repeated header is joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The bytes, decoded, in the pieces in which they came: what arrived together is one piece. The socket waits while the
   * reader is busy; leaving the loop drops the connection.
   * @throws GeminiError as networkError words it, the idle timeout, the signal's reason
   */
  readonly body: AsyncIterable<Buffer>;
  /**
   * The body as text, of which what is beyond `limitBytes` (64 KiB) is dropped together with the connection. Of an error
   * answer that is cut, what came: its status says more than the cut.
   * @throws as `body` does
   */
  text(limitBytes?: number): Promise<string>;
  /** Drops the body and the connection. */
  discard(): void;
};

type ResponseOptions = {
  readonly url: URL;
  readonly signal: AbortSignal;
  readonly idleMs: number;
  readonly via?: string | undefined;
  readonly trace?: Trace | undefined;
};

const ERROR_BODY_BYTES = 64 * 1024;

/** The answer for callers: decoded, with an idle limit, bound to the request's signal. */
export function createResponse(
  { status, headers, stream }: RawResponse,
  options: ResponseOptions,
): HttpResponse {
  const { url, signal } = options;
  // Destroyed while nobody reads it, undici's stream emits an error, which would end the process.
  stream.on('error', () => {});
  const onAbort = () => stream.destroy();
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', onAbort));

  const body = readBody();
  async function* readBody(): AsyncGenerator<Buffer> {
    try {
      const bytes = decode(readStream(stream, options), headers['content-encoding'], url.hostname);
      // Several times faster than yield*, which waits for each piece on both sides.
      for await (const chunk of bytes) yield chunk;
    } catch (error) {
      throw signal.aborted ? signal.reason : networkError(error, url, { via: options.via, answering: true });
    } finally {
      stream.destroy();
    }
  }

  return {
    status,
    headers,
    body,
    async text(limitBytes = ERROR_BODY_BYTES) {
      const chunks: Buffer[] = [];
      let size = 0;
      try {
        for await (const chunk of body) {
          chunks.push(chunk);
          size += chunk.length;
          if (size > limitBytes) break;
        }
      } catch (error) {
        if (status < 300 || signal.aborted) throw error;
      }
      return Buffer.concat(chunks).toString('utf8', 0, limitBytes);
    },
    discard() {
      stream.destroy();
    },
  };
}

/**
 * The limit counts only while the reader waits for the server, not while the server waits for the reader. Node's own
 * iterator does the rest alike, but takes three times as long for a short answer.
 */
async function* readStream(
  stream: Readable,
  { url, idleMs, trace }: ResponseOptions,
): AsyncGenerator<Buffer> {
  let wake = () => {};
  const onChange = () => wake();
  for (const event of ['readable', 'end', 'close', 'error']) stream.on(event, onChange);
  let size = 0;
  while (!stream.readableEnded) {
    const chunk: Buffer | null = stream.destroyed ? null : stream.read();
    if (chunk !== null) {
      size += chunk.length;
      yield chunk;
    } else if (stream.errored) {
      throw stream.errored;
    } else if (stream.closed) {
      throw Object.assign(new Error('closed too early'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
    } else {
      const cancel = after(idleMs, () => stream.destroy(idleTimeout(url.hostname, idleMs)));
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      cancel();
    }
  }
  trace?.(`* ${size} bytes of body`);
}
