import { jsonSchemaOf } from '../wire/json-schema.ts';
import { isJsonObject, type JsonObject } from './lenient-json.ts';

/**
 * The two forms a schema comes in: the service's OpenAPI subset (types in capitals, `nullable`) and JSON Schema.
 * Property names are the user's and never change; only keywords and types do.
 */

/** True when a type anywhere in the schema is written the OpenAPI way of the service, such as `STRING`. */
export function isOpenApiSchema(schema: unknown): boolean {
  return schemasIn(schema).some(({ type }) => typeof type === 'string' && OPENAPI_TYPES.has(type));
}

/** True when the schema says something that the OpenAPI subset has no word for. */
export function needsJsonSchema(schema: unknown): boolean {
  return (
    !isOpenApiSchema(schema) &&
    schemasIn(schema).some(
      (part) =>
        Array.isArray(part.type) || Object.keys(part).some((keyword) => !OPENAPI_KEYWORDS.has(keyword)),
    )
  );
}

/** The schema with the service's keywords in the service's spelling: `any_of` becomes `anyOf`. */
export function canonicalSchema(schema: unknown): unknown {
  if (!isJsonObject(schema)) return schema;
  const renamed = Object.entries(schema).map(([key, value]): [string, unknown] => {
    const name = SNAKE_KEYWORDS.get(key);
    return [name === undefined || Object.hasOwn(schema, name) ? key : name, value];
  });
  return withSubschemas(Object.fromEntries(renamed), canonicalSchema);
}

/** JSON Schema that accepts what the given schema, in either form, is meant to accept. */
export function toJsonSchema(schema: unknown): unknown {
  return jsonSchemaOf(canonicalSchema(schema));
}

/** Every schema in the schema, itself included, outermost first. */
export function schemasIn(schema: unknown): JsonObject[] {
  const found: JsonObject[] = [];
  const collect = (value: unknown): unknown => {
    if (isJsonObject(value)) {
      found.push(value);
      withSubschemas(value, collect);
    }
    return value;
  };
  collect(schema);
  return found;
}

/** A copy whose direct subschemas are converted. Values that are data (enum, default, const, example) are not touched. */
function withSubschemas(schema: JsonObject, convert: (subschema: unknown) => unknown): JsonObject {
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (SUBSCHEMA_MAPS.has(key) && isJsonObject(value)) {
      return [key, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, convert(inner)]))];
    }
    if (SUBSCHEMAS.has(key)) return [key, Array.isArray(value) ? value.map(convert) : convert(value)];
    return [key, value];
  });
  return Object.fromEntries(entries);
}

const OPENAPI_TYPES = new Set(['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL']);
const COUNTS = new Set(['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']);
/** The fields of the service's Schema message. */
const OPENAPI_KEYWORDS = new Set([
  ...COUNTS,
  ...['type', 'format', 'title', 'description', 'nullable', 'default', 'example', 'enum', 'pattern'],
  ...['items', 'properties', 'propertyOrdering', 'required', 'minimum', 'maximum', 'anyOf'],
]);
const SNAKE_KEYWORDS = new Map(
  [...OPENAPI_KEYWORDS, 'additionalProperties'].map((name) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    name,
  ]),
);
const SUBSCHEMA_MAPS = new Set([
  ...['properties', 'patternProperties', 'dependentSchemas'],
  ...['$defs', 'defs', 'definitions'],
]);
const SUBSCHEMAS = new Set([
  ...['items', 'prefixItems', 'additionalItems', 'contains', 'unevaluatedItems'],
  ...['additionalProperties', 'unevaluatedProperties', 'propertyNames'],
  ...['anyOf', 'oneOf', 'allOf', 'not', 'if', 'then', 'else'],
]);
