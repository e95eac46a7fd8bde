import { InputError } from '../errors.ts';
import { isJsonObject, type JsonObject } from './lenient-json.ts';
import {
  type FieldKind,
  fieldOf,
  isMessage,
  itemKind,
  type MessageName,
  type SingleKind,
} from './request-fields.ts';
import { canonicalSchema } from './schema-forms.ts';

/** Where a value was read, for errors, and what the reader has to tell the person about it. */
export type Source = { readonly name: string; readonly notes: string[] };

/**
 * A message of the API in its canonical form, from any form that the API's own documents print: camelCase names, lists
 * where one value stood for a list, roles in lower case, Durations as text. A null field is left out, as protobuf has
 * it; a field that is not known is kept as it is, with a note. What is the user's own data is never changed.
 * @throws InputError that names the field whose value cannot be meant
 */
export function canonicalMessage(
  message: MessageName,
  value: unknown,
  path: string,
  source: Source,
): JsonObject {
  const fields = isJsonObject(value) ? value : shorthand(message, value);
  if (fields === undefined) throw unfit(source, path, 'an object', value);
  const read = new Map<string, unknown>();
  for (const [key, given] of Object.entries(fields)) {
    const field = fieldOf(message, key);
    const at = path === '' ? key : `${path}.${key}`;
    if (field === undefined) {
      source.notes.push(`${source.name}: ${at} is not a known field; it is sent as it is`);
      read.set(key, given);
    } else if (given !== null) {
      if (read.has(field.name))
        throw new InputError(`${source.name}: ${at} is given twice, in two spellings`);
      read.set(field.name, canonicalField(field.kind, given, at, source));
    }
  }
  return Object.fromEntries(read);
}

/** The same for the value of one field; a field that holds a list may be given a single item. */
export function canonicalField(kind: FieldKind, value: unknown, path: string, source: Source): unknown {
  const item = itemKind(kind);
  if (item === undefined) return canonicalValue(kind as SingleKind, value, path, source);
  return Array.isArray(value)
    ? value.map((each, index) => canonicalValue(item, each, `${path}[${index}]`, source))
    : [canonicalValue(item, value, path, source)];
}

function canonicalValue(kind: SingleKind, value: unknown, path: string, source: Source): unknown {
  if (isMessage(kind)) return canonicalMessage(kind, value, path, source);
  switch (kind) {
    case 'any':
      return value;
    case 'schema':
      return canonicalSchema(value);
    case 'config':
    case 'object':
      if (!isJsonObject(value)) throw unfit(source, path, 'an object', value);
      return kind === 'config' ? camelCased(value) : value;
    case 'boolean':
      if (typeof value !== 'boolean') throw unfit(source, path, 'true or false', value);
      return value;
    case 'number':
      return number(value, path, source);
    case 'duration':
      return duration(value, path, source);
    case 'string':
    case 'role':
    case 'threshold':
      if (typeof value !== 'string') throw unfit(source, path, 'text', value);
      return kind === 'string' ? value : canonicalWord(kind, value, path, source);
  }
}

/** Plain text where a message is expected can only mean one thing in these two. */
function shorthand(message: MessageName, value: unknown): JsonObject | undefined {
  if (typeof value !== 'string') return undefined;
  if (message === 'Part') return { text: value };
  return message === 'Content' ? { parts: [{ text: value }] } : undefined;
}

const ROLES = new Set(['user', 'model', 'function', 'system']);

function canonicalWord(kind: 'role' | 'threshold', value: string, path: string, source: Source): string {
  if (kind === 'role') return ROLES.has(value.toLowerCase()) ? value.toLowerCase() : value;
  // Printed so in the parameter table of the Vertex AI document; the service knows only the other.
  if (value !== 'BLOCK_MED_AND_ABOVE') return value;
  source.notes.push(`${source.name}: ${path} ${value} is sent as BLOCK_MEDIUM_AND_ABOVE`);
  return 'BLOCK_MEDIUM_AND_ABOVE';
}

function number(value: unknown, path: string, source: Source): number {
  // Protobuf's JSON also takes a number as text.
  const parsed =
    typeof value === 'string' && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : value;
  if (typeof parsed !== 'number' || !Number.isFinite(parsed)) throw unfit(source, path, 'a number', value);
  return parsed;
}

/** The largest that google.protobuf.Duration holds: about 10,000 years. */
const MAX_SECONDS = 315_576_000_000;

function duration(value: unknown, path: string, source: Source): string {
  if (typeof value === 'string') return value;
  if (isJsonObject(value) && Object.keys(value).every((key) => key === 'seconds' || key === 'nanos')) {
    const seconds = number(value.seconds ?? 0, `${path}.seconds`, source);
    const nanos = number(value.nanos ?? 0, `${path}.nanos`, source);
    const whole = Number.isInteger(seconds) && Number.isInteger(nanos);
    if (whole && seconds >= 0 && seconds <= MAX_SECONDS && nanos >= 0 && nanos < 1e9) {
      const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
      return `${seconds}${fraction}s`;
    }
  }
  throw unfit(source, path, 'a time such as "1.5s" or {"seconds": 1, "nanos": 500000000}', value);
}

/** For messages that hold no names of the user's: every snake_case key is the service's own word. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/.test(key)
        ? key.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase())
        : key,
      camelCased(inner),
    ]),
  );
}

function unfit(source: Source, path: string, expected: string, value: unknown): InputError {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return new InputError(`${source.name}: ${path} must be ${expected}, not ${found}`);
}
