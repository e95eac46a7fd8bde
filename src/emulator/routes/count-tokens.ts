import type { CountTokensResponse } from '../../wire/generate-content.ts';
import { jsonAnswer } from '../answer.ts';
import { checkCountTokens } from '../check-request.ts';
import { parseJsonText } from '../json-text.ts';
import { billableCharacters, countPrompt } from '../responder/count-prompt.ts';
import { inspectRequest } from '../responder/inspect.ts';
import { methodPaths } from './method-path.ts';
import type { Route } from './route.ts';

/** countTokens, by the same rules as the usage of an answer. */
export const COUNT_TOKENS: readonly Route[] = methodPaths('countTokens').map(({ path, service }) => ({
  method: 'POST',
  path,
  handle: async (call, { model = '' }) => {
    const request = checkCountTokens(parseJsonText(await call.body()), service);
    const { total, details } = countPrompt(request, await inspectRequest(request, call.store), model);
    const response: CountTokensResponse = { totalTokens: total, promptTokensDetails: details };
    if (service === 'vertex') response.totalBillableCharacters = billableCharacters(request);
    return jsonAnswer(response);
  },
}));
