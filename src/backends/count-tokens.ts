import { UnavailableError } from '../errors.ts';
import type { HttpResponse } from '../http/client.ts';
import { developerModel } from '../models/model-name.ts';
import type { CountTokensResponse, GenerateContentRequest } from '../wire/generate-content.ts';
import { isNestedTooDeep } from '../wire/json-depth.ts';
import { type Asked, type ExchangeParts, exchange } from './exchange.ts';

/**
 * The body of countTokens. The Developer API takes a whole request under a name of its own, with the model in it; Vertex
 * AI takes the fields that hold tokens.
 */
export function countTokensBody(
  model: string,
  request: GenerateContentRequest,
  service: 'developer' | 'vertex',
): object {
  if (service === 'developer')
    return { generateContentRequest: { model: developerModel(model), ...request } };
  const { contents, systemInstruction, tools, generationConfig } = request;
  return {
    contents,
    ...(systemInstruction && { systemInstruction }),
    ...(tools && { tools }),
    ...(generationConfig && { generationConfig }),
  };
}

/**
 * Asks how many tokens a request has.
 * @throws GeminiError: the service's refusal, the network's failure, or an answer that is no count
 */
export async function countTokens(parts: ExchangeParts, asked: Asked): Promise<CountTokensResponse> {
  for await (const count of exchange(parts, asked, readCount)) return count;
  throw new UnavailableError('the service gave no count of tokens');
}

async function* readCount(response: HttpResponse, host: string): AsyncGenerator<CountTokensResponse> {
  const text = await response.text();
  if (isNestedTooDeep(text)) throw noCount(host);
  let count: unknown;
  try {
    count = JSON.parse(text);
  } catch (error) {
    throw noCount(host, error);
  }
  if (typeof count !== 'object' || count === null) throw noCount(host);
  // Zero is left out of proto3 JSON.
  yield { totalTokens: 0, ...count };
}

function noCount(host: string, cause?: unknown): UnavailableError {
  return new UnavailableError(`${host} sent no count of tokens`, {
    cause,
    hint: 'check the base URL, and whether this network wants a login first',
  });
}
