import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { GenerateContentResponse } from '../wire/generate-content.ts';
import { GoogleError } from './google-error.ts';
import type { Transcriber } from './responder/transcriber.ts';
import type { Store } from './store/store.ts';

/** One request, as routes and scripts see it. */
export type Call = {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Aborted when the client goes away or the emulator closes. */
  readonly signal: AbortSignal;
  /**
   * The whole body, read once.
   * @throws GoogleError 413 over the limit
   */
  body(): Promise<Buffer>;
  /** The body as it comes, in place of `body`: an upload may be of any size, and break off. */
  pieces(): AsyncIterable<Buffer>;
  /** What was uploaded to this emulator. */
  readonly store: Store;
  /** Who tells what is said in recordings. */
  readonly transcriber: Transcriber;
  /** From a script: what to answer in place of the emulator's own words. */
  readonly chunks?: AsyncIterable<GenerateContentResponse>;
};

/** @throws GoogleError 400 when the request target is no URL */
export function callOf(
  request: IncomingMessage,
  { bodyLimit, ...own }: { bodyLimit: number; store: Store; transcriber: Transcriber; signal: AbortSignal },
): Call {
  const target = request.url ?? '/';
  if (!URL.canParse(target, 'http://emulator'))
    throw new GoogleError(400, 'The request target is not a URL.');
  const url = new URL(target, 'http://emulator');
  let body: Promise<Buffer> | undefined;
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    ...own,
    body: () => {
      body ??= readBody(request, bodyLimit);
      return body;
    },
    pieces: () => (body === undefined ? request : whole(body)),
  };
}

async function* whole(body: Promise<Buffer>): AsyncGenerator<Buffer> {
  yield await body;
}

/** True for a request whose body is a part of a file, not a message. */
export function sendsFile({ path, query, headers }: Call): boolean {
  if (!path.startsWith('/upload/')) return false;
  const command = headers['x-goog-upload-command'];
  return query.has('upload_id') || (command === undefined && query.get('uploadType') !== 'resumable');
}

/**
 * Over the limit the rest is still received (and dropped) by node:http after the answer, so that the client gets to
 * read the answer instead of a reset connection.
 */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () => new GoogleError(413, `Request payload size exceeds the limit: ${limit} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else {
        chunks.length = 0;
        reject(tooLarge());
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the client went away')));
  });
}
