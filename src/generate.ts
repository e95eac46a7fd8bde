import type { Backend } from './backends/backend.ts';
import { GeminiError } from './errors.ts';
import { endingError } from './wire/finish-reason.ts';
import type { GenerateContentRequest, GenerateContentResponse } from './wire/generate-content.ts';
import { createResponseFold } from './wire/response.ts';

/** What came of one question: the fold of all chunks, and what was wrong with its end, if anything. */
export type Generation = {
  readonly response: GenerateContentResponse;
  /** Blocked, cut short, or broken off: the answer so far is in `response`. */
  readonly failure: GeminiError | undefined;
};

export type GenerateRun = {
  readonly backend: Backend;
  readonly model: string;
  readonly request: GenerateContentRequest;
  readonly stream: boolean;
  readonly signal: AbortSignal;
  /** Tries after the first, in place of the setting (backends/backend). */
  readonly retries?: number;
  /** False keeps no text in the folded response, so that memory stays flat however long the answer is. */
  readonly keepText: boolean;
  /** Called with what arrived together; the next read waits for it, so that a slow reader slows the socket. */
  onChunks?(chunks: readonly GenerateContentResponse[]): Promise<void> | void;
};

/**
 * The one run of a question: request, chunks as they come, folded response. Streamed or not, one path.
 * @throws GeminiError when nothing of an answer came (refused, unreachable); a failure after that is returned beside
 * what came, since it must not be lost
 */
export async function generate(run: GenerateRun): Promise<Generation> {
  const fold = createResponseFold({ keepText: run.keepText });
  let any = false;
  let passing = false;
  try {
    for await (const chunks of run.backend.generateContent(run.model, run.request, run)) {
      any ||= chunks.length > 0;
      for (const chunk of chunks) fold.add(chunk);
      passing = true;
      await run.onChunks?.(chunks);
      passing = false;
    }
  } catch (error) {
    // What the caller could not do with a chunk is no fault of the answer.
    if (!any || passing || !(error instanceof GeminiError)) throw error;
    return { response: fold.response(), failure: error };
  }
  const response = fold.response();
  return { response, failure: endingError(response) };
}
