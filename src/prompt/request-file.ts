import { InputError } from '../errors.ts';
import type { Content, GenerateContentRequest } from '../wire/generate-content.ts';
import { canonicalMessage } from './canonical.ts';
import { isJsonObject, type JsonObject, parseLenientJson } from './lenient-json.ts';
import { fieldOf } from './request-fields.ts';

/** A request file as read: `notes` are what the person should hear of it. */
export type RequestFile =
  | { form: 'gemini'; request: GenerateContentRequest; notes: string[] }
  /** `chat` is the body as it was written, with at least its list of messages. */
  | { form: 'chat-completions'; chat: JsonObject & { messages: JsonObject[] }; notes: string[] };

/**
 * Reads a request.json in any form the documents print (see canonical and lenient-json): what comes out of a
 * generateContent body is canonical, with `contents` always a list and each of its roles named.
 * @param name what to call the file in errors and notes
 * @throws InputError with name:line:column for what is not JSON, or the path of a field that cannot be meant
 */
export function readRequest(text: string, name: string): RequestFile {
  const value = parseLenientJson(text, (where, problem) => new InputError(`${name}:${where}: ${problem}`));
  if (!isJsonObject(value)) throw new InputError(`${name} holds no JSON object`, { hint: FORMS });
  const keys = Object.keys(value);
  const knows = keys.some((key) => fieldOf('Request', key) !== undefined);
  if (Object.hasOwn(value, 'messages') && !keys.some((key) => fieldOf('Request', key)?.name === 'contents')) {
    return { form: 'chat-completions', chat: chatOf(value, name), notes: [] };
  }
  if (!knows && keys.length > 0) throw new InputError(`${name} is not a request`, { hint: FORMS });

  const notes: string[] = [];
  const { contents = [], ...rest } = canonicalMessage('Request', value, '', { name, notes });
  // A conversation needs its roles; where the Developer API lets one be left out, it means the user.
  const turns = (contents as Partial<Content>[]).map((turn) => ({
    role: 'user',
    ...turn,
    parts: turn.parts ?? [],
  }));
  return { form: 'gemini', request: { contents: turns, ...rest }, notes };
}

const FORMS = 'a request is an object with "contents" (generateContent) or "messages" (chat completions)';

function chatOf(value: JsonObject, name: string): JsonObject & { messages: JsonObject[] } {
  const { messages } = value;
  if (!Array.isArray(messages)) throw new InputError(`${name}: messages must be a list`);
  const index = messages.findIndex((message) => !isJsonObject(message));
  if (index >= 0) throw new InputError(`${name}: messages[${index}] must be an object`);
  return { ...value, messages };
}
