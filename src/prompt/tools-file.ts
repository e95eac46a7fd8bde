import { InputError } from '../errors.ts';
import type { FunctionDeclaration, Tool } from '../wire/generate-content.ts';
import { canonicalMessage, type Source } from './canonical.ts';
import { isJsonObject, type JsonObject, parseLenientJson } from './lenient-json.ts';
import { fieldOf } from './request-fields.ts';
import { needsJsonSchema } from './schema-forms.ts';

/**
 * Tools from a file: {"tools": ...}, {"functionDeclarations": ...} (snake_case too), a declaration, or a list of tools,
 * of declarations or of OpenAI's {"type": "function", "function": ...}. All declarations become one tool, as the
 * service wants them; other tools follow. A parameter schema goes out as given, in `parametersJsonSchema` when it says
 * what `parameters` (OpenAPI) cannot.
 * @throws InputError with name:line:column for what is not JSON, or the declaration that cannot be used
 */
export function parseTools(text: string, name: string): Tool[] {
  const value = parseLenientJson(text, (where, problem) => new InputError(`${name}:${where}: ${problem}`));
  const source: Source = { name, notes: [] };
  const declarations: FunctionDeclaration[] = [];
  const others: Tool[] = [];
  for (const [item, path] of items(value, name)) {
    if (!isJsonObject(item)) throw new InputError(`${name}: ${path} is not a tool`, { hint: FORMS });
    if (item.type === 'function') {
      const inner = isJsonObject(item.function) ? item.function : item;
      declarations.push(declaration(openAiFunction(inner), path, source));
    } else if (typeof item.name === 'string') {
      declarations.push(declaration(item, path, source));
    } else if (Object.keys(item).some((key) => fieldOf('Tool', key) !== undefined)) {
      const tool: Tool = canonicalMessage('Tool', item, path, source);
      const { functionDeclarations = [], ...rest } = tool;
      declarations.push(...functionDeclarations.map((each) => declaration(each, path, source)));
      if (Object.keys(rest).length > 0) others.push(rest);
    } else {
      throw new InputError(`${name}: ${path} is not a tool`, { hint: FORMS });
    }
  }
  const twice = declarations.find(
    (each, index) => declarations.findIndex((e) => e.name === each.name) < index,
  );
  if (twice !== undefined) throw new InputError(`${name}: the function "${twice.name}" is declared twice`);
  const tools = declarations.length > 0 ? [{ functionDeclarations: declarations }, ...others] : others;
  if (tools.length === 0) throw new InputError(`${name} declares no tool`, { hint: FORMS });
  return tools;
}

const FORMS =
  'a tools file is {"functionDeclarations": [{"name": ..., "description": ..., "parameters": ...}]}';

/** The names that the service takes. */
const NAME = /^[A-Za-z_][\w.-]{0,63}$/;

function items(value: unknown, name: string): [unknown, string][] {
  if (Array.isArray(value)) return value.map((item, index) => [item, `[${index}]`]);
  if (!isJsonObject(value)) throw new InputError(`${name} holds no tools`, { hint: FORMS });
  if (!Object.hasOwn(value, 'tools')) return [[value, 'the file']];
  const { tools } = value;
  return Array.isArray(tools) ? tools.map((item, index) => [item, `tools[${index}]`]) : [[tools, 'tools']];
}

function declaration(item: JsonObject, path: string, source: Source): FunctionDeclaration {
  const { name, ...rest } = canonicalMessage('FunctionDeclaration', item, path, source);
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new InputError(`${source.name}: ${path}: "${name}" is not a name for a function`, {
      hint: 'letters, digits, underscores, dots and dashes, at most 64, beginning with a letter or underscore',
    });
  }
  const { parameters, ...others } = rest;
  if (
    parameters === undefined ||
    Object.hasOwn(rest, 'parametersJsonSchema') ||
    !needsJsonSchema(parameters)
  ) {
    return { name, ...rest };
  }
  return { name, ...others, parametersJsonSchema: parameters };
}

/** `type` and `strict` are words of OpenAI's form alone. */
function openAiFunction({ type: _, strict: __, ...declared }: JsonObject): JsonObject {
  return declared;
}
