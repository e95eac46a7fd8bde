import type { Answer } from '../answer.ts';
import type { Call } from '../call.ts';
import { frameChat } from '../chat/chat-framing.ts';
import { ChatRefusal, chatErrorAnswer } from '../chat/chat-refusal.ts';
import { requestOfChat } from '../chat/chat-request.ts';
import { type ChatService, checkChat } from '../chat/check-chat.ts';
import { GoogleError } from '../google-error.ts';
import { parseJsonText } from '../json-text.ts';
import { respond } from '../responder/respond.ts';
import type { Route } from './route.ts';

/** Distributed Cloud, which has the project in both places; then anybody's path, such as /v1 or /v1beta/openai. */
export const CHAT_COMPLETIONS: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/v1\/projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)\/chat\/completions$/,
    handle: (call, { project, location }) => {
      if (project === location) return answer(call, 'gdc');
      throw new GoogleError(404, `The project ${project} is not at the location ${location}.`);
    },
  },
  { method: 'POST', path: /^\/(?:.+\/)?chat\/completions$/, handle: (call) => answer(call, 'openai') },
];

/** The request is checked even when a script has the answer. */
async function answer(call: Call, service: ChatService): Promise<Answer> {
  try {
    const chat = checkChat(parseJsonText(await call.body()), service);
    const model = chat.model ?? chat.model_id ?? '';
    const chunks =
      call.chunks ?? (await respond(requestOfChat(chat), { ...call, model, service: 'developer' }));
    return await frameChat(chat, chunks, service === 'gdc');
  } catch (error) {
    if (error instanceof ChatRefusal) return chatErrorAnswer(400, error);
    throw error;
  }
}
