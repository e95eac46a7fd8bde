import { functionCallsOf } from '../answer/function-calls.ts';
import { type GeminiError, IncompleteError } from '../errors.ts';
import { endingError } from '../wire/finish-reason.ts';
import type { GenerateContentRequest, GenerateContentResponse } from '../wire/generate-content.ts';
import { answerText, findCandidate } from '../wire/response.ts';
import type { ComposedPrompt } from './compose-request.ts';

/**
 * What is wrong with an answer that the service itself calls complete: it calls a function that nobody declared, or
 * does not fit the schema. A function call takes the place of an answer: there is nothing to hold against the schema.
 */
export async function answerFault(
  response: GenerateContentResponse,
  { request, schema }: ComposedPrompt,
): Promise<GeminiError | undefined> {
  const calls = functionCallsOf(response, 0);
  if (calls.length === 0) return schema && misfit(response, schema);
  const declared = declaredFunctions(request);
  const stranger = calls.find(({ name }) => declared && !declared.has(name));
  if (!declared || !stranger) return undefined;
  return new IncompleteError(`the model called a function "${stranger.name}", which was not declared`, {
    hint:
      declared.size > 0 ? `declared are ${[...declared].join(', ')}` : 'declare functions with --tools @FILE',
  });
}

/** One line for each further answer that was asked for and is not complete, and one when some did not come at all. */
export function candidateNotes(response: GenerateContentResponse, asked: number): string[] {
  const notes: string[] = [];
  let came = 1;
  for (let index = 1; index < asked; index++) {
    const candidate = findCandidate(response, index);
    if (!candidate) continue;
    came++;
    const ending = endingError({ candidates: [{ ...candidate, index: 0 }] });
    if (ending) notes.push(`[${index + 1}] ${ending.message}`);
  }
  return came < asked ? [...notes, `${asked} answers were asked for, ${came} came`] : notes;
}

/**
 * The names of the functions that the model is told of; undefined when that cannot be known: cached content has tools of
 * its own, and so has computer use.
 */
export function declaredFunctions({
  tools = [],
  cachedContent,
}: GenerateContentRequest): ReadonlySet<string> | undefined {
  if (cachedContent !== undefined || tools.some((tool) => 'computerUse' in tool)) return undefined;
  return new Set(tools.flatMap((tool) => tool.functionDeclarations ?? []).map(({ name }) => name));
}

async function misfit(
  response: GenerateContentResponse,
  schema: Record<string, unknown>,
): Promise<GeminiError | undefined> {
  const { validateAnswer } = await import('../prompt/answer-schema.ts');
  const indices = (response.candidates ?? []).map(({ index }, position) => index ?? position);
  const violations: string[] = [];
  for (const index of indices) {
    const found = await validateAnswer(schema, answerText(response, index));
    violations.push(...found.map((line) => (indices.length > 1 ? `[${index + 1}] ${line}` : line)));
  }
  if (violations.length === 0) return undefined;
  return new IncompleteError('the answer does not fit the schema', { details: violations });
}
