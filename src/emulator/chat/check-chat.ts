import { isObject } from '../messages/scalars.ts';
import { ChatRefusal, invalidValue, missing, unknown, wrongType } from './chat-refusal.ts';
import { checkMessages } from './check-messages.ts';
import type { ReceivedChat } from './received-chat.ts';

/** Distributed Cloud has a second name for the model, and its guide's request names none. */
export type ChatService = 'openai' | 'gdc';

/**
 * Checks a chat-completions request as strictly as the reference says
 * (https://platform.openai.com/docs/api-reference/chat/create), and the extensions of other servers by their documents.
 * @throws ChatRefusal for the first thing that is wrong
 */
export function checkChat(body: unknown, service: ChatService): ReceivedChat {
  if (!isObject(body)) throw new ChatRefusal('The request body is not a JSON object.');
  for (const [name, value] of Object.entries(body)) {
    const check = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    if (!check || (name === 'model_id' && service !== 'gdc')) throw unknown(name);
    if (value !== null) check(value, name);
  }
  if (body.messages === undefined) throw missing('messages');
  if (service === 'openai' && body.model === undefined) throw missing('model');
  checkMessages(body.messages);
  if (body.stream_options && body.stream !== true) {
    throw invalidValue('stream_options', 'only allowed when streaming is enabled.');
  }
  if (body.tool_choice && body.tool_choice !== 'none' && !body.tools) {
    throw invalidValue('tool_choice', "only allowed when 'tools' are specified.");
  }
  return body as ReceivedChat;
}

type Check = (value: unknown, param: string) => void;

const text: Check = (value, param) => {
  if (typeof value !== 'string') throw wrongType(param, 'a string', value);
  if (value === '') throw invalidValue(param, 'it must not be empty.');
};
const flag: Check = (value, param) => {
  if (typeof value !== 'boolean') throw wrongType(param, 'a boolean', value);
};
const object: Check = (value, param) => {
  if (!isObject(value)) throw wrongType(param, 'an object', value);
};
const anything: Check = () => {};

const number =
  (lowest: number, highest: number, whole = false): Check =>
  (value, param) => {
    if (typeof value !== 'number' || (whole && !Number.isInteger(value))) {
      throw wrongType(param, whole ? 'an integer' : 'a decimal', value);
    }
    if (value < lowest || value > highest) {
      throw invalidValue(param, `expected a value from ${lowest} to ${highest}, but got ${value} instead.`);
    }
  };

const oneOf =
  (...values: string[]): Check =>
  (value, param) => {
    if (typeof value === 'string' && values.includes(value)) return;
    const supported = values.map((each) => `'${each}'`).join(', ');
    throw invalidValue(param, `${JSON.stringify(value)?.slice(0, 80)}. Supported values are: ${supported}.`);
  };

const listOf =
  (item: Check, most = Number.POSITIVE_INFINITY): Check =>
  (value, param) => {
    if (!Array.isArray(value)) throw wrongType(param, 'an array', value);
    if (value.length === 0) throw invalidValue(param, 'the array is empty.');
    if (value.length > most) throw invalidValue(param, `at most ${most} items are allowed.`);
    value.forEach((each, index) => {
      item(each, `${param}[${index}]`);
    });
  };

const fields =
  (known: Readonly<Record<string, Check>>, ...required: string[]): Check =>
  (value, param) => {
    if (!isObject(value)) throw wrongType(param, 'an object', value);
    for (const [name, inner] of Object.entries(value)) {
      const check = Object.hasOwn(known, name) ? known[name] : undefined;
      if (!check) throw unknown(`${param}.${name}`);
      check(inner, `${param}.${name}`);
    }
    for (const name of required) if (value[name] === undefined) throw missing(`${param}.${name}`);
  };

/** Names of functions and schemas. */
const name: Check = (value, param) => {
  text(value, param);
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(value))) {
    throw invalidValue(param, 'expected a string that matches the pattern ^[a-zA-Z0-9_-]+$.');
  }
};

const tool = fields(
  {
    type: oneOf('function'),
    function: fields({ name, description: anything, parameters: object, strict: anything }, 'name'),
  },
  'type',
  'function',
);

const toolChoice: Check = (value, param) => {
  if (typeof value === 'string') oneOf('none', 'auto', 'required')(value, param);
  else
    fields({ type: oneOf('function'), function: fields({ name }, 'name') }, 'type', 'function')(value, param);
};

const responseFormat: Check = (value, param) => {
  fields(
    {
      type: oneOf('text', 'json_object', 'json_schema'),
      json_schema: fields({ name, description: anything, schema: object, strict: anything }, 'name'),
      // llama.cpp's own form.
      schema: object,
    },
    'type',
  )(value, param);
  if (!isObject(value) || value.type !== 'json_schema') return;
  if (value.json_schema === undefined && value.schema === undefined) throw missing(`${param}.json_schema`);
};

const stop: Check = (value, param) => {
  if (typeof value === 'string') text(value, param);
  else listOf(text, 5)(value, param);
};

const PARAMETERS: Readonly<Record<string, Check>> = {
  messages: anything,
  model: text,
  model_id: text,
  temperature: number(0, 2),
  top_p: number(0, 1),
  n: number(1, 128, true),
  seed: number(-(2 ** 63), 2 ** 63, true),
  stop,
  max_tokens: number(1, 2 ** 31, true),
  max_completion_tokens: number(1, 2 ** 31, true),
  presence_penalty: number(-2, 2),
  frequency_penalty: number(-2, 2),
  logit_bias: object,
  logprobs: flag,
  top_logprobs: number(0, 20, true),
  stream: flag,
  stream_options: fields({ include_usage: flag, include_obfuscation: flag }),
  tools: listOf(tool, 128),
  tool_choice: toolChoice,
  parallel_tool_calls: flag,
  response_format: responseFormat,
  reasoning_effort: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
  service_tier: oneOf('auto', 'default', 'flex', 'scale', 'priority'),
  metadata: object,
  store: flag,
  user: text,
  safety_identifier: text,
  prompt_cache_key: text,
  verbosity: oneOf('low', 'medium', 'high'),
  // Extensions: vLLM, llama.cpp and LM Studio; the last one is Google's own layer.
  top_k: number(-1, 2 ** 31, true),
  chat_template_kwargs: object,
  extra_body: object,
};
