import { functionCallsOf } from '../../answer/function-calls.ts';
import { BlockedError, ClosedPipeError, IncompleteError, InterruptedError } from '../../errors.ts';
import { endingError } from '../../wire/finish-reason.ts';
import type { Content } from '../../wire/generate-content.ts';
import { findCandidate, finishReasonOf } from '../../wire/response.ts';
import type { Answer } from '../answering.ts';
import type { Chat, Turn } from './chat-state.ts';

/**
 * What the answer adds to the conversation; undefined when nothing of it can be kept: it was blocked, has no content, or
 * calls functions that nothing answers, after which the service takes no message.
 */
export function keptContents(answer: Answer, asked: number): Content[] | undefined {
  const { response, request, calls, fault } = answer;
  const content = findCandidate(response)?.content;
  const whole = endingError(response) === undefined;
  if (fault instanceof BlockedError) return undefined;
  if (whole && (calls ?? functionCallsOf(response, 0)).length > 0) return undefined;
  // Calls of an answer that was cut are not to be trusted, and not answered.
  const parts = (content?.parts ?? []).filter(({ functionCall }) => whole || !functionCall);
  const says = parts.some(({ thought, text, thoughtSignature: _, ...data }) =>
    text === undefined ? Object.keys(data).length > 0 : text !== '' && !thought,
  );
  if (!says) return undefined;
  return [...request.contents.slice(asked), { ...content, role: 'model', parts }];
}

/** What is wrong with an answer of calls that nothing answers. */
export function unanswered({ response }: Answer): IncompleteError | undefined {
  const names = [...new Set(functionCallsOf(response, 0).map(({ name }) => name))];
  if (names.length === 0) return undefined;
  return new IncompleteError(`nothing answers the call of ${names.join(', ')}: the turn is not kept`, {
    hint: `bind a command with --tool ${names[0]}=COMMAND, or a response with --tool-response`,
  });
}

/** The turn that an answer makes of the contents that are kept. */
export function turnOf({ context, backend, model }: Chat, answer: Answer, contents: Content[]): Turn {
  const { response, fault } = answer;
  const finishReason = finishReasonOf(response);
  const stopped = fault instanceof InterruptedError || fault instanceof ClosedPipeError;
  const whole = endingError(response) === undefined;
  return {
    contents,
    time: context.now().toISOString(),
    model,
    backend: backend.name,
    finishReason,
    usage: response.usageMetadata,
    ...(!whole && { incomplete: stopped ? 'interrupted' : (finishReason ?? 'connection lost') }),
  };
}
