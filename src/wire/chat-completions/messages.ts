import { isByteSource } from '../../byte-source.ts';
import { InputError } from '../../errors.ts';
import type { Content, FunctionCall, FunctionResponse, Part } from '../generate-content.ts';
import type { ChatMessage, ContentPart, ToolCall } from './chat.ts';
import type { Dialect } from './dialect.ts';
import type { Losses } from './losses.ts';
import { DETAILS, mediaToChat } from './media-part.ts';
import type { Written } from './written.ts';

export type MessagesOptions = {
  readonly dialect: Dialect;
  readonly losses: Losses;
  readonly written: Written | undefined;
};

/**
 * The conversation as messages: the system instruction first, then the turns in order.
 * @throws InputError for content that cannot be said
 */
export function messagesOf(
  system: Content | undefined,
  contents: readonly Content[],
  options: MessagesOptions,
): ChatMessage[] {
  const ids = new CallIds();
  const written = (content: Content) => options.written?.get(content) as ChatMessage[] | undefined;
  return [
    ...(system ? (written(system) ?? [systemMessage(system)]) : []),
    ...contents.flatMap((content) => {
      const own = written(content);
      if (own) {
        ids.note(content);
        return own;
      }
      return content.role === 'model'
        ? [assistantMessage(content, ids, options)]
        : userMessages(content, ids, options);
    }),
  ];
}

function systemMessage({ parts }: Content): ChatMessage {
  const texts = parts.map(({ text }) => text);
  if (texts.some((text) => text === undefined)) {
    throw new InputError(
      'the system instruction holds something other than text, which chat completions cannot say',
    );
  }
  return { role: 'system', content: texts.join('\n') };
}

/** Results of functions are messages of their own, and stand before what the person says beside them. */
function userMessages(content: Content, ids: CallIds, options: MessagesOptions): ChatMessage[] {
  const results = content.parts.flatMap(({ functionResponse }) =>
    functionResponse ? [toolMessage(functionResponse, ids)] : [],
  );
  const parts = content.parts
    .filter(({ functionResponse }) => functionResponse === undefined)
    .map((part) => contentPart(part, options));
  const [first] = parts;
  if (first === undefined) return results;
  if (options.dialect.messagePer === 'part') return [...results, ...parts.map((part) => userMessage([part]))];
  return [...results, userMessage(parts)];
}

/** A text alone is a string. */
function userMessage(parts: ContentPart[]): ChatMessage {
  const text = parts.length === 1 && parts[0]?.type === 'text' ? parts[0].text : undefined;
  return { role: 'user', content: typeof text === 'string' ? text : parts };
}

function contentPart(part: Part, { dialect, losses }: MessagesOptions): ContentPart {
  const { text, inlineData, fileData, videoMetadata, mediaResolution } = part;
  if (text !== undefined) return { type: 'text', text };
  if (!inlineData && !fileData) {
    throw new InputError(`a ${fieldOf(part)} of the user is nothing that chat completions can say`);
  }
  if (inlineData && /^text\//.test(inlineData.mimeType) && !isByteSource(inlineData.data)) {
    return { type: 'text', text: Buffer.from(inlineData.data, 'base64').toString('utf8') };
  }
  if (videoMetadata) losses.leftOut('videoMetadata (the whole recording is sent)');
  if (mediaResolution && !(dialect.imageDetail && DETAILS[mediaResolution.level ?? ''])) {
    losses.leftOut('mediaResolution');
  }
  return mediaToChat(part, dialect);
}

function assistantMessage({ parts }: Content, ids: CallIds, options: MessagesOptions): ChatMessage {
  const { dialect, losses } = options;
  let [text, thoughts] = ['', ''];
  const calls: ToolCall[] = [];
  for (const part of parts) {
    if (part.thoughtSignature !== undefined) losses.leftOut('thoughtSignature');
    if (part.thought === true) thoughts += part.text ?? '';
    else if (part.text !== undefined) text += part.text;
    else if (part.functionCall) calls.push(toolCall(part.functionCall, ids));
    else text += codeText(part, losses);
  }
  const message: ChatMessage = { role: 'assistant', content: text === '' && calls.length > 0 ? null : text };
  if (calls.length > 0) message.tool_calls = calls;
  if (thoughts !== '' && dialect.thoughts) message[dialect.thoughts] = thoughts;
  else if (thoughts !== '') losses.leftOut('thoughts of earlier turns');
  return message;
}

/** Code that the service ran, and what came of it, read well as text. */
function codeText(part: Part, losses: Losses): string {
  const { executableCode, codeExecutionResult } = part;
  if (!executableCode && !codeExecutionResult) {
    throw new InputError(`a ${fieldOf(part)} of the model is nothing that chat completions can say`);
  }
  losses.changed('executed code of earlier turns', 'text');
  if (executableCode)
    return `\n\`\`\`${executableCode.language.toLowerCase()}\n${executableCode.code}\n\`\`\`\n`;
  return `\n\`\`\`\n${codeExecutionResult?.output ?? ''}\n\`\`\`\n`;
}

function toolCall(call: FunctionCall, ids: CallIds): ToolCall {
  return {
    id: ids.ofCall(call),
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.args ?? {}) },
  };
}

function toolMessage(result: FunctionResponse, ids: CallIds): ChatMessage {
  if (result.parts && result.parts.length > 0) {
    throw new InputError(`media in the result of ${result.name} are nothing that chat completions can say`);
  }
  return { role: 'tool', tool_call_id: ids.ofResult(result), content: JSON.stringify(result.response) };
}

/** Every call needs an id here, and Gemini's may have none: then the results answer the calls of their name in order. */
class CallIds {
  readonly #open: { name: string; id: string }[] = [];
  #made = 0;

  ofCall({ id, name }: FunctionCall): string {
    const given = id || this.#make();
    this.#open.push({ name, id: given });
    return given;
  }

  ofResult({ id, name }: FunctionResponse): string {
    const at = this.#open.findIndex((call) => (id ? call.id === id : call.name === name));
    const [answered] = at === -1 ? [] : this.#open.splice(at, 1);
    return answered?.id ?? (id || this.#make());
  }

  /** Takes notice of the calls and results of a turn that is sent as it was written. */
  note({ parts }: Content): void {
    for (const { functionCall, functionResponse } of parts) {
      if (functionCall) this.ofCall(functionCall);
      if (functionResponse) this.ofResult(functionResponse);
    }
  }

  #make(): string {
    this.#made += 1;
    return `call_${this.#made}`;
  }
}

function fieldOf(part: Part): string {
  return (
    Object.keys(part).find((name) => !/^(thought|thoughtSignature)$/.test(name)) ?? 'part without content'
  );
}
