import { badRequest } from '../google-error.ts';
import type { ReceivedFunctionDeclaration, ReceivedRequest } from '../received-request.ts';
import { instanceOf } from './schema-instance.ts';

export type PlannedCall = { name: string; args: Record<string, unknown> };

/**
 * The functions to call in place of an answer: with mode ANY the first one allowed; otherwise those for which the last
 * text says `call NAME`. None when the turn brings function responses: those are reported.
 * @throws GoogleError 400 when a function's parameters accept no arguments
 */
export function plannedCalls(request: ReceivedRequest): PlannedCall[] {
  const { tools = [], toolConfig, contents = [] } = request;
  const parts = contents.at(-1)?.parts ?? [];
  const { mode = 'AUTO', allowedFunctionNames = [] } = toolConfig?.functionCallingConfig ?? {};
  if (mode === 'NONE' || parts.some((part) => part.functionResponse !== undefined)) return [];
  const declared = tools.flatMap((tool) => tool.functionDeclarations ?? []);
  const allowed = declared.filter(({ name = '' }) => {
    return allowedFunctionNames.length === 0 || allowedFunctionNames.includes(name);
  });
  if (mode === 'ANY') return allowed.slice(0, 1).map(plannedCall);
  const text = parts.map((part) => part.text ?? '').join('\n');
  const asked = [...text.matchAll(/\bcall\s+([A-Za-z_][\w.:-]*)/gi)].map((match) =>
    match[1]?.replace(/[.:-]+$/, ''),
  );
  return asked.flatMap((name) => allowed.filter((declaration) => declaration.name === name)).map(plannedCall);
}

function plannedCall({
  name = '',
  parameters,
  parametersJsonSchema,
}: ReceivedFunctionDeclaration): PlannedCall {
  const schema = parametersJsonSchema ?? parameters;
  if (schema === undefined) return { name, args: {} };
  const instance = instanceOf(schema)?.value;
  if (typeof instance === 'object' && instance !== null && !Array.isArray(instance)) {
    return { name, args: instance as Record<string, unknown> };
  }
  const description = `No arguments fit the parameters of ${name}.`;
  throw badRequest(description, [{ field: 'tools', description }]);
}
