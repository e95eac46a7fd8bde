import { isObject, SCALARS } from '../messages/scalars.ts';
import { ChatRefusal, invalidValue, missing, wrongType } from './chat-refusal.ts';

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];

/**
 * Checks the conversation: roles, what each may hold, and that each call of a function gets its result.
 * @throws ChatRefusal
 */
export function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages)) throw wrongType('messages', 'an array of objects', messages);
  if (messages.length === 0) throw invalidValue('messages', 'the array is empty.');
  /** Ids of calls whose results have not come yet. */
  let open: string[] = [];
  messages.forEach((message: unknown, index) => {
    const param = `messages[${index}]`;
    if (!isObject(message)) throw wrongType(param, 'an object', message);
    const { role, content, tool_calls: calls, tool_call_id: id } = message;
    if (role === undefined) throw missing(`${param}.role`);
    if (!ROLES.includes(String(role))) {
      const supported = ROLES.map((each) => `'${each}'`).join(', ');
      throw invalidValue(`${param}.role`, `'${role}'. Supported values are: ${supported}.`);
    }
    if (role === 'tool') {
      if (typeof id !== 'string') throw missing(`${param}.tool_call_id`);
      if (!open.includes(id)) {
        throw invalidValue(
          param,
          "messages with role 'tool' must answer a preceding message with 'tool_calls'.",
        );
      }
      open = open.filter((each) => each !== id);
    } else if (open.length > 0) {
      throw invalidValue(param, `the calls ${open.join(', ')} of the message before have no result.`);
    }
    const isCall = role === 'assistant' && Array.isArray(calls);
    if (isCall) open = calls.map((call: unknown, at) => checkCall(call, `${param}.tool_calls[${at}]`));
    if (!isCall || (content !== null && content !== undefined)) {
      checkContent(content, `${param}.content`, String(role));
    }
  });
  if (open.length > 0) throw invalidValue('messages', `the calls ${open.join(', ')} have no result.`);
}

function checkCall(call: unknown, param: string): string {
  if (!isObject(call)) throw wrongType(param, 'an object', call);
  const { id, type, function: called } = call;
  if (typeof id !== 'string' || id === '') throw missing(`${param}.id`);
  if (type !== 'function') throw invalidValue(`${param}.type`, "Supported values are: 'function'.");
  if (!isObject(called) || typeof called.name !== 'string') throw missing(`${param}.function.name`);
  if (typeof called.arguments !== 'string') {
    throw wrongType(`${param}.function.arguments`, 'a string', called.arguments);
  }
  return id;
}

function checkContent(content: unknown, param: string, role: string): void {
  if (content === undefined) throw missing(param);
  if (typeof content === 'string') return;
  if (!Array.isArray(content)) throw wrongType(param, 'one of a string or array of objects', content);
  if (content.length === 0) throw invalidValue(param, 'the array is empty.');
  content.forEach((part: unknown, index) => {
    const place = `${param}[${index}]`;
    if (!isObject(part)) throw wrongType(place, 'an object', part);
    if (part.type === 'text') {
      if (typeof part.text !== 'string') throw wrongType(`${place}.text`, 'a string', part.text);
      return;
    }
    const check = MEDIA[String(part.type)];
    if (!check || role !== 'user') {
      const supported = ['text', ...(role === 'user' ? Object.keys(MEDIA) : [])];
      throw new ChatRefusal(
        `Invalid value: '${part.type}'. Supported values are: ${supported.map((each) => `'${each}'`).join(', ')}.`,
        `${place}.type`,
        'invalid_value',
      );
    }
    const field = `${place}.${part.type}`;
    const medium = part[String(part.type)];
    if (medium === undefined) throw missing(field);
    if (!isObject(medium)) throw wrongType(field, 'an object', medium);
    check(medium, field);
  });
}

type CheckMedium = (medium: Record<string, unknown>, param: string) => void;

const byUrl =
  (kind: string): CheckMedium =>
  ({ url, detail }, param) => {
    if (typeof url !== 'string') throw wrongType(`${param}.url`, 'a string', url);
    if (detail !== undefined && !['auto', 'low', 'high'].includes(String(detail))) {
      throw invalidValue(`${param}.detail`, "Supported values are: 'auto', 'low', 'high'.");
    }
    if (url.startsWith('data:')) checkDataUrl(url, kind, `${param}.url`);
    else if (!/^(https?|s3|gs):\/\/\S+$/.test(url)) {
      throw invalidValue(
        `${param}.url`,
        `expected a URL or a data URL of base64, but got '${url.slice(0, 60)}'.`,
      );
    }
  };

const byData: CheckMedium = ({ data, format, url }, param) => {
  if (url !== undefined) {
    if (typeof url !== 'string' || !/^(https?|s3):\/\/\S+$/.test(url)) {
      throw invalidValue(`${param}.url`, 'expected a URL.');
    }
    return;
  }
  if (typeof data !== 'string') throw missing(`${param}.data`);
  if (typeof format !== 'string' || !/^[a-z0-9]{2,5}$/.test(format)) throw missing(`${param}.format`);
  checkBase64(data, `${param}.data`);
};

const MEDIA: Readonly<Record<string, CheckMedium>> = {
  image_url: byUrl('image'),
  input_audio: byData,
  file: ({ file_data: data, file_id: id, filename }, param) => {
    if (typeof id === 'string') return;
    if (typeof data !== 'string') throw missing(`${param}.file_data`);
    if (typeof filename !== 'string' || filename === '') throw missing(`${param}.filename`);
    checkDataUrl(data, 'application', `${param}.file_data`);
  },
  // Distributed Cloud and llama.cpp; vLLM.
  input_video: byData,
  input_document: byData,
  audio_url: byUrl('audio'),
  video_url: byUrl('video'),
};

function checkDataUrl(url: string, kind: string, param: string): void {
  const comma = url.indexOf(',');
  const [, type] = /^data:([a-z]+)\/[a-z0-9.+-]+;base64$/.exec(url.slice(0, comma)) ?? [];
  if (type !== kind) throw invalidValue(param, `expected data:${kind}/...;base64, before the data.`);
  checkBase64(url.slice(comma + 1), param);
}

function checkBase64(data: string, param: string): void {
  const reading = SCALARS.bytes?.read(data);
  if (data === '' || !reading || !('value' in reading)) {
    throw invalidValue(param, 'expected base64-encoded data, but got an invalid encoding instead.');
  }
}
