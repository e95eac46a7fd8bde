import { InputError, UsageError } from '../errors.ts';
import { isNestedTooDeep } from '../wire/json-depth.ts';
import { canonicalField } from './canonical.ts';
import { isJsonObject, type JsonObject } from './lenient-json.ts';
import { type FieldKind, fieldOf, isMessage, itemKind } from './request-fields.ts';

/**
 * `--set PATH=JSON`: the request with one more field set, or another value in it; the request given stays as it was.
 * PATH is names parted by dots, with `[n]` for the place in a list (one past the end adds to it) and `["..."]` for a
 * name with signs in it; the service's own names may be in snake_case. A value that is not JSON is text, and null
 * takes a field of the service's away.
 * @throws UsageError for a path that does not fit the request, or a value that does not fit the field
 */
export function setPath<T extends object>(request: T, assignment: string): T {
  const { steps, typed } = parsePath(assignment);
  const value = parseValue(typed, assignment);
  try {
    return replaced(request, steps, 'Request', value, pathInWords(steps)) as T;
  } catch (error) {
    throw error instanceof InputError ? new UsageError(error.message, { cause: error }) : error;
  }
}

type Step = string | number;

const NAME = /^[^.[\]="\s]+/;
const BRACKET = /^\[(?:(\d{1,9})|("(?:[^"\\]|\\.)*"))\]/;
/** Would reach what all objects share. */
const FORBIDDEN = new Set<Step>(['__proto__', 'constructor', 'prototype']);

function parsePath(assignment: string): { steps: Step[]; typed: string } {
  const steps: Step[] = [];
  let rest = assignment;
  while (!rest.startsWith('=') || steps.length === 0) {
    if (steps.length > 0 && rest.startsWith('.')) rest = rest.slice(1);
    else if (steps.length > 0 && !rest.startsWith('[')) throw malformed(assignment);
    const [bracket, index, quoted] = BRACKET.exec(rest) ?? [];
    const [name] = NAME.exec(rest) ?? [];
    if (index !== undefined) steps.push(Number(index));
    else if (quoted !== undefined) steps.push(unquoted(quoted, assignment));
    else if (name !== undefined) steps.push(name);
    else throw malformed(assignment);
    rest = rest.slice((bracket ?? name ?? '').length);
  }
  const forbidden = steps.find((step) => FORBIDDEN.has(step));
  if (forbidden !== undefined) throw new UsageError(`--set: "${forbidden}" cannot be set`);
  return { steps, typed: rest.slice(1) };
}

function unquoted(quoted: string, assignment: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw malformed(assignment);
  }
}

function parseValue(typed: string, assignment: string): unknown {
  if (isNestedTooDeep(typed))
    throw new UsageError(`--set: the value in "${shortened(assignment)}" is nested too deep`);
  try {
    return JSON.parse(typed);
  } catch (cause) {
    // What begins like JSON was meant to be JSON; a bare word was not.
    if (!/^\s*[{["]/.test(typed)) return typed;
    throw new UsageError(`--set: the value in "${shortened(assignment)}" is not JSON`, { cause });
  }
}

/** What stands at a place of kind `kind`, with the value put in at the end of the steps. */
function replaced(
  before: unknown,
  steps: readonly Step[],
  kind: FieldKind | undefined,
  value: unknown,
  path: string,
): unknown {
  const [step, ...further] = steps;
  if (step === undefined) {
    return kind === undefined ? value : canonicalField(kind, value, path, { name: '--set', notes: [] });
  }
  const item = kind === undefined ? undefined : itemKind(kind);
  if (Array.isArray(before) || item !== undefined || (before === undefined && typeof step === 'number')) {
    const list: unknown[] = Array.isArray(before) ? [...before] : [];
    const index = Number(step);
    if (!Number.isInteger(index) || index > list.length) {
      throw new UsageError(`--set: ${path}: there is no place ${step} in a list of ${list.length}`, {
        hint: `places count from 0; [${list.length}] adds one`,
      });
    }
    list[index] = replaced(list[index], further, item, value, path);
    return list;
  }
  if (typeof step === 'number' || !(before === undefined || isJsonObject(before)) || isLeaf(kind)) {
    throw new UsageError(
      `--set: ${path}: "${step}" is sought in what is not ${typeof step === 'number' ? 'a list' : 'an object'}`,
    );
  }
  return withField(before ?? {}, step, further, kind, value, path);
}

function withField(
  object: JsonObject,
  step: string,
  further: readonly Step[],
  kind: FieldKind | undefined,
  value: unknown,
  path: string,
): JsonObject {
  const field = kind !== undefined && isMessage(kind) ? fieldOf(kind, step) : undefined;
  const key = field?.name ?? step;
  if (value === null && field !== undefined && further.length === 0) {
    const { [key]: _, ...rest } = object;
    return rest;
  }
  const before = Object.hasOwn(object, key) ? object[key] : undefined;
  return { ...object, [key]: replaced(before, further, field?.kind, value, path) };
}

/** A field of the service's that has no fields of its own. */
function isLeaf(kind: FieldKind | undefined): boolean {
  return kind !== undefined && !isMessage(kind) && !OPEN.has(kind);
}

const OPEN = new Set<FieldKind>(['any', 'object', 'config', 'schema']);

function pathInWords(steps: readonly Step[]): string {
  const words = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return shortened(words.join('').replace(/^\./, ''));
}

function malformed(assignment: string): UsageError {
  return new UsageError(`--set takes PATH=JSON, not "${shortened(assignment)}"`, {
    hint: 'for example --set generationConfig.logprobs=5',
  });
}

/** Values can be long; a message is one line. */
function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
