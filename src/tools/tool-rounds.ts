import { IncompleteError } from '../errors.ts';
import type {
  Content,
  FunctionCall,
  FunctionResponse,
  GenerateContentRequest,
  GenerateContentResponse,
} from '../wire/generate-content.ts';
import type { ToolResponse } from './tool-response.ts';

/** What came of one request; with a failure its calls are not to be trusted, and not answered. */
export type RoundGeneration = { readonly response: GenerateContentResponse; readonly failure?: unknown };

export type ToolRoundsOptions<Generation extends RoundGeneration> = {
  /** Sends a request and resolves to its whole answer. */
  ask(request: GenerateContentRequest): Promise<Generation>;
  /** The first request; it stays as it is. */
  readonly request: GenerateContentRequest;
  /** Answers a call; undefined when nothing is bound to its name. */
  answer(call: FunctionCall): Promise<ToolResponse | undefined>;
  /** How often calls are answered at most. */
  readonly maxRounds: number;
};

export type ToolRoundsResult<Generation> = {
  /** The last answer. */
  readonly generation: Generation;
  /** The request it answers: the first one and all rounds. */
  readonly request: GenerateContentRequest;
  /** Calls of the last answer that nothing is bound to. */
  readonly unanswered: readonly FunctionCall[];
  /** The responses to the other calls of the last answer, when some are unanswered: they are not sent. */
  readonly answered: readonly FunctionResponse[];
  /** How often calls were answered. */
  readonly rounds: number;
};

/**
 * Asks, answers the function calls of the first candidate, all of a round at once, and asks again with the answers,
 * until the model calls nothing more, or something that nothing is bound to. The model's content goes back verbatim,
 * with ids and thought signatures, as the service demands.
 * @throws IncompleteError when calls are left after `maxRounds` rounds
 * @throws whatever `ask` and `answer` throw, once every call of the round has come to its end
 */
export async function runToolRounds<Generation extends RoundGeneration>(
  options: ToolRoundsOptions<Generation>,
): Promise<ToolRoundsResult<Generation>> {
  let { request } = options;
  for (let rounds = 0; ; rounds++) {
    const generation = await options.ask(request);
    const content = generation.response.candidates?.[0]?.content;
    const calls = generation.failure === undefined ? callsOf(content) : [];
    if (calls.length === 0) return { generation, request, unanswered: [], answered: [], rounds };
    if (rounds >= options.maxRounds) throw tooManyRounds(options.maxRounds, calls);

    const responses = await all(calls.map((call) => options.answer(call)));
    const answered = calls.flatMap((call, index) => {
      const response = responses[index];
      return response === undefined ? [] : [functionResponse(call, response)];
    });
    const unanswered = calls.filter((_call, index) => responses[index] === undefined);
    if (unanswered.length > 0) return { generation, request, unanswered, answered, rounds };
    request = {
      ...request,
      contents: [
        ...request.contents,
        { role: 'model', parts: [], ...content },
        { role: 'user', parts: answered.map((response) => ({ functionResponse: response })) },
      ],
    };
  }
}

function callsOf(content: Partial<Content> | undefined): FunctionCall[] {
  return (content?.parts ?? []).flatMap(({ functionCall }) => functionCall ?? []);
}

function functionResponse({ id, name }: FunctionCall, response: ToolResponse): FunctionResponse {
  return { ...(id === undefined ? {} : { id }), name, response };
}

/** As Promise.all, but nothing is still under way when it rejects. */
async function all<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function tooManyRounds(maxRounds: number, calls: readonly FunctionCall[]): IncompleteError {
  const names = [...new Set(calls.map(({ name }) => name))].join(', ');
  const rounds = maxRounds === 1 ? '1 round' : `${maxRounds} rounds`;
  return new IncompleteError(`the model still calls ${names} after ${rounds} of answers`, {
    hint: `allow more with --max-tool-rounds ${Math.max(1, maxRounds) * 2}`,
  });
}
