import type { Violation } from '../messages/reader.ts';
import type { ReceivedContent, ReceivedRequest } from '../received-request.ts';

/** Function declarations have proper names, each once, and at most one schema of each sort. */
export function* declarationsWellFormed({ tools = [] }: ReceivedRequest): Iterable<Violation> {
  const seen = new Set<string>();
  for (const [toolIndex, tool] of tools.entries()) {
    for (const [index, declaration] of (tool.functionDeclarations ?? []).entries()) {
      const field = `tools[${toolIndex}].function_declarations[${index}]`;
      const name = declaration.name ?? '';
      if (!/^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$/.test(name))
        yield { field: `${field}.name`, description: NAME_RULE };
      if (seen.has(name)) {
        yield { field: `${field}.name`, description: `Duplicate function declaration found: ${name}` };
      }
      seen.add(name);
      if (declaration.parameters !== undefined && declaration.parametersJsonSchema !== undefined) {
        const description = 'Only one of parameters and parameters_json_schema may be set.';
        yield { field: `${field}.parameters_json_schema`, description };
      }
      if (declaration.response !== undefined && declaration.responseJsonSchema !== undefined) {
        const description = 'Only one of response and response_json_schema may be set.';
        yield { field: `${field}.response_json_schema`, description };
      }
    }
  }
}

/** What may be called has been declared. */
export function* callingConfigWellFormed({ tools = [], toolConfig }: ReceivedRequest): Iterable<Violation> {
  const { mode, allowedFunctionNames = [] } = toolConfig?.functionCallingConfig ?? {};
  const declared = new Set(tools.flatMap((tool) => tool.functionDeclarations ?? []).map(({ name }) => name));
  const field = 'tool_config.function_calling_config';
  if (mode === 'ANY' && declared.size === 0) {
    const description = 'Function calling config is set without function_declarations.';
    yield { field: `${field}.mode`, description };
  }
  if (allowedFunctionNames.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED') {
    const description = 'allowed_function_names may only be set when the mode is ANY or VALIDATED.';
    yield { field: `${field}.allowed_function_names`, description };
  }
  for (const [index, name] of allowedFunctionNames.entries()) {
    if (declared.has(name)) continue;
    const description = `${name} is not a declared function.`;
    yield { field: `${field}.allowed_function_names[${index}]`, description };
  }
}

/**
 * Each turn of the model with function calls is followed at once by as many responses, and each response is to one of
 * those calls: by id where both have one, else by name.
 */
export function* responsesMatchCalls({ contents = [] }: ReceivedRequest): Iterable<Violation> {
  let calls: { id?: string; name?: string }[] = [];
  for (const turn of turnsOf(contents)) {
    if (turn.role === 'model') {
      calls = turn.contents.flatMap(({ content }) =>
        (content.parts ?? []).flatMap((part) => part.functionCall ?? []),
      );
      continue;
    }
    const open = [...calls];
    let responses = 0;
    for (const { content, index } of turn.contents) {
      for (const [partIndex, part] of (content.parts ?? []).entries()) {
        const response = part.functionResponse;
        if (response === undefined) continue;
        responses += 1;
        const match = open.findIndex((call) => {
          return call.name === response.name && (!call.id || !response.id || call.id === response.id);
        });
        if (match >= 0) open.splice(match, 1);
        else {
          const field = `contents[${index}].parts[${partIndex}].function_response`;
          const description = `no earlier function call of ${response.name ?? ''} matches this response.`;
          yield { field, description };
        }
      }
    }
    if (responses < calls.length) {
      yield { field: `contents[${turn.contents[0]?.index ?? 0}].parts`, description: COUNT_RULE };
    }
    calls = [];
  }
}

const NAME_RULE =
  'Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), ' +
  'underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.';
const COUNT_RULE =
  'Please ensure that the number of function response parts is equal to the number of function call parts of the ' +
  'function call turn.';

type Turn = { role: 'user' | 'model'; contents: { content: ReceivedContent; index: number }[] };

/** Neighbouring contents of one side count as one turn. */
function turnsOf(contents: ReceivedContent[]): Turn[] {
  const turns: Turn[] = [];
  for (const [index, content] of contents.entries()) {
    const role = content.role?.toLowerCase() === 'model' ? 'model' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.contents.push({ content, index });
    else turns.push({ role, contents: [{ content, index }] });
  }
  return turns;
}
