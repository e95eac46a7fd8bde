import { UsageError } from '../errors.ts';
import type { GenerationConfig } from '../wire/generate-content.ts';
import { isJsonObject, type JsonObject, parseLenientJson } from './lenient-json.ts';
import { isOpenApiSchema, schemasIn } from './schema-forms.ts';

/**
 * The schema an answer has to fit: a JSON object (JSON Schema, or the service's OpenAPI form), or the short form
 * 'name, age int, bio: one sentence' (fields parted by commas, or by lines; types str, int, float, bool).
 * @param name what to call the text in errors, such as the file it came from
 * @throws UsageError for what is neither, a reference that leads nowhere or a pattern that is none
 */
export function parseSchema(text: string, name = '--schema'): JsonObject {
  const first = text.replace(/^\ufeff/, '').trimStart()[0];
  if (first === undefined) throw new UsageError(`${name} is empty`, { hint: EXAMPLE });
  if (first !== '{' && first !== '/' && first !== '[' && first !== '"') return fromShortForm(text, name);
  const schema = parseLenientJson(text, (where, problem) => new UsageError(`${name}:${where}: ${problem}`));
  if (!isJsonObject(schema)) throw new UsageError(`${name} must be a JSON object`, { hint: EXAMPLE });
  checkSchema(schema, name);
  return schema;
}

/** The configuration that asks for JSON of this schema, in the field that takes its form. */
export function applySchema(config: GenerationConfig, schema: JsonObject): GenerationConfig {
  const { responseSchema: _, responseJsonSchema: __, ...rest } = config;
  const responseMimeType = config.responseMimeType ?? 'application/json';
  return isOpenApiSchema(schema)
    ? { ...rest, responseMimeType, responseSchema: schema }
    : { ...rest, responseMimeType, responseJsonSchema: schema };
}

/** Keywords that the service does not document for responseJsonSchema: it may ignore them. In order of appearance. */
export function undocumentedKeywords(schema: JsonObject): string[] {
  if (isOpenApiSchema(schema)) return [];
  const used = schemasIn(schema).flatMap((part) => Object.keys(part));
  return [...new Set(used)].filter((keyword) => keyword !== '$schema' && !DOCUMENTED.has(keyword));
}

const EXAMPLE = `give JSON Schema, a file as @FILE, or fields such as 'name, age int, bio: one sentence'`;

/** From the description of generationConfig.responseJsonSchema. */
const DOCUMENTED = new Set([
  ...['$id', '$defs', '$ref', '$anchor', 'type', 'format', 'title', 'description', 'enum'],
  ...['items', 'prefixItems', 'minItems', 'maxItems', 'minimum', 'maximum', 'anyOf', 'oneOf'],
  ...['properties', 'additionalProperties', 'required', 'propertyOrdering'],
]);

const TYPES: Readonly<Record<string, string>> = {
  str: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
};

function fromShortForm(text: string, name: string): JsonObject {
  const fields = text
    .replace(/^\ufeff/, '')
    .split(text.trim().includes('\n') ? '\n' : ',')
    .map((field) => field.trim())
    .filter((field) => field !== '');
  const properties = new Map<string, JsonObject>();
  for (const field of fields) {
    const [, property, type = 'str', description] =
      /^([^\s:]+)(?:\s+([^\s:]+))?\s*(?::(.*))?$/s.exec(field) ?? [];
    const jsonType = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
    if (property === undefined || jsonType === undefined) {
      const why = property === undefined ? 'is not NAME TYPE: DESCRIPTION' : `has no known type`;
      throw new UsageError(`${name}: the field "${field}" ${why}`, {
        hint: 'types are str, int, float, bool',
      });
    }
    if (!/^[\p{L}_$][\p{L}\p{N}_$.-]*$/u.test(property)) {
      throw new UsageError(`${name}: "${property}" is not a name for a field`, { hint: EXAMPLE });
    }
    if (properties.has(property)) throw new UsageError(`${name}: the field "${property}" is given twice`);
    const described = description === undefined ? '' : description.trim();
    properties.set(property, { type: jsonType, ...(described === '' ? {} : { description: described }) });
  }
  if (properties.size === 0) throw new UsageError(`${name} names no field`, { hint: EXAMPLE });
  return { type: 'object', properties: Object.fromEntries(properties), required: [...properties.keys()] };
}

/** What would only show once the answer is there, and paid for. */
function checkSchema(schema: JsonObject, name: string): void {
  for (const { $ref, pattern } of schemasIn(schema)) {
    if (typeof $ref === 'string' && $ref.startsWith('#/') && !leadsSomewhere(schema, $ref)) {
      throw new UsageError(`${name}: the reference "${$ref}" leads nowhere`);
    }
    if (typeof pattern === 'string') {
      try {
        new RegExp(pattern, 'u');
      } catch (cause) {
        throw new UsageError(`${name}: the pattern "${pattern}" is not a regular expression`, { cause });
      }
    }
  }
}

function leadsSomewhere(schema: JsonObject, reference: string): boolean {
  let place: unknown = schema;
  for (const token of reference.slice(2).split('/')) {
    const key = unescapePointer(token);
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, key)) return false;
    place = (place as JsonObject)[key];
  }
  return true;
}

/** RFC 6901 in a URI fragment. */
function unescapePointer(token: string): string {
  let decoded = token;
  try {
    decoded = decodeURIComponent(token);
  } catch {
    // A lone percent sign is itself.
  }
  return decoded.replaceAll('~1', '/').replaceAll('~0', '~');
}
