import { InputError } from '../../errors.ts';
import { type Fields, isFields } from '../fold-fields.ts';
import type {
  FunctionDeclaration,
  GenerateContentRequest,
  GenerationConfig,
  Tool,
  ToolConfig,
} from '../generate-content.ts';
import { conversationOf } from './from-messages.ts';
import { type Loss, Losses } from './losses.ts';
import { SAME_PARAMETERS } from './parameters.ts';
import { type Written, withWritten } from './written.ts';

export type FromChatRequest = {
  readonly request: GenerateContentRequest;
  /** Fields that generateContent has no word for: for a server of this language they are to be added to the request. */
  readonly extras: Fields;
  /** What a generateContent service would not get to know of the messages. */
  readonly losses: Loss[];
};

/**
 * A chat-completions request in the words of generateContent. It remembers what it was written as, so that a server of
 * this language gets its untouched pieces unchanged (toChatRequest).
 * @param name what to call the file in errors
 * @throws InputError with the place of what cannot be meant
 */
export function fromChatRequest(
  chat: Fields & { readonly messages: readonly Fields[] },
  name: string,
): FromChatRequest {
  const written: Written = new Map();
  const losses = new Losses();
  const { messages, tools, tool_choice: choice, ...fields } = chat;
  const { config, parameters, extras } = configurationOf(fields);
  const declared = toolsOf(tools, name);
  const toolConfig = toolConfigOf(choice);
  const request: GenerateContentRequest = { ...conversationOf(messages, name, { losses, written }) };
  if (Object.keys(config).length > 0) {
    request.generationConfig = config;
    written.set(config, parameters);
  }
  if (declared) {
    request.tools = [declared];
    written.set(declared, tools);
  }
  if (toolConfig) {
    request.toolConfig = toolConfig;
    written.set(toolConfig, { tool_choice: choice });
  } else if (choice !== undefined) {
    extras.tool_choice = choice;
  }
  return { request: withWritten(request, written), extras, losses: losses.list() };
}

type Configuration = {
  config: GenerationConfig;
  /** The fields that `config` was read from. */
  parameters: Fields;
  extras: Fields;
};

function configurationOf(fields: Fields): Configuration {
  const [config, parameters, extras]: [GenerationConfig, Fields, Fields] = [{}, {}, {}];
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    const read = PARAMETERS.get(name)?.(value);
    if (read) {
      Object.assign(config, read);
      parameters[name] = value;
    } else {
      extras[name] = value;
    }
  }
  return { config, parameters, extras };
}

/** Reads one parameter; undefined when its value is nothing that Gemini has. */
type ReadParameter = (value: unknown) => GenerationConfig | undefined;

const number =
  (name: keyof GenerationConfig): ReadParameter =>
  (value) =>
    typeof value === 'number' ? { [name]: value } : undefined;

const PARAMETERS: ReadonlyMap<string, ReadParameter> = new Map<string, ReadParameter>([
  ...Object.entries(SAME_PARAMETERS).map(([name, word]): [string, ReadParameter] => [
    word,
    number(name as keyof GenerationConfig),
  ]),
  ['stop', stopSequences],
  ['n', number('candidateCount')],
  ['max_tokens', number('maxOutputTokens')],
  ['max_completion_tokens', number('maxOutputTokens')],
  ['top_k', number('topK')],
  ['response_format', responseFormat],
  ['reasoning_effort', thinking],
]);

function stopSequences(value: unknown): GenerationConfig | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((each) => typeof each === 'string');
  return texts.length === list.length ? { stopSequences: texts } : undefined;
}

function responseFormat(value: unknown): GenerationConfig | undefined {
  if (!isFields(value)) return undefined;
  if (value.type === 'text') return {};
  // llama.cpp's own form has the schema beside the type.
  const schema = (isFields(value.json_schema) ? value.json_schema.schema : undefined) ?? value.schema;
  if (value.type !== 'json_schema' && value.type !== 'json_object') return undefined;
  return {
    responseMimeType: 'application/json',
    ...(schema === undefined ? {} : { responseJsonSchema: schema }),
  };
}

const LEVELS: readonly unknown[] = ['minimal', 'low', 'medium', 'high'];

function thinking(value: unknown): GenerationConfig | undefined {
  if (value === 'none') return { thinkingConfig: { thinkingBudget: 0 } };
  return LEVELS.includes(value)
    ? { thinkingConfig: { thinkingLevel: String(value).toUpperCase() } }
    : undefined;
}

function toolsOf(tools: unknown, name: string): Tool | undefined {
  if (tools === undefined || tools === null) return undefined;
  if (!Array.isArray(tools)) throw new InputError(`${name}: tools must be a list`);
  if (tools.length === 0) return undefined;
  const functionDeclarations = tools.map((tool: unknown, index): FunctionDeclaration => {
    const declared = isFields(tool) ? tool.function : undefined;
    if (!isFields(declared) || typeof declared.name !== 'string') {
      throw new InputError(`${name}: tools[${index}] declares no function`);
    }
    const { description, parameters } = declared;
    return {
      name: declared.name,
      ...(typeof description === 'string' ? { description } : {}),
      ...(isFields(parameters) ? { parametersJsonSchema: parameters } : {}),
    };
  });
  return { functionDeclarations };
}

function toolConfigOf(choice: unknown): ToolConfig | undefined {
  const named = isFields(choice) && isFields(choice.function) ? choice.function.name : undefined;
  if (typeof named === 'string') {
    return { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [named] } };
  }
  const mode = MODES.get(choice);
  return mode === undefined ? undefined : { functionCallingConfig: { mode } };
}

const MODES: ReadonlyMap<unknown, string> = new Map([
  ['auto', 'AUTO'],
  ['required', 'ANY'],
  ['none', 'NONE'],
]);
