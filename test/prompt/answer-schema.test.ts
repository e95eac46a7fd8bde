import { describe, expect, test } from 'vitest';
import { validateAnswer } from '../../src/prompt/answer-schema.ts';
import type { JsonObject } from '../../src/prompt/lenient-json.ts';

const person = {
  type: 'object',
  properties: { name: { type: 'string' }, 'pets/all': { type: 'array', items: { $ref: '#/$defs/pet' } } },
  required: ['name'],
  additionalProperties: false,
  $defs: { pet: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
};

describe('validateAnswer', () => {
  test('what fits', async () => {
    expect(await validateAnswer(person, '{"name": "Ann", "pets/all": ["cat", null]}\n')).toEqual([]);
    expect(await validateAnswer({}, 'null')).toEqual([]);
  });

  test.each([
    ['{"name": 5}', [/^name: .*"string"/]],
    ['{}', [/^answer: .*"name"/]],
    ['{"name": "a", "pets/all": ["x", 1]}', [/^pets\/all\[1\]: /]],
    ['{"name": "a", "age": 1}', [/^age: /]],
    ['[]', [/^answer: .*"object"/]],
    ['', [/empty/]],
    ['```json\n{}\n```', [/not JSON/]],
    ['{"name": 1, "pets/all": 2}', [/^name: /, /^pets\/all: /]],
  ])('%j', async (text, violations) => {
    expect(await validateAnswer(person, text)).toEqual(violations.map((line) => expect.stringMatching(line)));
  });

  test.each<[JsonObject, string, number]>([
    [{ type: 'STRING', nullable: true }, 'null', 0],
    [{ type: 'STRING', nullable: true, enum: ['a'] }, 'null', 0],
    [{ type: 'STRING', nullable: true, enum: ['a'] }, '"b"', 1],
    [{ type: 'STRING' }, 'null', 1],
    [{ nullable: true, anyOf: [{ type: 'STRING' }] }, 'null', 0],
    [{ type: 'ARRAY', minItems: '2', items: { type: 'INTEGER' } }, '[1]', 1],
    [{ type: 'ARRAY', min_items: 1, items: { type: 'INTEGER' } }, '[]', 1],
    [{ type: 'OBJECT', properties: { nullable: { type: 'BOOLEAN', format: 'x' } } }, '{"nullable": 1}', 1],
    [{ type: 'STRING', enum: ['STRING'] }, '"STRING"', 0],
  ])('OpenAPI %j holds %s: %d violations', async (schema, text, count) => {
    expect(await validateAnswer(schema, text)).toHaveLength(count);
  });

  test('the draft that the schema names is used', async () => {
    const tuple = { items: [{ type: 'string' }] };
    const draft7 = { ...tuple, $schema: 'http://json-schema.org/draft-07/schema#' };
    expect(await validateAnswer(draft7, '[1]')).toHaveLength(1);
  });

  test('many violations are bounded', async () => {
    const lines = await validateAnswer(
      { items: { type: 'string' } },
      JSON.stringify(Array.from({ length: 5000 }, (_, index) => index)),
    );
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toContain('4980');
  });

  test.each<[JsonObject, string]>([
    [{ $ref: '#nowhere' }, '1'],
    [{ $ref: '#' }, '1'],
    [{ properties: { a: { $ref: '#' } } }, `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ])('a schema that cannot be followed is one violation', async (schema, text) => {
    expect(await validateAnswer(schema, text)).toEqual([expect.stringContaining('cannot be held')]);
  });

  test('the schema, which is also sent, is left as it was', async () => {
    const frozen = (value: unknown): unknown => {
      if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
      return value;
    };
    const schema = structuredClone(person);
    frozen(schema);
    expect(await validateAnswer(schema, '{"name": "Ann"}')).toEqual([]);
  });
});
