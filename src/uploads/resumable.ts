import type { ByteSource } from '../byte-source.ts';
import { AuthError, RefusedError, UnavailableError } from '../errors.ts';
import type { RequestBody } from '../http/json-body.ts';
import { createRawBody } from '../http/raw-body.ts';
import { type RetryOptions, withRetry } from '../http/retry.ts';
import { createCursor, type SourceCursor } from './source-cursor.ts';
import type { UploadState } from './upload-state.ts';
import type { OnProgress } from './uploader.ts';

/** How far a service has got: bytes it has for good, or what it made of all of them. */
export type Position<Result> = { readonly offset: number } | { readonly result: Result };

/** The bytes of one request; `last`: with them the content is complete. */
export type Chunk = { readonly offset: number; readonly length: number; readonly last: boolean };

/** An upload that a service has agreed to. Each call is one request and one try. */
export type ResumableSession<Result> = {
  /** Bytes per request; the last may be shorter. */
  readonly chunkBytes: number;
  send(chunk: Chunk, body: RequestBody, signal: AbortSignal): Promise<Position<Result>>;
  query(signal: AbortSignal): Promise<Position<Result>>;
};

/** A service that takes uploads in pieces. `Saved` is what a later run needs to go on: a JSON value. */
export type ResumableService<Saved, Result> = {
  /** Begins an upload, unless the service has the content already. */
  start(signal: AbortSignal): Promise<{ readonly saved: Saved } | { readonly result: Result }>;
  open(saved: Saved): ResumableSession<Result>;
  /** What was remembered, if it is such a value at all. */
  parse(value: unknown): Saved | undefined;
};

export type ResumableOptions = {
  readonly signal: AbortSignal;
  readonly retry: Omit<RetryOptions, 'signal'>;
  readonly onProgress: OnProgress | undefined;
  /** Where it is remembered how to go on, and under which key. */
  readonly state: UploadState;
  readonly key: string;
};

/** An upload that was forgotten by the service is begun again, but not for ever. */
const MOST_STARTS = 3;

/**
 * Sends a content, going on where an earlier run was broken off, and wherever the connection breaks from what the
 * service says it has.
 * @throws GeminiError when the tries are used up, with the upload remembered for the next run; InputError of the source
 */
export async function uploadResumably<Saved, Result>(
  service: ResumableService<Saved, Result>,
  source: ByteSource,
  options: ResumableOptions,
): Promise<Result> {
  const { state, key, signal, onProgress } = options;
  const remembered = await openRemembered(service, options);
  for (let starts = 1; ; starts += 1) {
    const begun = (starts === 1 ? remembered : undefined) ?? (await begin(service, options));
    if ('result' in begun) {
      onProgress?.(source.byteLength, source.byteLength);
      return begun.result;
    }
    try {
      const result = await sendAll(begun.session, source, begun.position, options);
      await state.remove(key);
      return result;
    } catch (error) {
      if (!isForgotten(error)) throw error;
      await state.remove(key);
      signal.throwIfAborted();
      if (starts === MOST_STARTS) throw error;
    }
  }
}

type Begun<Result> =
  | { readonly session: ResumableSession<Result>; readonly position: Position<Result> }
  | { readonly result: Result };

/** Asks the service about the upload of an earlier run; one it does not want to go on with is no error. */
async function openRemembered<Saved, Result>(
  service: ResumableService<Saved, Result>,
  { state, key, retry, signal }: ResumableOptions,
): Promise<Begun<Result> | undefined> {
  const saved = service.parse(await state.read(key));
  if (saved === undefined) return undefined;
  const session = service.open(saved);
  try {
    return { session, position: await withRetry(() => session.query(signal), { ...retry, signal }) };
  } catch (error) {
    if (!(error instanceof RefusedError || error instanceof AuthError)) throw error;
    await state.remove(key);
    return undefined;
  }
}

async function begin<Saved, Result>(
  service: ResumableService<Saved, Result>,
  { state, key, retry, signal }: ResumableOptions,
): Promise<Begun<Result>> {
  const started = await withRetry(() => service.start(signal), { ...retry, signal });
  if ('result' in started) return started;
  await state.write(key, started.saved);
  return { session: service.open(started.saved), position: { offset: 0 } };
}

async function sendAll<Result>(
  session: ResumableSession<Result>,
  source: ByteSource,
  from: Position<Result>,
  { retry, signal, onProgress }: ResumableOptions,
): Promise<Result> {
  const cursor = createCursor(source);
  const total = source.byteLength;
  let position = from;
  try {
    while (!('result' in position)) {
      const { offset } = position;
      onProgress?.(offset, total);
      position = await withRetry(
        async (attempt) => {
          const now = attempt === 1 ? { offset } : await session.query(signal);
          // What got through before the connection broke is progress: the tries begin anew.
          if ('result' in now || now.offset > offset) return now;
          return sendChunk(session, cursor, nextChunk(now.offset, total, session.chunkBytes), {
            signal,
            onBytes: (sent) => onProgress?.(sent, total),
          });
        },
        { ...retry, signal },
      );
    }
    onProgress?.(total, total);
    return position.result;
  } finally {
    await cursor.close();
  }
}

/**
 * The bytes to send when the service has `offset` of `total` bytes. With nothing left there is an empty last chunk: it
 * has the bytes, but was not told that they are all.
 * @throws UnavailableError for an offset that cannot be
 */
export function nextChunk(offset: number, total: number, chunkBytes: number): Chunk {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset > total) {
    throw new UnavailableError(`the service says that it has ${offset} of ${total} bytes`);
  }
  const length = Math.min(chunkBytes, total - offset);
  return { offset, length, last: offset + length === total };
}

async function sendChunk<Result>(
  session: ResumableSession<Result>,
  cursor: SourceCursor,
  chunk: Chunk,
  { signal, onBytes }: { signal: AbortSignal; onBytes(sent: number): void },
): Promise<Position<Result>> {
  const { offset, length } = chunk;
  let sent = offset;
  const slice = cursor.slice(offset, length, (bytes) => {
    sent += bytes;
    onBytes(sent);
  });
  const after = await session.send(chunk, createRawBody(slice), signal).catch(async (error: unknown) => {
    // A service that has more or less than was thought refuses what does not follow.
    if (!(error instanceof RefusedError) || isForgotten(error)) throw error;
    const now = await session.query(signal);
    if (!('result' in now) && now.offset === offset) throw error;
    return now;
  });
  if ('offset' in after && after.offset === offset) {
    throw new UnavailableError('the service took none of the bytes it was sent', { retryable: true });
  }
  return after;
}

/** The service knows nothing of the upload (any more). */
function isForgotten(error: unknown): boolean {
  return error instanceof RefusedError && (error.status === 404 || error.status === 410);
}
