import type { GenerateContentRequest } from '../generate-content.ts';

/**
 * What the pieces of a request were written as in a chat-completions file: turns, tools and the configuration, by the
 * object they have become. A piece that was changed since is another object and not found here.
 */
export type Written = Map<object, unknown>;

/** A symbol: it goes along when a request is copied with a change, and never into its JSON. */
const WRITTEN = Symbol('as written in chat completions');

export function withWritten(request: GenerateContentRequest, written: Written): GenerateContentRequest {
  const marked: GenerateContentRequest & { [WRITTEN]?: Written } = { ...request, [WRITTEN]: written };
  return marked;
}

/** Undefined for a request that does not come from a chat-completions file. */
export function writtenOf(
  request: GenerateContentRequest & { readonly [WRITTEN]?: Written },
): Written | undefined {
  return request[WRITTEN];
}
