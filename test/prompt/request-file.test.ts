import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { readRequest } from '../../src/prompt/request-file.ts';
import type { Content, GenerateContentRequest, Part } from '../../src/wire/generate-content.ts';

const SEEDS = new URL('../fixtures/seeds/', import.meta.url);
const seeds = readdirSync(SEEDS)
  .filter((file) => !file.endsWith('.canonical.json'))
  .map((file) => file.replace('.json', ''));

function seed(name: string): string {
  return readFileSync(new URL(`${name}.json`, SEEDS), 'utf8');
}

function read(text: string): GenerateContentRequest {
  const file = readRequest(text, 'request.json');
  if (file.form !== 'gemini') throw new Error('not a generateContent request');
  return file.request;
}

function failure(text: string): string {
  try {
    readRequest(text, 'request.json');
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('was read');
}

describe('requests as the documents print them', () => {
  test.each(seeds)('%s', (name) => {
    const file = readRequest(seed(name), name);
    const expected: unknown = JSON.parse(seed(`${name}.canonical`));
    expect(file.form === 'gemini' ? file.request : file.chat).toStrictEqual(expected);
    expect(readRequest(JSON.stringify(expected), name)).toStrictEqual({ ...file, notes: [] });
  });

  test('the misprinted threshold is told of', () => {
    expect(readRequest(seed('vertex-every-field'), 'a.json').notes).toEqual([
      expect.stringContaining('BLOCK_MEDIUM_AND_ABOVE'),
    ]);
  });
});

describe('forms', () => {
  test('byte order mark, comments of both kinds, trailing commas', () => {
    expect(
      read('\ufeff// hi\n{"contents": /* one */ [{"role":"user","parts":[{"text":"a // b"},]},],}'),
    ).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'a // b' }] }],
    });
  });

  test.each([
    ['"contents": "hi"', [{ role: 'user', parts: [{ text: 'hi' }] }]],
    ['"contents": [{"parts": "hi"}]', [{ role: 'user', parts: [{ text: 'hi' }] }]],
    [
      '"contents": {"role": "Model", "parts": ["a", "b"]}',
      [{ role: 'model', parts: [{ text: 'a' }, { text: 'b' }] }],
    ],
    ['"contents": null', []],
    ['"generationConfig": {}', []],
  ])('%s', (fields, contents) => {
    expect(read(`{${fields}}`).contents).toEqual(contents);
  });

  test('every spelling of a field, and single values for lists', () => {
    expect(
      read(`{"contents": [], "system_instruction": "Be brief", "GenerationConfig": {"stop_sequences": "END", "top_k": "40",
        "thinking_config": {"thinking_budget": -1}, "speech_config": {"voice_config": {"prebuilt_voice_config": {"voice_name": "Kore"}}}},
        "tool_config": {"function_calling_config": {"allowed_function_names": "f"}}, "tools": {"google_search": {}}}`),
    ).toEqual({
      contents: [],
      systemInstruction: { parts: [{ text: 'Be brief' }] },
      generationConfig: {
        stopSequences: ['END'],
        topK: 40,
        thinkingConfig: { thinkingBudget: -1 },
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
      },
      toolConfig: { functionCallingConfig: { allowedFunctionNames: ['f'] } },
      tools: [{ googleSearch: {} }],
    });
  });

  test('what the user named keeps its name', () => {
    const args = { my_name: 1, inline_data: { mime_type: 'x' }, top_k: [{ any_of: 1 }] };
    const jsonSchema = { properties: { any_of: { min_items: 1 } }, $defs: { my_def: {} } };
    const request = read(
      JSON.stringify({
        contents: {
          parts: [
            { function_call: { name: 'f', args } },
            { function_response: { name: 'f', response: args } },
          ],
        },
        labels: { cost_center: 'a' },
        generation_config: { response_json_schema: jsonSchema },
      }),
    );
    expect(request.contents[0]?.parts).toEqual([
      { functionCall: { name: 'f', args } },
      { functionResponse: { name: 'f', response: args } },
    ]);
    expect(request.labels).toEqual({ cost_center: 'a' });
    expect(request.generationConfig?.responseJsonSchema).toEqual(jsonSchema);
  });

  test('in a schema, keywords are normalised and names are not', () => {
    const schema = (anyOf: string, minItems: string) => ({
      type: 'OBJECT',
      properties: {
        min_items: { [anyOf]: [{ type: 'ARRAY', [minItems]: '2', items: { type: 'STRING' } }] },
        any_of: { type: 'STRING', enum: ['min_items'], default: { min_items: 1 } },
      },
    });
    expect(
      read(JSON.stringify({ generation_config: { response_schema: schema('any_of', 'min_items') } }))
        .generationConfig,
    ).toEqual({ responseSchema: schema('anyOf', 'minItems') });
  });

  test('a keyword given in both spellings loses neither', () => {
    const schema = { any_of: [{ type: 'STRING' }], anyOf: [{ type: 'NUMBER' }] };
    expect(read(JSON.stringify({ generationConfig: { responseSchema: schema } })).generationConfig).toEqual({
      responseSchema: schema,
    });
  });

  test.each([
    ['{"seconds": 60}', '60s'],
    ['{"seconds": "3", "nanos": 20000000}', '3.02s'],
    ['{"nanos": 1}', '0.000000001s'],
    ['{}', '0s'],
    ['"1.5s"', '1.5s'],
  ])('offset %s', (offset, text) => {
    const part: Part | undefined = read(
      `{"contents": {"parts": {"video_metadata": {"start_offset": ${offset}, "fps": 2}}}}`,
    ).contents[0]?.parts[0];
    expect(part?.videoMetadata).toEqual({ startOffset: text, fps: 2 });
  });

  test('an unknown field is kept as it is, with a note that has its path', () => {
    const { notes } = readRequest(
      '{"contents": {"parts": [{"new_thing": {"a_b": 1}}]}, "other_thing": 1}',
      'a.json',
    );
    expect(notes).toEqual([
      expect.stringContaining('contents.parts[0].new_thing'),
      expect.stringContaining('other_thing'),
    ]);
    expect(read('{"contents": [], "other_thing": {"a_b": 1}}')).toEqual({
      contents: [],
      other_thing: { a_b: 1 },
    });
  });

  test('chat completions are told apart and kept as they are', () => {
    const chat = { model: 'm', max_completion_tokens: 5, messages: [{ role: 'USER', content: 'hi' }] };
    expect(readRequest(JSON.stringify(chat), 'a.json')).toEqual({
      form: 'chat-completions',
      chat,
      notes: [],
    });
    expect(failure('{"messages": {"role": "user"}}')).toMatch(/messages/);
    expect(failure('{"messages": ["hi"]}')).toMatch(/messages\[0\]/);
  });
});

describe('what is no request', () => {
  test.each([
    ['{"contents": [}', /^request\.json:1:15: /],
    ['{\n  "contents": [\n    {"role" "user"}\n]}', /^request\.json:3:13: /],
    ['{"contents": []} x', /^request\.json:1:18: /],
    ['', /^request\.json:1:1: /],
    ['{"contents": ["unfinished', /^request\.json:1:15: /],
    ["{'contents': []}", /^request\.json:1:2: /],
    ['{"generationConfig": {"topK": 1e999}}', /^request\.json:1:31: /],
    ['[]', /object/],
    ['{"name": "a package", "version": "1"}', /not a request/],
    ['{"contents": 5}', /contents must be an object, not a number/],
    ['{"contents": [[]]}', /contents\[0\] must be an object, not a list/],
    ['{"contents": {"parts": [{"text": 5}]}}', /contents\.parts\[0\]\.text must be text/],
    ['{"generationConfig": {"temperature": "hot"}}', /generationConfig\.temperature must be a number/],
    ['{"generationConfig": {"temperature": 1, "Temperature": 2}}', /twice/],
    ['{"contents": {"parts": {"videoMetadata": {"startOffset": {"seconds": -1}}}}}', /startOffset/],
    ['{"contents": {"parts": {"videoMetadata": {"startOffset": {"hours": 1}}}}}', /startOffset/],
  ])('%j', (text, message) => {
    expect(failure(text)).toMatch(message);
  });

  test.each(['[', '{"a":', '{"contents":[{"parts":[{"functionCall":{"args":{"a":'])(
    'a bomb of %s',
    (piece) => {
      expect(failure(piece.repeat(100_000))).toMatch(/nested/);
    },
  );

  test('a hundred levels are read, one more is not', () => {
    const nested = (levels: number) =>
      `{"later": ${'['.repeat(levels)}${']'.repeat(levels)}, "contents": []}`;
    expect(read(nested(99)).contents).toEqual([]);
    expect(failure(nested(100))).toMatch(/^request\.json:1:110: nested/);
  });

  test('a key __proto__ reaches nothing', () => {
    const text =
      '{"__proto__": {"polluted": 1}, "contents": {"parts": {"functionCall": {"name": "f", "args": {"__proto__": {"a": 1}}}}}}';
    const request = read(text);
    expect(Object.getPrototypeOf(request)).toBe(Object.prototype);
    const args = request.contents[0]?.parts[0]?.functionCall?.args ?? {};
    expect(Object.getPrototypeOf(args)).toBe(Object.prototype);
    expect(JSON.stringify(args)).toBe('{"__proto__":{"a":1}}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('any text', () => {
  const KEYS = [
    'contents',
    'parts',
    'text',
    'role',
    'messages',
    'tools',
    'generation_config',
    'topP',
    '__proto__',
    'startOffset',
    'seconds',
    'inlineDATA',
    'parameters',
    'any_of',
    'toString',
  ];
  const { value: almost } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(fc.constantFrom('USER', null, true, 'BLOCK_MED_AND_ABOVE'), fc.double(), fc.string()),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));
  const quirk = fc.constantFrom('', ',', '//x\n', '/*', '\ufeff', '}', '"', '\\u12', '\u2028', '01');

  test('is read or refused with an InputError', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      almost.map((value) => JSON.stringify(value)),
      fc.tuple(almost, fc.nat(), quirk).map(([value, at, piece]) => {
        const json = JSON.stringify(value);
        const place = at % (json.length + 1);
        return json.slice(0, place) + piece + json.slice(place);
      }),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          const file = readRequest(input, 'a.json');
          if (file.form === 'gemini') {
            for (const { role, parts } of file.request.contents) {
              expect(typeof role).toBe('string');
              expect(Array.isArray(parts)).toBe(true);
            }
          }
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('a canonical request is read back unchanged', () => {
    const free = fc.dictionary(fc.string(), fc.jsonValue({ depthSize: 'small' }), { noNullPrototype: true });
    const part: fc.Arbitrary<Part> = fc.oneof(
      fc.record({ text: fc.string({ unit: 'binary' }) }),
      fc.record({ inlineData: fc.record({ mimeType: fc.string(), data: fc.base64String() }) }),
      fc.record({ functionCall: fc.record({ name: fc.string(), args: free }) }),
      fc.record({ functionResponse: fc.record({ name: fc.string(), response: free }) }),
    );
    const content: fc.Arbitrary<Content> = fc.record({
      role: fc.constantFrom('user', 'model'),
      parts: fc.array(part, { maxLength: 4 }),
    });
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const request = fc.record(
      {
        contents: fc.array(content, { maxLength: 4 }),
        systemInstruction: content,
        labels: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
        generationConfig: fc.record(
          {
            temperature: number,
            topK: fc.integer(),
            stopSequences: fc.array(fc.string()),
            responseJsonSchema: free,
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: ['contents'] },
    );
    fc.assert(
      fc.property(request, (value) => {
        // As JSON has it, where -0 is 0.
        const json = JSON.stringify(value);
        expect(JSON.stringify(read(json))).toBe(JSON.stringify(JSON.parse(json)));
      }),
      { numRuns: 500 },
    );
  });
});
