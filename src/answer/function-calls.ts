import { escapeJson } from '../terminal/sanitize.ts';
import type { FunctionCall, GenerateContentResponse } from '../wire/generate-content.ts';
import { findCandidate } from '../wire/response.ts';

/** All function calls of one candidate, in order. */
export function functionCallsOf(response: GenerateContentResponse, index: number): FunctionCall[] {
  const parts = findCandidate(response, index)?.content?.parts;
  if (!Array.isArray(parts)) return [];
  return parts.flatMap((part) => (part?.functionCall ? [part.functionCall] : []));
}

/** One call as a line of JSON: {"functionCall":{"name":...,"args":...}}, with its id where it has one. */
export function functionCallLine({ name, args = {}, ...rest }: FunctionCall): string {
  return escapeJson(JSON.stringify({ functionCall: { name, args, ...rest } }));
}
