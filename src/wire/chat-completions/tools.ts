import type { FunctionDeclaration, Tool, ToolConfig } from '../generate-content.ts';
import { jsonSchemaOf } from '../json-schema.ts';
import type { Dialect } from './dialect.ts';
import type { Losses } from './losses.ts';
import type { Written } from './written.ts';

export type ToolsOptions = {
  readonly dialect: Dialect;
  readonly losses: Losses;
  readonly written: Written | undefined;
};

/** `tools` and `tool_choice`; what the service itself would run (a search, code) has no word here. */
export function toolsOf(
  tools: readonly Tool[],
  config: ToolConfig | undefined,
  { dialect, losses, written }: ToolsOptions,
): { tools?: unknown[]; tool_choice?: unknown } {
  const { mode = 'AUTO', allowedFunctionNames: allowed = [] } = config?.functionCallingConfig ?? {};
  if (config?.retrievalConfig) losses.leftOut('retrievalConfig');
  const isAllowed = (name: string) => mode !== 'ANY' || allowed.length === 0 || allowed.includes(name);
  const said = tools.flatMap((tool) => {
    const { functionDeclarations = [], ...others } = tool;
    for (const name of Object.keys(others)) losses.leftOut(name);
    const own = written?.get(tool) as unknown[] | undefined;
    return (
      own ??
      functionDeclarations.filter(({ name }) => isAllowed(name)).map((each) => functionTool(each, losses))
    );
  });
  if (said.length === 0) return {};
  const writtenChoice = config && (written?.get(config) as object | undefined);
  if (writtenChoice) return { tools: said, ...writtenChoice };
  // To offer no function is to allow none, also where there is no other way to say it.
  if (mode === 'NONE' && !dialect.toolChoice) return {};
  const choice = CHOICES[mode];
  if (choice === undefined) losses.changed(`function calling mode ${mode}`, 'tool_choice auto');
  if (!config?.functionCallingConfig?.mode || !choice) return { tools: said };
  if (!dialect.toolChoice) {
    if (choice !== 'auto') losses.leftOut(`function calling mode ${mode}`);
    return { tools: said };
  }
  const [only] = allowed;
  const named =
    mode === 'ANY' && allowed.length === 1 ? { type: 'function', function: { name: only } } : choice;
  return { tools: said, tool_choice: named };
}

const CHOICES: Readonly<Record<string, string>> = { AUTO: 'auto', ANY: 'required', NONE: 'none' };

function functionTool(declaration: FunctionDeclaration, losses: Losses): unknown {
  const { name, description, parameters, parametersJsonSchema, response } = declaration;
  if (response) losses.leftOut('the response schema of a function');
  const schema = jsonSchemaOf(parametersJsonSchema ?? parameters);
  return {
    type: 'function',
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      ...(schema === undefined ? {} : { parameters: schema }),
    },
  };
}
