import type { JsonObject } from './lenient-json.ts';
import { toJsonSchema } from './schema-forms.ts';

/** More than this many violations tell no more. */
const MAX_VIOLATIONS = 20;

/**
 * How an answer fails its schema (JSON Schema, or the service's OpenAPI form), one line `path: message` each; an empty
 * list when it fits. Never throws on account of the text.
 */
export async function validateAnswer(schema: JsonObject, text: string): Promise<string[]> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return [text.trim() === '' ? 'the answer is empty' : 'the answer is not JSON'];
  }
  const { Validator } = await import('@cfworker/json-schema');
  // A copy in any case: the validator writes what references resolve to into the schema it is given.
  const jsonSchema = toJsonSchema(schema) as JsonObject;
  try {
    const validator = new Validator(jsonSchema, draftOf(jsonSchema), false);
    return violations(validator.validate(answer).errors);
  } catch (error) {
    // A schema that refers to what it does not hold, or to itself without end.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return [`the answer cannot be held against the schema: ${reason}`];
  }
}

type Violation = { keyword: string; keywordLocation: string; instanceLocation: string; error: string };

function violations(errors: readonly Violation[]): string[] {
  // What a keyword like `properties` reports is only that one below it failed. Alternatives are the other way round:
  // which of them failed how is of no interest when none fits.
  const choices = [...new Set(errors.filter(isChoice).map(({ keywordLocation }) => `${keywordLocation}/`))];
  const told = errors.filter(
    ({ keyword, keywordLocation }) =>
      !WRAPPERS.has(keyword) && !choices.some((choice) => keywordLocation.startsWith(choice)),
  );
  const lines = told.map(({ instanceLocation, keyword, error }) =>
    keyword === 'false' ? `${path(instanceLocation)}: is not allowed` : `${path(instanceLocation)}: ${error}`,
  );
  const unique = [...new Set(lines)];
  if (unique.length <= MAX_VIOLATIONS) return unique;
  return [...unique.slice(0, MAX_VIOLATIONS), `and ${unique.length - MAX_VIOLATIONS} more`];
}

const WRAPPERS = new Set([
  ...['properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties', 'propertyNames'],
  ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems'],
  ...['$ref', '$recursiveRef', 'allOf', 'if', 'dependentSchemas'],
]);

function isChoice({ keyword }: Violation): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf';
}

/** `#/items/0/a~1b` as `items[0].a/b`; the answer itself as `answer`. */
function path(pointer: string): string {
  const names = pointer.split('/').slice(1);
  return names.reduce((before, token) => {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (/^\d+$/.test(name)) return `${before}[${name}]`;
    return before === 'answer' ? name : `${before}.${name}`;
  }, 'answer');
}

function draftOf({ $schema }: JsonObject): '4' | '7' | '2019-09' | '2020-12' {
  const named = typeof $schema === 'string' ? /draft-0([47])|2019-09/.exec($schema) : null;
  if (named === null) return '2020-12';
  return named[1] === '4' || named[1] === '7' ? named[1] : '2019-09';
}
