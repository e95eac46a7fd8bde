/** JSON Schema with lower-case types, or the API's OpenAPI subset with upper-case ones. */
export type SchemaObject = Record<string, unknown>;

export const isSchema = (value: unknown): value is SchemaObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A schema with its references followed and its `allOf` joined in; undefined for a reference to nothing or itself. */
export function resolved(schema: SchemaObject, root: unknown, hops = 0): SchemaObject | undefined {
  if (hops > 20) return undefined;
  const { $ref: reference, allOf, ...rest } = schema;
  let result: SchemaObject | undefined = rest;
  if (typeof reference === 'string') {
    const target = lookUp(reference, root);
    if (target === false || target === undefined) return undefined;
    const inner = isSchema(target) ? resolved(target, root, hops + 1) : {};
    result = inner === undefined ? undefined : merged(inner, rest);
  }
  for (const each of listOf(allOf)) {
    const inner = isSchema(each) ? resolved(each, root, hops + 1) : {};
    if (each === false || inner === undefined || result === undefined) return undefined;
    result = merged(result, inner);
  }
  return result;
}

function lookUp(reference: string, root: unknown): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return withAnchor(reference.replace(/^#/, ''), root);
  let target = root;
  for (const step of reference.slice(2).split('/')) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof target !== 'object' || target === null || !Object.hasOwn(target, name)) return undefined;
    target = (target as SchemaObject)[name];
  }
  return target;
}

function withAnchor(anchor: string, root: unknown): unknown {
  const definitions = isSchema(root) && isSchema(root.$defs) ? Object.values(root.$defs) : [];
  return definitions.find((each) => isSchema(each) && (each.$anchor === anchor || each.$id === anchor));
}

/** Both schemas as one: properties and required names of both, for the rest the second one's word. */
export function merged(first: SchemaObject, second: unknown): SchemaObject {
  if (!isSchema(second)) return first;
  const result = { ...first, ...second };
  if (isSchema(first.properties) && isSchema(second.properties)) {
    result.properties = { ...first.properties, ...second.properties };
  }
  if (Array.isArray(first.required) && Array.isArray(second.required)) {
    result.required = [...first.required, ...second.required];
  }
  return result;
}
