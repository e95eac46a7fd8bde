import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { readChunks } from '../../src/backends/stream.ts';
import { GeminiError } from '../../src/errors.ts';
import { createResponseFold } from '../../src/wire/response.ts';

/** A recorded stream. */
export const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/streams/${name}`, import.meta.url));

type Outcome = { chunks: object[]; error: unknown };

/** A body of these chunks, which then ends or fails. */
export async function* bodyOf(chunks: Iterable<Uint8Array>, failure?: unknown): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
  if (failure !== undefined) throw failure;
}

/** Reads an answer from a body of these chunks to its end or its error. */
export async function read(
  chunks: Iterable<Uint8Array>,
  facts: { type?: string; status?: number; failure?: unknown } = {},
) {
  const { type = 'text/event-stream', status = 200, failure } = facts;
  const outcome: Outcome = { chunks: [], error: undefined };
  try {
    const body = bodyOf(chunks, failure);
    for await (const group of readChunks({ status, headers: { 'content-type': type }, body })) {
      expect(group.length).toBeGreaterThan(0);
      outcome.chunks.push(...group);
    }
  } catch (error) {
    outcome.error = error;
  }
  return outcome;
}

/** The same for a body that comes in one piece. */
export const readText = (text: string, facts?: Parameters<typeof read>[1]) =>
  read([Buffer.from(text)], facts);

export function fold(chunks: object[]) {
  const gathered = createResponseFold();
  for (const chunk of chunks) gathered.add(chunk);
  return gathered.response();
}

/** What a caller can tell apart: the chunks, and the class, status and message of the error. */
export function seen({ chunks, error }: Outcome) {
  const known = error instanceof GeminiError;
  return { chunks, error: known ? [error.name, error.status, error.message, error.retryable] : error };
}
