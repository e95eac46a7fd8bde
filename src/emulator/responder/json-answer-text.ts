import { badRequest } from '../google-error.ts';
import type { ReceivedGenerationConfig } from '../received-request.ts';
import { instanceOf } from './schema-instance.ts';

/**
 * The answer's text when a form other than plain text was asked for: JSON that fits the schema (the report alone without
 * one), or a value of the enum for text/x.enum.
 * @returns undefined when plain text is wanted
 * @throws GoogleError 400 when nothing fits the schema
 */
export function structuredText(config: ReceivedGenerationConfig, reportText: string): string | undefined {
  const format = config.responseFormat?.find((each) => each.text !== undefined)?.text;
  const mimeType = format?.mimeType ?? config.responseMimeType;
  const schema = format?.schema ?? config.responseJsonSchema ?? config.responseSchema;
  if (mimeType !== 'application/json' && mimeType !== 'text/x.enum') return undefined;
  if (schema === undefined) return JSON.stringify({ emulator: reportText }, null, 2);
  const instance = instanceOf(schema);
  if (instance === undefined) {
    const description = 'No value fits the response schema.';
    throw badRequest(description, [{ field: 'generation_config.response_schema', description }]);
  }
  return mimeType === 'text/x.enum' ? String(instance.value) : JSON.stringify(instance.value, null, 2);
}
