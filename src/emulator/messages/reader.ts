import { ENUMS } from './enums.ts';
import type { FieldSpec, Service } from './field.ts';
import { MESSAGES } from './index.ts';
import { isObject, quote, SCALARS } from './scalars.ts';

/** One thing wrong with a request, as google.rpc.BadRequest has it. The root of the request has no `field`. */
export type Violation = { field?: string; description: string };

/** Protobuf's own limit of nested messages. */
const DEEPEST = 100;

/**
 * Reads a JSON value as the service reads proto3 JSON: lowerCamelCase and snake_case names, a single value where a list
 * is expected, numbers as strings. Goes on after a fault, so that all of them are told at once.
 * @returns the message with lowerCamelCase names and lists where lists belong (only to be used without violations)
 */
export function readMessage(
  name: string,
  value: unknown,
  service: Service,
): { message: Record<string, unknown>; violations: Violation[] } {
  const reading: Reading = { service, violations: [] };
  if (isObject(value))
    return { message: readFields(reading, name, value, '', 0), violations: reading.violations };
  const description = 'Invalid JSON payload received. Unknown name "": Root element must be a message.';
  return { message: {}, violations: [{ description }] };
}

type Reading = { readonly service: Service; readonly violations: Violation[] };
type Shape = 'one' | 'list' | 'map';
type Field = { camel: string; snake: string; type: string; shape: Shape; spec: FieldSpec };

function readFields(
  reading: Reading,
  message: string,
  value: Record<string, unknown>,
  path: string,
  depth: number,
): Record<string, unknown> {
  const fields = fieldsOf(message);
  const result: Record<string, unknown> = {};
  const oneofs = new Map<string, string>();
  for (const [name, inner] of Object.entries(value)) {
    const field = fields.get(name);
    if (field === undefined || (field.spec.only !== undefined && field.spec.only !== reading.service)) {
      unknownName(reading, name, path, 'Cannot find field.');
      continue;
    }
    if (inner === null && field.type !== 'value') continue;
    const taken = field.spec.oneof === undefined ? undefined : oneofs.get(field.spec.oneof);
    if (taken !== undefined && taken !== field.camel) {
      const problem = `oneof field '${field.spec.oneof}' is already set. Cannot set '${name}'`;
      invalidValue(reading, path, 'oneof', problem);
      continue;
    }
    if (field.spec.oneof !== undefined) oneofs.set(field.spec.oneof, field.camel);
    if (field.shape === 'one' && Array.isArray(inner) && field.type !== 'value') {
      unknownName(reading, name, path, 'Proto field is not repeating, cannot start list.');
      continue;
    }
    result[field.camel] = readField(reading, field, inner, join(path, field.snake), depth);
  }
  return result;
}

function readField(reading: Reading, field: Field, value: unknown, path: string, depth: number): unknown {
  if (field.shape === 'one') return readOne(reading, field.type, value, path, depth);
  if (field.shape === 'list') {
    // A single value stands for a list of one; its path has no index then.
    if (!Array.isArray(value)) return [readOne(reading, field.type, value, path, depth)];
    return value.map((item, index) => readOne(reading, field.type, item, `${path}[${index}]`, depth));
  }
  if (!isObject(value)) {
    invalidValue(reading, path, 'Map', quote(value));
    return {};
  }
  const entries = Object.entries(value).map(([key, item], index) => {
    return [key, readOne(reading, field.type, item, `${path}[${index}].value`, depth)] as const;
  });
  return Object.fromEntries(entries);
}

function readOne(reading: Reading, type: string, value: unknown, path: string, depth: number): unknown {
  const scalar = SCALARS[type];
  if (scalar !== undefined) {
    const result = scalar.read(value);
    if ('value' in result) return result.value;
    return invalidValue(reading, path, scalar.label, result.problem);
  }
  const label = `type.googleapis.com/${PACKAGES[reading.service]}.${type}`;
  if (type in ENUMS) return readEnum(reading, type, value, path, label);
  if (!isObject(value)) return invalidValue(reading, path, label, quote(value));
  if (depth >= DEEPEST) return invalidValue(reading, path, label, 'Message too deep.');
  return readFields(reading, type, value, path, depth + 1);
}

/** Names in any case, as the service takes them; numbers as proto3 JSON does. */
function readEnum(reading: Reading, type: string, value: unknown, path: string, label: string): unknown {
  const spec = ENUMS[type];
  const values = [...(spec?.values ?? []), ...(spec?.only?.[reading.service] ?? [])];
  const known = typeof value === 'string' ? values.find((name) => name === value.toUpperCase()) : undefined;
  const numbered = typeof value === 'number' ? values[value] : undefined;
  return known ?? numbered ?? invalidValue(reading, path, label, quote(value));
}

const PACKAGES = {
  developer: 'google.ai.generativelanguage.v1beta',
  vertex: 'google.cloud.aiplatform.v1',
} as const satisfies Record<Service, string>;

function unknownName(reading: Reading, name: string, path: string, problem: string): void {
  const place = path === '' ? '' : ` at '${path}'`;
  const description = `Invalid JSON payload received. Unknown name ${quote(name)}${place}: ${problem}`;
  reading.violations.push(path === '' ? { description } : { field: path, description });
}

function invalidValue(reading: Reading, path: string, label: string, problem: string): undefined {
  reading.violations.push({ field: path, description: `Invalid value at '${path}' (${label}), ${problem}` });
  return undefined;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

const indexes = new Map<string, Map<string, Field>>();

/** A message's fields by both of their JSON names, made on first use. */
function fieldsOf(message: string): Map<string, Field> {
  const known = indexes.get(message);
  if (known !== undefined) return known;
  const index = new Map<string, Field>();
  for (const [camel, given] of Object.entries(MESSAGES[message] ?? {})) {
    const spec = typeof given === 'string' ? { type: given } : given;
    const snake = camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const map = /^map<(\w+)>$/.exec(spec.type)?.[1];
    const list = /^(\w+)\[\]$/.exec(spec.type)?.[1];
    const shape = map !== undefined ? 'map' : list !== undefined ? 'list' : 'one';
    const field: Field = { camel, snake, type: map ?? list ?? spec.type, shape, spec };
    index.set(camel, field).set(snake, field);
  }
  indexes.set(message, index);
  return index;
}
