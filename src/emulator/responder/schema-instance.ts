import { isSchema, listOf, merged, resolved, type SchemaObject } from './schema-reference.ts';

/**
 * Makes a small value that a schema accepts: every property (as deep as is reasonable, then the required ones only),
 * one item in a list unless it wants more, the first alternative that works, `"emulator"` for free text.
 * Text that is described as `MM:SS` is a time. `pattern`, `not` and `uniqueItems` are not looked at.
 * @returns undefined when the schema accepts nothing that this can make
 */
export function instanceOf(schema: unknown): { value: unknown } | undefined {
  const value = make(schema, { root: schema, nodes: 0 }, 0);
  return value === NONE ? undefined : { value };
}

/** Stands for "there is no such value", which null is not. */
const NONE = Symbol('none');

type Making = { readonly root: unknown; nodes: number };

/** Depth from which optional properties and unasked list items are left out, and the end of all recursion. */
const WIDE_DEPTH = 6;
const DEEPEST = 60;
/** Values made for one schema: beyond the first number only what is required, beyond the second nothing. */
const WIDE_NODES = 2000;
const MOST_NODES = 20_000;

function make(given: unknown, making: Making, depth: number): unknown {
  making.nodes += 1;
  if (given === false || depth > DEEPEST || making.nodes > MOST_NODES) return NONE;
  if (!isSchema(given)) return TEXT;
  const schema = resolved(given, making.root);
  if (schema === undefined) return NONE;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(alternatives)) {
    const { anyOf: _, oneOf: __, ...rest } = schema;
    return firstOf(alternatives, (each) =>
      each === false ? NONE : make(merged(rest, each), making, depth + 1),
    );
  }
  if ('const' in schema) return schema.const;
  const types = typesOf(schema);
  if (Array.isArray(schema.enum)) {
    const fits = (value: unknown) => types.length === 0 || types.some((type) => isOfType(value, type));
    return firstOf(schema.enum, (value) => (fits(value) ? value : NONE));
  }
  const tried = types.length === 0 ? [impliedType(schema)] : types;
  return firstOf(
    [...tried.filter((type) => type !== 'null'), ...tried.filter((type) => type === 'null')],
    (type) => {
      return ofType(String(type), schema, making, depth);
    },
  );
}

function ofType(type: string, schema: SchemaObject, making: Making, depth: number): unknown {
  if (type === 'object') return makeObject(schema, making, depth);
  if (type === 'array') return makeArray(schema, making, depth);
  if (type === 'integer' || type === 'number') return makeNumber(type, schema);
  if (type === 'boolean') return false;
  if (type === 'null') return null;
  return makeString(schema);
}

function makeObject(schema: SchemaObject, making: Making, depth: number): unknown {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const required = new Set(listOf(schema.required).map(String));
  const most = numberOf(schema.maxProperties) ?? Number.POSITIVE_INFINITY;
  const order = [...listOf(schema.propertyOrdering).map(String), ...Object.keys(properties), ...required];
  const wide = depth < WIDE_DEPTH && making.nodes < WIDE_NODES;
  const made = new Map<string, unknown>();
  for (const name of new Set(order)) {
    const known = Object.hasOwn(properties, name);
    if (!required.has(name) && !(known && wide)) continue;
    const value = make(known ? properties[name] : (schema.additionalProperties ?? {}), making, depth + 1);
    if (value !== NONE) made.set(name, value);
    else if (required.has(name)) return NONE;
  }
  for (const name of [...made.keys()].reverse()) {
    if (made.size > most && !required.has(name)) made.delete(name);
  }
  const least = numberOf(schema.minProperties) ?? 0;
  for (let index = 1; made.size < least && index <= MOST_NODES; index += 1) {
    const value = make(schema.additionalProperties ?? {}, making, depth + 1);
    if (value === NONE) return NONE;
    made.set(`emulator_${index}`, value);
  }
  return made.size > most ? NONE : Object.fromEntries(made);
}

function makeArray(schema: SchemaObject, making: Making, depth: number): unknown {
  const least = numberOf(schema.minItems) ?? 0;
  const most = numberOf(schema.maxItems) ?? Number.POSITIVE_INFINITY;
  const prefix = listOf(schema.prefixItems);
  const wide = depth < WIDE_DEPTH && making.nodes < WIDE_NODES;
  const wanted = Math.min(most, Math.max(least, wide ? Math.max(1, prefix.length) : 0));
  const items: unknown[] = [];
  while (items.length < wanted) {
    const value = make(prefix[items.length] ?? schema.items ?? {}, making, depth + 1);
    if (value === NONE) break;
    items.push(value);
  }
  return items.length < least || least > most ? NONE : items;
}

/** The number nearest to zero that is allowed. */
function makeNumber(type: 'integer' | 'number', schema: SchemaObject): unknown {
  const step = numberOf(schema.multipleOf) ?? (type === 'integer' ? 1 : undefined);
  const lowest = numberOf(schema.minimum) ?? Number.NEGATIVE_INFINITY;
  const highest = numberOf(schema.maximum) ?? Number.POSITIVE_INFINITY;
  const above = numberOf(schema.exclusiveMinimum) ?? Number.NEGATIVE_INFINITY;
  const below = numberOf(schema.exclusiveMaximum) ?? Number.POSITIVE_INFINITY;
  const allowed = (value: number) => {
    const whole = step === undefined || Number.isInteger(value / step);
    const right = type === 'number' || Number.isInteger(value);
    return whole && right && value >= lowest && value <= highest && value > above && value < below;
  };
  const floor = Math.max(lowest, above);
  const ceiling = Math.min(highest, below);
  const nearest = Math.max(Math.min(0, ceiling), floor);
  const stepped = step === undefined ? [] : stepsNear(nearest, step);
  const middle = Number.isFinite(floor) && Number.isFinite(ceiling) ? [(floor + ceiling) / 2] : [];
  return [0, nearest, ...stepped, nearest + 1, nearest - 1, ...middle].find(allowed) ?? NONE;
}

function stepsNear(value: number, step: number): number[] {
  const count = Math.floor(value / step);
  return [count, count + 1, count - 1, count + 2].map((each) => each * step);
}

function makeString(schema: SchemaObject): unknown {
  const least = numberOf(schema.minLength) ?? 0;
  const most = numberOf(schema.maxLength) ?? Number.POSITIVE_INFINITY;
  if (least > most || least > 100_000) return NONE;
  const said = FORMATS[String(schema.format ?? '').toLowerCase()];
  const text = said ?? (/\bMM:SS\b/.test(String(schema.description ?? '')) ? '00:00' : TEXT);
  return text.padEnd(least, ` ${TEXT}`).slice(0, most);
}

const TEXT = 'emulator';
const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'PT1S',
  email: 'emulator@example.com',
  uri: 'https://example.com/emulator',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '127.0.0.1',
  ipv6: '::1',
  hostname: 'emulator.example.com',
};

function typesOf(schema: SchemaObject): string[] {
  const type = schema.type;
  const types = (Array.isArray(type) ? type : type === undefined ? [] : [type]).map((each) => {
    return String(each).toLowerCase();
  });
  return schema.nullable === true && types.length > 0 ? [...types, 'null'] : types;
}

function impliedType(schema: SchemaObject): string {
  if ('properties' in schema || 'required' in schema || 'minProperties' in schema) return 'object';
  if ('items' in schema || 'prefixItems' in schema || 'minItems' in schema) return 'array';
  const numeric = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];
  return numeric.some((name) => name in schema) ? 'number' : 'string';
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  return typeof value === type && value !== null && !Array.isArray(value);
}

function firstOf<Item>(items: readonly Item[], from: (item: Item) => unknown): unknown {
  for (const item of items) {
    const value = from(item);
    if (value !== NONE) return value;
  }
  return NONE;
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : undefined;
