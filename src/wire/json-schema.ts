import { type Fields, isFields } from './fold-fields.ts';

/**
 * JSON Schema from a schema in Gemini's OpenAPI subset (types in capitals, `nullable`, `propertyOrdering`); what is JSON
 * Schema already stays as it is. Property names are the user's and never change.
 */
export function jsonSchemaOf(schema: unknown): unknown {
  if (!isFields(schema)) return schema;
  const { nullable, propertyOrdering: _, ...rest } = schema;
  const converted = Object.fromEntries(
    Object.entries(rest).map(([keyword, value]) => [keyword, keywordValue(keyword, value)]),
  );
  return nullable === true ? orNull(converted) : converted;
}

/**
 * Whether a schema keeps the rules that OpenAI has for `strict: true`: no object may have properties that are not
 * named, and none that may be left out.
 */
export function fitsStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(fitsStrict);
  if (!isFields(schema)) return true;
  if (isFields(schema.properties) || schema.type === 'object') {
    const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
    const names = Object.keys(isFields(schema.properties) ? schema.properties : {});
    if (schema.additionalProperties !== false || !names.every((name) => required.includes(name)))
      return false;
  }
  return Object.entries(schema).every(
    ([keyword, value]) => DATA.has(keyword) || (MAPS.has(keyword) ? membersFit(value) : fitsStrict(value)),
  );
}

function membersFit(value: unknown): boolean {
  return !isFields(value) || Object.values(value).every(fitsStrict);
}

function keywordValue(keyword: string, value: unknown): unknown {
  if (keyword === 'type') return typeof value === 'string' ? value.toLowerCase() : value;
  // Protobuf's JSON writes a 64-bit count as text.
  if (COUNTS.has(keyword) && typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  if (DATA.has(keyword)) return value;
  if (MAPS.has(keyword) && isFields(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonSchemaOf(inner)]));
  }
  return Array.isArray(value) ? value.map(jsonSchemaOf) : jsonSchemaOf(value);
}

function orNull(schema: Fields): Fields {
  const simple =
    typeof schema.type === 'string' &&
    !['anyOf', 'oneOf', 'allOf', '$ref', 'const'].some((keyword) => keyword in schema);
  // The short way keeps what a validator has to say of the parts.
  if (!simple) return { anyOf: [schema, { type: 'null' }] };
  const values = Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
  return { ...schema, ...values, type: [schema.type, 'null'] };
}

const COUNTS = new Set(['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']);
/** Keywords whose value is data, not a schema. */
const DATA = new Set(['enum', 'const', 'default', 'example', 'examples', 'required']);
/** Keywords whose value holds schemas by the user's names. */
const MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'defs', 'definitions']);
