import { type Schema, Validator } from '@cfworker/json-schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instanceOf } from '../../src/emulator/responder/schema-instance.ts';

type JsonSchema = Record<string, unknown>;

const bounds = (least: string, most: string, highest: number) =>
  fc
    .tuple(fc.option(fc.nat(highest), { nil: undefined }), fc.option(fc.nat(highest), { nil: undefined }))
    .map(
      ([low, extra]): JsonSchema => ({
        ...(low === undefined ? {} : { [least]: low }),
        ...(extra === undefined ? {} : { [most]: (low ?? 0) + extra }),
      }),
    );

const number = fc
  .tuple(
    fc.constantFrom('integer', 'number'),
    fc.integer({ min: -50, max: 50 }),
    fc.nat(9),
    fc.integer({ min: 0, max: 15 }),
  )
  .map(
    ([type, low, span, which]): JsonSchema => ({
      type,
      ...(which & 1 ? { minimum: low } : {}),
      ...(which & 2 ? { maximum: low + span } : {}),
      ...(which & 4 ? { exclusiveMinimum: low - 1 } : {}),
      ...(which & 8 ? { exclusiveMaximum: low + span + 1 } : {}),
    }),
  );

/** Schemas that something fits, with the keywords that the APIs take. */
const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<JsonSchema>(
      { type: 'boolean' },
      { type: 'null' },
      {},
      { type: ['null', 'string'] },
      { $ref: '#/$defs/node' },
    ),
    number,
    bounds('minLength', 'maxLength', 12).map((range) => ({ type: 'string', ...range })),
    fc
      .array(fc.oneof(fc.string(), fc.integer()), { minLength: 1, maxLength: 3 })
      .map((values) => ({ enum: values })),
    fc
      .tuple(tie('schema'), bounds('minItems', 'maxItems', 3))
      .map(([items, range]) => ({ type: 'array', items, ...range })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc
      .tuple(
        fc.dictionary(fc.string({ maxLength: 4 }), tie('schema'), { maxKeys: 4 }),
        fc.boolean(),
        fc.nat(5),
      )
      .map(([properties, required, minProperties]) => ({
        type: 'object',
        properties,
        ...(required ? { required: Object.keys(properties) } : {}),
        minProperties,
      })),
  ),
}));

/** A tree: recursion that has to stop somewhere. */
const $defs = {
  node: {
    type: 'object',
    properties: { value: { type: 'integer' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
    required: ['value', 'children'],
  },
};

test('the instance fits its JSON Schema, whatever the schema', () => {
  fc.assert(
    fc.property(schema, (inner) => {
      const whole = { ...inner, $defs };
      const instance = instanceOf(whole);
      expect(instance).toBeDefined();
      const result = new Validator(whole as Schema, '2020-12').validate(instance?.value);
      expect(result.errors).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

/** The same schema in the API's OpenAPI form: upper-case types, `nullable` for null, counts as int64 strings. */
function inOpenApi(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(inOpenApi);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === 'type') return [key, String(value).toUpperCase()];
    if (/^(min|max)(Items|Length|Properties)$/.test(key)) return [key, String(value)];
    if (key === 'properties') {
      return [
        key,
        Object.fromEntries(Object.entries(value as object).map(([name, each]) => [name, inOpenApi(each)])),
      ];
    }
    return [key, key === 'enum' || key === 'required' ? value : inOpenApi(value)];
  });
  return Object.fromEntries(entries);
}

test('the API’s own form of a schema gives the same instance', () => {
  const plain = schema.filter((each) => !/\$ref|\["null/.test(JSON.stringify(each)));
  fc.assert(
    fc.property(plain, (each) => {
      expect(instanceOf(inOpenApi(each))).toEqual(instanceOf(each));
    }),
  );
});

test.each<[unknown, unknown]>([
  [{ type: 'STRING' }, 'emulator'],
  [{ type: 'STRING', nullable: true, enum: ['a', 'b'] }, 'a'],
  [{ type: 'INTEGER', minimum: 3 }, 3],
  [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
  [{ type: 'array', items: { type: 'integer' } }, [0]],
  [{ type: 'array', prefixItems: [{ const: 1 }, { type: 'boolean' }], minItems: 2 }, [1, false]],
  [{ anyOf: [false, { type: 'integer', minimum: 5, maximum: 4 }, { type: 'boolean' }] }, false],
  [
    {
      type: 'OBJECT',
      properties: { b: { type: 'STRING' }, a: { type: 'NULL' } },
      propertyOrdering: ['a', 'b'],
    },
    { a: null, b: 'emulator' },
  ],
])('%j gives %j', (schema, value) => {
  expect(instanceOf(schema)).toEqual({ value });
});

test.each<[unknown]>([
  [false],
  [{ enum: [] }],
  [{ type: 'integer', minimum: 1, maximum: 0 }],
  [{ type: 'array', minItems: 1, items: false }],
  [{ type: 'array', minItems: 1e9 }],
  [{ $ref: '#' }],
  [
    {
      $ref: '#/$defs/a',
      $defs: { a: { type: 'object', required: ['a'], properties: { a: { $ref: '#/$defs/a' } } } },
    },
  ],
])('nothing is made for %j', (schema) => {
  expect(instanceOf(schema)).toBeUndefined();
});
