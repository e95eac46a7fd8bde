/** Keywords that both SDKs have a field for; of others they drop some and refuse some. */
const KEYWORDS = new Set([
  'type',
  'format',
  'title',
  'description',
  'nullable',
  'enum',
  'items',
  'minItems',
  'maxItems',
  'properties',
  'required',
  'minProperties',
  'maxProperties',
  'propertyOrdering',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
]);
const TYPES = new Set(['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT']);

/**
 * True for a schema that Google's SDKs send as it is. The case of type names does not count: they write it in capitals,
 * and the service means the same by both.
 */
export function isPlainSchema(schema: unknown): boolean {
  if (!isObject(schema) || !Object.keys(schema).every((keyword) => KEYWORDS.has(keyword))) return false;
  const { type, items, properties, enum: values } = schema;
  return (
    typeof type === 'string' &&
    TYPES.has(type.toUpperCase()) &&
    (values === undefined || (Array.isArray(values) && values.every((value) => typeof value === 'string'))) &&
    (items === undefined || isPlainSchema(items)) &&
    (properties === undefined || (isObject(properties) && Object.values(properties).every(isPlainSchema)))
  );
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
