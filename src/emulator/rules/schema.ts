import type { Violation } from '../messages/reader.ts';
import type { ReceivedRequest, ReceivedSchema } from '../received-request.ts';

/** Schemas in the API's own form are whole: a list says what it holds, what is required exists, enums are of strings. */
export function* schemasWellFormed({ tools = [], generationConfig }: ReceivedRequest): Iterable<Violation> {
  yield* schemaWellFormed(generationConfig?.responseSchema, 'generation_config.response_schema');
  for (const [toolIndex, tool] of tools.entries()) {
    for (const [index, declaration] of (tool.functionDeclarations ?? []).entries()) {
      const field = `tools[${toolIndex}].function_declarations[${index}]`;
      yield* schemaWellFormed(declaration.parameters, `${field}.parameters`);
      yield* schemaWellFormed(declaration.response, `${field}.response`);
    }
  }
}

function* schemaWellFormed(schema: ReceivedSchema | undefined, field: string): Iterable<Violation> {
  if (schema === undefined) return;
  const { type, properties = {}, required = [], anyOf = [] } = schema;
  if (type === undefined && anyOf.length === 0) {
    yield { field: `${field}.type`, description: "schema didn't specify the schema type field" };
  }
  if (type === 'ARRAY' && schema.items === undefined) {
    yield { field: `${field}.items`, description: 'missing field.' };
  }
  if (schema.enum !== undefined && type !== 'STRING') {
    yield { field: `${field}.enum`, description: 'only allowed for STRING type' };
  }
  if (schema.properties !== undefined && type !== 'OBJECT') {
    yield { field: `${field}.properties`, description: 'only allowed for OBJECT type' };
  }
  for (const [index, name] of required.entries()) {
    if (Object.hasOwn(properties, name)) continue;
    yield { field: `${field}.required[${index}]`, description: 'property is not defined' };
  }
  yield* schemaWellFormed(schema.items, `${field}.items`);
  for (const [name, property] of Object.entries(properties)) {
    yield* schemaWellFormed(property, `${field}.properties[${name}]`);
  }
  for (const [index, alternative] of anyOf.entries()) {
    yield* schemaWellFormed(alternative, `${field}.any_of[${index}]`);
  }
}
