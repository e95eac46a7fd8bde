import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { parseTools } from '../../src/prompt/tools-file.ts';

const parameters = { type: 'object', properties: { my_place: { type: 'string' } }, required: ['my_place'] };
const weather = { name: 'get_weather', description: 'now', parameters };
const tools = [{ functionDeclarations: [weather] }];

function parse(value: unknown) {
  return parseTools(JSON.stringify(value), 'tools.json');
}

describe('parseTools', () => {
  test.each([
    ['a request', { tools }],
    ['a request, snake_case and single', { tools: { function_declarations: weather } }],
    ['a tool', { functionDeclarations: [weather] }],
    ['a tool, snake_case', { function_declarations: weather }],
    ['a declaration', weather],
    ['declarations', [weather]],
    ['tools', tools],
    ['OpenAI', [{ type: 'function', function: { ...weather, strict: true } }]],
    ['OpenAI in a request', { model: 'm', tools: [{ type: 'function', function: weather }] }],
    ['OpenAI, flat', [{ type: 'function', ...weather }]],
  ])('%s', (_form, value) => {
    expect(parse(value)).toStrictEqual(tools);
  });

  test('the theater sample, its schemas as printed', () => {
    const read = (file: string) =>
      readFileSync(new URL(`../fixtures/seeds/${file}.json`, import.meta.url), 'utf8');
    const expected: unknown = JSON.parse(read('vertex-functions.canonical')).tools;
    expect(parseTools(read('vertex-functions'), 'a.json')).toStrictEqual(expected);
  });

  test('declarations are gathered in one tool, others follow', () => {
    expect(
      parse([{ googleSearch: {} }, weather, { function_declarations: [{ name: 'b' }], url_context: {} }]),
    ).toEqual([{ functionDeclarations: [weather, { name: 'b' }] }, { googleSearch: {} }, { urlContext: {} }]);
  });

  test.each([
    [{ type: 'object', additionalProperties: false }, true],
    [{ type: ['string', 'null'] }, true],
    [{ properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: {} } }, true],
    [{ anyOf: [{ const: 1 }] }, true],
    [{ type: 'OBJECT', additionalProperties: false }, false],
    [{ type: 'object', properties: { const: { type: 'string', enum: ['$ref'] } } }, false],
  ])('%j needs JSON Schema: %s', (schema, needed) => {
    const [tool] = parse({ name: 'f', parameters: schema });
    expect(tool?.functionDeclarations).toStrictEqual([
      { name: 'f', [needed ? 'parametersJsonSchema' : 'parameters']: schema },
    ]);
  });

  test.each([
    ['{"name": "f",', /^tools\.json:1:/],
    ['[]', /no tool/],
    ['{"functionDeclarations": []}', /no tool/],
    ['5', /tools/],
    ['["f"]', /\[0\]/],
    ['{"hello": 1}', /not a tool/],
    ['[{"name": "get weather"}]', /get weather/],
    [`[{"name": "${'a'.repeat(65)}"}]`, /name/],
    ['[{"type": "function", "function": {"description": "d"}}]', /\[0\].*name/],
    ['[{"name": "f"}, {"functionDeclarations": {"name": "f"}}]', /"f".*twice/],
    ['{"name": "f", "description": 5}', /description/],
  ])('refuses %s', (text, message) => {
    expect(() => parseTools(text, 'tools.json')).toThrow(InputError);
    expect(() => parseTools(text, 'tools.json')).toThrow(message);
  });

  test('any JSON is tools or an InputError', () => {
    const key = fc.constantFrom(
      'name',
      'tools',
      'functionDeclarations',
      'type',
      'function',
      'parameters',
      'x',
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('function', 'f', null, 1),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        try {
          expect(parse(given).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
