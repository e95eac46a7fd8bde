import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { applySchema, parseSchema, undocumentedKeywords } from '../../src/prompt/schema.ts';

describe('the short form', () => {
  const bio = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      age: { type: 'integer' },
      bio: { type: 'string', description: 'one sentence: short' },
    },
    required: ['name', 'age', 'bio'],
  };

  test.each([
    'name, age int, bio: one sentence: short',
    ' name ,age int,, bio str:one sentence: short, ',
    '\n name str\nage int\n\nbio: one sentence: short\n',
    'name\r\nage   int\r\nbio : one sentence: short',
  ])('%j', (text) => {
    expect(parseSchema(text)).toStrictEqual(bio);
  });

  test('with lines, a description may hold commas', () => {
    expect(parseSchema('a float: x, y\nb bool').properties).toEqual({
      a: { type: 'number', description: 'x, y' },
      b: { type: 'boolean' },
    });
  });

  test('a name is only data', () => {
    const { properties } = parseSchema('__proto__ int, größe');
    expect(JSON.stringify(properties)).toBe('{"__proto__":{"type":"integer"},"größe":{"type":"string"}}');
  });

  test.each([
    '',
    '  ',
    ',',
    'age number',
    'age toString',
    'first name int',
    'a, a',
    '5th',
    ': description',
    'a int b: c',
  ])('refuses %j', (text) => {
    expect(() => parseSchema(text)).toThrow(UsageError);
  });

  test('any fields come back in their order, all required', () => {
    const types = { str: 'string', int: 'integer', float: 'number', bool: 'boolean' } as const;
    const field = fc.record({
      name: fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/),
      type: fc.constantFrom('str', 'int', 'float', 'bool'),
      description: fc.option(fc.stringMatching(/^[a-z][a-z :]{0,20}[a-z]$/), { nil: undefined }),
    });
    const fields = fc.uniqueArray(field, { minLength: 1, maxLength: 6, selector: ({ name }) => name });
    fc.assert(
      fc.property(fields, fc.constantFrom(',', ' , ', '\n'), (given, separator) => {
        const typed = given.map(({ name, type, description }) =>
          description === undefined ? `${name} ${type}` : `${name} ${type}: ${description}`,
        );
        const schema = parseSchema(typed.join(separator));
        expect(schema.required).toEqual(given.map(({ name }) => name));
        expect(schema.properties).toEqual(
          Object.fromEntries(
            given.map(({ name, type, description }) => [
              name,
              { type: types[type], ...(description === undefined ? {} : { description }) },
            ]),
          ),
        );
      }),
    );
  });
});

describe('JSON', () => {
  test('comes back as it is, comments and trailing commas aside', () => {
    expect(parseSchema('// a list\n{"type": "object", "properties": {"min_items": {"const": 1}},}')).toEqual({
      type: 'object',
      properties: { min_items: { const: 1 } },
    });
  });

  test.each([
    ['{"type": }', /--schema:1:10/],
    ['[]', /object/],
    ['"a"', /object/],
    ['{"$ref": "#/$defs/a"}', /\$defs\/a/],
    ['{"properties": {"a": {"pattern": "("}}}', /pattern/],
  ])('refuses %s', (text, message) => {
    expect(() => parseSchema(text)).toThrow(UsageError);
    expect(() => parseSchema(text)).toThrow(message);
  });

  test('references by pointer are followed, also escaped ones; patterns in data are none', () => {
    const schema = {
      $defs: { 'a/b%': { type: 'string' } },
      properties: { x: { $ref: '#/$defs/a~1b%25' }, y: { enum: [{ pattern: '(' }] } },
    };
    expect(parseSchema(JSON.stringify(schema))).toEqual(schema);
  });

  test('any text is a schema or a UsageError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json().map((json) => `{"a":${json}`),
        ),
        (text) => {
          try {
            expect(typeof parseSchema(text)).toBe('object');
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
          }
        },
      ),
    );
  });
});

describe('applySchema', () => {
  test('JSON Schema and OpenAPI schema go where each belongs', () => {
    const json = { type: 'object', properties: { STRING: { type: 'string' } } };
    const openApi = { type: 'OBJECT', properties: { a: { type: 'STRING' } } };
    expect(applySchema({ topK: 1, responseSchema: {} }, json)).toStrictEqual({
      topK: 1,
      responseMimeType: 'application/json',
      responseJsonSchema: json,
    });
    expect(applySchema({ responseJsonSchema: {} }, openApi)).toStrictEqual({
      responseMimeType: 'application/json',
      responseSchema: openApi,
    });
  });

  test('a MIME type that was asked for stays', () => {
    const schema = { type: 'string', enum: ['a'] };
    expect(applySchema({ responseMimeType: 'text/x.enum' }, schema).responseMimeType).toBe('text/x.enum');
  });

  test('keywords that the service does not document are found, property names are not', () => {
    const schema = {
      $schema: 'x',
      properties: { pattern: { type: 'string', minLength: 1 }, b: { anyOf: [{ const: 1 }] } },
      required: ['pattern'],
    };
    expect(undocumentedKeywords(schema)).toEqual(['minLength', 'const']);
  });
});
