import { GeminiError, IncompleteError, UnavailableError } from '../errors.ts';
import type { GenerateContentResponse } from '../wire/generate-content.ts';
import { AnswerReader, type AnswerSource } from './answer-reader.ts';

/** A successful reply (2xx): header names in lower case, the body decoded (gzip and the like) but not read yet. */
export type AnswerResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Buffer>;
};

export type ReadChunksOptions = Omit<AnswerSource, 'status' | 'contentType'>;

/**
 * Reads an answer in whatever form it comes: an event stream, a JSON array that grows, or one JSON object.
 * Yields what one read of the socket completed, never an empty array. Streams of other shapes (chat completions) are
 * read alike: name their chunk type.
 * @throws the server's own error when the stream holds one (statusError); UnavailableError when it is no answer, or
 * breaks off before the first chunk (retryable); IncompleteError when it breaks off after that. What the body throws
 * before the first chunk, and the reason of an abort, go on unchanged.
 */
export async function* readChunks<Chunk extends object = GenerateContentResponse>(
  { status, headers, body }: AnswerResponse,
  options: ReadChunksOptions = {},
): AsyncGenerator<Chunk[]> {
  const reader = new AnswerReader<Chunk>({ ...options, status, contentType: headers['content-type'] });
  try {
    for await (const bytes of body) {
      const chunks = reader.push(bytes);
      if (chunks.length > 0) yield chunks;
      if (reader.failure) throw reader.failure;
    }
  } catch (error) {
    if (error === reader.failure || !reader.started || !isNetworkFault(error)) throw error;
    throw new IncompleteError(`the answer broke off: ${error.message}`, { cause: error });
  }
  const chunks = reader.end();
  if (chunks.length > 0) yield chunks;
  if (reader.failure) throw reader.failure;
}

/** Connection faults as http/client words them, or as Node and zlib throw them: with a `code`, which aborts share. */
function isNetworkFault(error: unknown): error is Error {
  if (error instanceof GeminiError) return error instanceof UnavailableError;
  return (
    error instanceof Error && error.name !== 'AbortError' && 'code' in error && typeof error.code === 'string'
  );
}
