import type {
  ReceivedContent,
  ReceivedGenerationConfig,
  ReceivedPart,
  ReceivedRequest,
} from '../received-request.ts';
import type { ReceivedChat, ReceivedContentPart, ReceivedMessage } from './received-chat.ts';

/**
 * A checked chat-completions request as the request that the responder answers. Messages of one side that follow each
 * other are one turn, as the model sees them: Distributed Cloud has a message for each part.
 */
export function requestOfChat(chat: ReceivedChat): ReceivedRequest {
  const system = chat.messages.filter(({ role }) => isSystem(role)).flatMap(partsOf);
  const contents: ReceivedContent[] = [];
  const called = new Map<string, string>();
  for (const message of chat.messages) {
    if (isSystem(message.role)) continue;
    for (const { id, function: call } of message.tool_calls ?? []) called.set(id, call.name);
    const role = message.role === 'assistant' ? 'model' : 'user';
    const parts = message.role === 'tool' ? [resultPart(message, called)] : partsOf(message);
    const last = contents.at(-1);
    if (last?.role === role) last.parts?.push(...parts);
    else contents.push({ role, parts });
  }
  const generationConfig = configOf(chat);
  return {
    contents,
    ...(system.length > 0 ? { systemInstruction: { parts: system } } : {}),
    ...(Object.keys(generationConfig).length > 0 ? { generationConfig } : {}),
    ...toolsOf(chat),
  };
}

const isSystem = (role: string) => role === 'system' || role === 'developer';

function partsOf({ content, tool_calls: calls }: ReceivedMessage): ReceivedPart[] {
  const list: ReceivedContentPart[] =
    typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
  return [
    ...list.map((part) => (part.text === undefined ? mediumPart(part) : { text: part.text })),
    ...(calls ?? []).map(({ id, function: { name, arguments: args } }) => ({
      functionCall: { id, name, args: objectOf(args) },
    })),
  ];
}

function resultPart(
  { tool_call_id: id = '', content }: ReceivedMessage,
  called: ReadonlyMap<string, string>,
): ReceivedPart {
  const text =
    typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('');
  return { functionResponse: { id, name: called.get(id) ?? '', response: objectOf(text) } };
}

/** What is no JSON object is the text of a result. */
function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Plain text.
  }
  return { output: text };
}

function mediumPart(part: ReceivedContentPart): ReceivedPart {
  const {
    data,
    format,
    url,
    file_data: file,
    filename,
  } = part[part.type] as Record<string, string | undefined>;
  const address = url ?? file;
  const [, mimeType, base64] = /^data:([^;,]+);base64,(.*)$/s.exec(address ?? '') ?? [];
  if (base64 !== undefined) {
    return {
      inlineData: { mimeType: mimeType ?? '', data: base64, ...(filename ? { displayName: filename } : {}) },
    };
  }
  const type = mediumType(part.type, format);
  if (address !== undefined) return { fileData: { fileUri: address, ...(type ? { mimeType: type } : {}) } };
  return { inlineData: { mimeType: type ?? '', data: data ?? '' } };
}

/** What a format is the short name of; most are the end of their MIME type. */
function mediumType(part: string, format: string | undefined): string | undefined {
  if (format === undefined) return undefined;
  const known: Record<string, string> = {
    mp3: 'mpeg',
    mov: 'quicktime',
    flv: 'x-flv',
    '3gp': '3gpp',
    txt: 'plain',
  };
  const kind = part.includes('audio') ? 'audio' : part.includes('video') ? 'video' : 'application';
  return format === 'txt' ? 'text/plain' : `${kind}/${known[format] ?? format}`;
}

function toolsOf({ tools, tool_choice: choice }: ReceivedChat): Partial<ReceivedRequest> {
  if (!tools) return {};
  const functionDeclarations = tools.map(({ function: { name, parameters } }) => ({
    name,
    ...(parameters ? { parametersJsonSchema: parameters } : {}),
  }));
  const modes: Record<string, string> = { auto: 'AUTO', required: 'ANY', none: 'NONE' };
  const functionCallingConfig =
    typeof choice === 'object' && choice !== null
      ? { mode: 'ANY', allowedFunctionNames: [choice.function.name] }
      : { mode: modes[choice ?? 'auto'] ?? 'AUTO' };
  return { tools: [{ functionDeclarations }], toolConfig: { functionCallingConfig } };
}

const SAME: Readonly<Record<string, keyof ReceivedGenerationConfig>> = {
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  n: 'candidateCount',
  max_tokens: 'maxOutputTokens',
  max_completion_tokens: 'maxOutputTokens',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
};

function configOf(chat: ReceivedChat): ReceivedGenerationConfig {
  const config: ReceivedGenerationConfig = {};
  for (const [name, field] of Object.entries(SAME)) {
    const value = chat[name];
    if (value !== undefined && value !== null) Object.assign(config, { [field]: value });
  }
  const { stop, response_format: format, reasoning_effort: effort } = chat;
  if (stop) config.stopSequences = [stop].flat();
  if (effort && effort !== 'none') {
    config.thinkingConfig = { includeThoughts: true, thinkingLevel: effort.toUpperCase() };
  }
  if (format && format.type !== 'text') {
    const schema = format.json_schema?.schema ?? format.schema;
    config.responseMimeType = 'application/json';
    if (schema !== undefined) config.responseJsonSchema = schema;
  }
  return config;
}
