import { InputError } from '../../errors.ts';
import { type Fields, isFields } from '../fold-fields.ts';
import type { Content, FunctionCall, Part } from '../generate-content.ts';
import { isNestedTooDeep } from '../json-depth.ts';
import type { ContentPart } from './chat.ts';
import type { Losses } from './losses.ts';
import { mediaFromChat } from './media-part.ts';
import type { Written } from './written.ts';

/** What the messages of a file have become. */
export type Conversation = { systemInstruction?: Content; contents: Content[] };

/**
 * Messages as turns. System messages at the start become the system instruction; the results of functions that follow
 * each other become one turn, as Gemini wants them.
 * @param name what to call the file in errors
 * @throws InputError with the place of a message that cannot be meant
 */
export function conversationOf(
  messages: readonly Fields[],
  name: string,
  { losses, written }: { losses: Losses; written: Written },
): Conversation {
  const reader = new MessageReader(name, losses);
  const systems = messages.findIndex((message) => !isSystem(message));
  const start = systems === -1 ? messages.length : systems;
  const conversation: Conversation = { contents: [] };
  if (start > 0) {
    const parts = messages.slice(0, start).flatMap((message, index) => reader.parts(message, index));
    conversation.systemInstruction = { parts };
    written.set(conversation.systemInstruction, messages.slice(0, start));
  }
  let results: Content | undefined;
  messages.slice(start).forEach((message, index) => {
    const content = reader.turn(message, start + index);
    if (roleOf(message) === 'tool' && results) {
      results.parts.push(...content.parts);
      (written.get(results) as Fields[]).push(message);
      return;
    }
    results = roleOf(message) === 'tool' ? content : undefined;
    conversation.contents.push(content);
    written.set(content, [message]);
  });
  return conversation;
}

const roleOf = ({ role }: Fields) => (typeof role === 'string' ? role.toLowerCase() : '');
const isSystem = (message: Fields) => roleOf(message) === 'system' || roleOf(message) === 'developer';

class MessageReader {
  readonly #name: string;
  readonly #losses: Losses;
  /** The function of each call, since a result names only the call. */
  readonly #called = new Map<string, string>();

  constructor(name: string, losses: Losses) {
    this.#name = name;
    this.#losses = losses;
  }

  turn(message: Fields, index: number): Content {
    switch (roleOf(message)) {
      case 'user':
        return { role: 'user', parts: this.parts(message, index) };
      case 'system':
      case 'developer':
        this.#losses.changed('a system message within the conversation', 'a text of the user');
        return { role: 'user', parts: this.parts(message, index) };
      case 'assistant':
        return { role: 'model', parts: this.#assistantParts(message, index) };
      case 'tool':
      case 'function':
        return { role: 'user', parts: [this.#result(message, index)] };
      default:
        throw this.#wrong(`messages[${index}].role`, 'is not system, user, assistant or tool');
    }
  }

  parts({ content }: Fields, index: number): Part[] {
    if (typeof content === 'string') return [{ text: content }];
    if (!Array.isArray(content)) {
      throw this.#wrong(`messages[${index}].content`, 'must be text or a list of parts');
    }
    return content.map((part: unknown, at) => {
      const place = `messages[${index}].content[${at}]`;
      if (typeof part === 'string') return { text: part };
      if (!isFields(part) || typeof part.type !== 'string') throw this.#wrong(place, 'has no type');
      const text = part.text ?? part.refusal;
      if (typeof text === 'string') return { text };
      const medium = mediaFromChat(part as ContentPart);
      if (medium) return medium;
      throw this.#wrong(place, `is no part of type "${part.type.slice(0, 40)}" that is known here`);
    });
  }

  #assistantParts(message: Fields, index: number): Part[] {
    const thoughts = [message.reasoning_content, message.reasoning].find((text) => typeof text === 'string');
    const parts: Part[] = typeof thoughts === 'string' && thoughts ? [{ text: thoughts, thought: true }] : [];
    const { content, tool_calls: calls } = message;
    const empty = content === undefined || content === null || content === '';
    if (!empty) parts.push(...this.parts(message, index));
    if (calls !== undefined && calls !== null) {
      if (!Array.isArray(calls)) throw this.#wrong(`messages[${index}].tool_calls`, 'must be a list');
      parts.push(
        ...calls.map((call: unknown, at) => ({
          functionCall: this.#call(call, `messages[${index}].tool_calls[${at}]`),
        })),
      );
    }
    return parts.length > 0 ? parts : [{ text: '' }];
  }

  #call(call: unknown, place: string): FunctionCall {
    const called = isFields(call) ? call.function : undefined;
    if (!isFields(call) || !isFields(called) || typeof called.name !== 'string') {
      throw this.#wrong(place, 'calls no function');
    }
    const args = argumentsOf(called.arguments);
    if (!args) throw this.#wrong(`${place}.function.arguments`, 'is not an object as JSON text');
    const id = typeof call.id === 'string' && call.id !== '' ? call.id : undefined;
    if (id !== undefined) this.#called.set(id, called.name);
    return { ...(id === undefined ? {} : { id }), name: called.name, args };
  }

  #result(message: Fields, index: number): Part {
    const { tool_call_id: id, name } = message;
    const called = typeof id === 'string' ? this.#called.get(id) : undefined;
    const functionName = called ?? (typeof name === 'string' ? name : undefined);
    if (functionName === undefined) {
      throw this.#wrong(`messages[${index}].tool_call_id`, 'names no call of a message before it');
    }
    const text = this.parts(message, index)
      .map((part) => part.text ?? '')
      .join('');
    return {
      functionResponse: {
        ...(typeof id === 'string' && id !== '' ? { id } : {}),
        name: functionName,
        response: argumentsOf(text) ?? { output: text },
      },
    };
  }

  #wrong(place: string, what: string): InputError {
    return new InputError(`${this.#name}: ${place} ${what}`);
  }
}

/** The object that a JSON text is; also for servers that send the object itself, or nothing for none. */
export function argumentsOf(value: unknown): Fields | undefined {
  if (value === undefined || value === null || value === '') return {};
  if (typeof value !== 'string') return isFields(value) ? value : undefined;
  if (isNestedTooDeep(value)) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
