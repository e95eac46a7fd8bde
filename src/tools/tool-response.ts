import { UsageError } from '../errors.ts';
import { isNestedTooDeep } from '../wire/json-depth.ts';
import { splitNames } from './tool-bindings.ts';

/** What the model is told: `functionResponse.response`. */
export type ToolResponse = Record<string, unknown>;

/** A JSON object as it is; other JSON, and text (without the line end of its last line), as {result}. */
export function toolResponse(output: string): ToolResponse {
  if (isNestedTooDeep(output)) return { result: output };
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    return { result: output.replace(/\r?\n$/, '') };
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as ToolResponse) : { result: value };
}

/**
 * Reads the values of `--tool-response NAME=JSON` or `NAME=@file`: answers for which nothing is run.
 * @param readFile gives a file's text, and throws what is to be told when it cannot
 * @throws UsageError for a bad name, a name given twice, or what begins like JSON and is none
 */
export async function parseToolResponses(
  values: readonly string[],
  readFile: (file: string) => Promise<string>,
): Promise<ReadonlyMap<string, ToolResponse>> {
  const responses = new Map<string, ToolResponse>();
  for (const [name, given] of splitNames('--tool-response', values)) {
    const text = (given.startsWith('@') ? await readFile(given.slice(1)) : given).replace(/^\ufeff/, '');
    checkJson(name, text);
    responses.set(name, toolResponse(text));
  }
  return responses;
}

/** Who begins so means JSON: as a text, a slip in it would be a riddle to the model. */
function checkJson(name: string, text: string): void {
  if (!/^\s*[[{]/.test(text)) return;
  try {
    JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--tool-response ${name} is not correct JSON`, {
      hint: (error as SyntaxError).message,
      cause: error,
    });
  }
}
