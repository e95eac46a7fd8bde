import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { generate, post, prompt, stream, textOf } from './ask-emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

const ask = (request: unknown, model?: string) => generate(emulator.url, request, model);
const hello = prompt({ text: 'hello' });
const withConfig = (generationConfig: Record<string, unknown>) => ({ ...hello, generationConfig });
const lastOf = <Item>(items: Item[]) => items[items.length - 1];

describe('the report', () => {
  test('says what it is and quotes what it got, in three chunks or more', async () => {
    const chunks = await stream(emulator.url, prompt({ text: 'what is "this"\n?' }));
    expect(chunks.length).toBeGreaterThanOrEqual(3);
    const text = chunks.map(textOf).join('');
    expect(text).toContain('emulator, not a model');
    expect(text).toContain(JSON.stringify('what is "this"\n?'));
    expect(chunks.map((chunk) => chunk.candidates?.[0]?.finishReason)).toEqual([
      ...chunks.slice(1).map(() => undefined),
      'STOP',
    ]);
  });

  test('names the parts in order, and the rest of the request', async () => {
    const text = textOf(
      await ask({
        contents: [
          { role: 'user', parts: [{ text: 'earlier' }] },
          { role: 'model', parts: [{ text: 'before' }] },
          {
            role: 'user',
            parts: [
              { text: 'first' },
              {
                fileData: { mimeType: 'video/mp4', fileUri: 'gs://b/v.mp4' },
                videoMetadata: { startOffset: '5s', fps: 2 },
              },
              { text: 'second' },
            ],
          },
        ],
        systemInstruction: { parts: [{ text: 'be kind' }] },
        tools: [{ functionDeclarations: [{ name: 'f' }] }, { googleSearch: {} }],
        safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
        generationConfig: { temperature: 0.5 },
        labels: { team: 'blue' },
      }),
    );
    const wanted = [
      '3 parts',
      '"first"',
      'video/mp4 at gs://b/v.mp4',
      'from 5s',
      '"second"',
      '"earlier"',
      '"before"',
    ];
    const places = wanted.map((word) => text.indexOf(word));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const word of [
      ...wanted,
      '"be kind"',
      'f',
      'googleSearch',
      'temperature 0.5',
      'HARASSMENT OFF',
      'team=blue',
    ]) {
      expect(text).toContain(word);
    }
  });

  test('quotes the beginning of a long text and gives its length, never half a character', async () => {
    const text = textOf(await ask(prompt({ text: `${'x'.repeat(199)}😀${'y'.repeat(100)}` })));
    expect(text).toContain('text of 301 characters');
    expect(text).not.toContain('yyyy');
    expect(() => encodeURIComponent(text)).not.toThrow();
  });
});

describe('limits', () => {
  test('a stop sequence ends the answer before it', async () => {
    const whole = textOf(await ask(hello));
    const { candidates = [] } = await ask(withConfig({ stopSequences: ['never there', 'not a'] }));
    expect(candidates[0]?.finishReason).toBe('STOP');
    expect(textOf({ candidates })).toBe(whole.slice(0, whole.indexOf('not a')));
  });

  test('maxOutputTokens cuts it, and says so', async () => {
    const response = await ask(withConfig({ maxOutputTokens: 3 }));
    expect(textOf(response)).toBe('This is the '.slice(0, 12));
    expect(response.candidates?.[0]?.finishReason).toBe('MAX_TOKENS');
    expect(response.usageMetadata?.candidatesTokenCount).toBe(3);
  });

  test('thoughts may use the limit up', async () => {
    const chunks = await stream(
      emulator.url,
      withConfig({ maxOutputTokens: 3, thinkingConfig: { includeThoughts: true } }),
    );
    expect(chunks.map(textOf).join('')).toBe('');
    expect(lastOf(chunks)?.candidates?.[0]?.finishReason).toBe('MAX_TOKENS');
  });
});

test('thoughts come first, marked, and are counted apart', async () => {
  const chunks = await stream(emulator.url, withConfig({ thinkingConfig: { includeThoughts: true } }));
  const marks = chunks.map((chunk) => chunk.candidates?.[0]?.content?.parts?.[0]?.thought);
  expect(marks).toEqual([true, ...chunks.slice(1).map(() => undefined)]);
  const {
    promptTokenCount = 0,
    candidatesTokenCount = 0,
    thoughtsTokenCount = 0,
    totalTokenCount,
  } = lastOf(chunks)?.usageMetadata ?? {};
  expect(thoughtsTokenCount).toBeGreaterThan(0);
  expect(totalTokenCount).toBe(promptTokenCount + candidatesTokenCount + thoughtsTokenCount);
});

test('usage grows from chunk to chunk and ends at the text’s length', async () => {
  const chunks = await stream(emulator.url, hello);
  const counts = chunks.map((chunk) => chunk.usageMetadata?.candidatesTokenCount ?? 0);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(lastOf(counts)).toBe(Math.ceil(chunks.map(textOf).join('').length / 4));
  expect(new Set(chunks.map((chunk) => chunk.responseId)).size).toBe(1);
});

test('candidates take turns', async () => {
  const request = withConfig({ candidateCount: 3 });
  const chunks = await stream(emulator.url, request);
  const order = chunks.map((chunk) => chunk.candidates?.[0]?.index ?? 0);
  expect(order.slice(0, 6)).toEqual([0, 1, 2, 0, 1, 2]);
  const { candidates = [] } = await ask(request);
  expect(candidates.map(({ index, finishReason }) => [index, finishReason])).toEqual([
    [0, 'STOP'],
    [1, 'STOP'],
    [2, 'STOP'],
  ]);
  expect(new Set(candidates.map((candidate) => textOf({ candidates: [candidate] }))).size).toBe(3);
});

describe('JSON', () => {
  const json = { responseMimeType: 'application/json' };
  const jsonOf = async (config: Record<string, unknown>) => JSON.parse(textOf(await ask(withConfig(config))));

  test('fits a schema of either form', async () => {
    const responseSchema = {
      type: 'OBJECT',
      properties: {
        names: { type: 'ARRAY', items: { type: 'STRING' } },
        age: { type: 'INTEGER', minimum: 18 },
      },
    };
    expect(await jsonOf({ ...json, responseSchema })).toEqual({ names: ['emulator'], age: 18 });
    const responseJsonSchema = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/a' } },
      $defs: { a: { enum: [5] } },
    };
    expect(await jsonOf({ ...json, responseJsonSchema })).toEqual({ a: 5 });
    const responseFormat = { text: { mimeType: 'application/json', schema: { type: 'boolean' } } };
    expect(await jsonOf({ responseFormat })).toBe(false);
  });

  test('without a schema holds the report', async () => {
    expect((await jsonOf(json)).emulator).toContain('"hello"');
  });

  test('an enum alone is plain text', async () => {
    const config = {
      responseMimeType: 'text/x.enum',
      responseSchema: { type: 'STRING', enum: ['yes', 'no'] },
    };
    expect(textOf(await ask(withConfig(config)))).toBe('yes');
  });

  test('a schema that nothing fits is refused', async () => {
    const request = withConfig({ ...json, responseJsonSchema: { type: 'integer', minimum: 2, maximum: 1 } });
    expect(
      (await post(`${emulator.url}/v1beta/models/m:streamGenerateContent?alt=sse`, request)).status,
    ).toBe(400);
  });
});

describe('functions', () => {
  const parameters = {
    type: 'OBJECT',
    properties: { city: { type: 'STRING' }, days: { type: 'INTEGER', minimum: 1 } },
  };
  const tools = [
    {
      functionDeclarations: [
        { name: 'get_weather', parameters },
        { name: 'get_time', parametersJsonSchema: { type: 'object' } },
      ],
    },
  ];
  const partsOf = async (request: unknown) => (await ask(request)).candidates?.[0]?.content?.parts ?? [];
  const mode = (functionCallingConfig: Record<string, unknown>) => ({
    toolConfig: { functionCallingConfig },
  });

  test('are not called unless asked', async () => {
    expect((await partsOf({ ...hello, tools }))[0]?.text).toContain('get_weather, get_time');
  });

  test('are called by name, several at once, with an id and a signature', async () => {
    const parts = await partsOf({
      ...prompt({ text: 'Call get_time, then call get_weather. Do not call me.' }),
      tools,
    });
    expect(parts.map((part) => part.functionCall)).toEqual([
      { id: expect.any(String), name: 'get_time', args: {} },
      { id: expect.any(String), name: 'get_weather', args: { city: 'emulator', days: 1 } },
    ]);
    expect(parts[0]?.thoughtSignature).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(parts[0]?.functionCall?.id).not.toBe(parts[1]?.functionCall?.id);
  });

  test('are called always with ANY, the first that is allowed; never with NONE', async () => {
    const allowed = mode({ mode: 'ANY', allowedFunctionNames: ['get_time'] });
    expect((await partsOf({ ...hello, tools, ...allowed }))[0]?.functionCall?.name).toBe('get_time');
    expect((await partsOf({ ...hello, tools, ...mode({ mode: 'ANY' }) }))[0]?.functionCall?.name).toBe(
      'get_weather',
    );
    const none = { ...prompt({ text: 'call get_time' }), tools, ...mode({ mode: 'NONE' }) };
    expect((await partsOf(none))[0]?.functionCall).toBeUndefined();
  });

  test('report their responses, also with ANY', async () => {
    const first = await ask({ ...prompt({ text: 'call get_time' }), tools });
    const call = first.candidates?.[0]?.content;
    const functionResponse = {
      id: call?.parts?.[0]?.functionCall?.id,
      name: 'get_time',
      response: { time: '12:30' },
    };
    const contents = [
      ...prompt({ text: 'call get_time' }).contents,
      call,
      { role: 'user', parts: [{ functionResponse }] },
    ];
    expect((await partsOf({ contents, tools, ...mode({ mode: 'ANY' }) }))[0]?.text).toContain(
      'get_time: {"time":"12:30"}',
    );
  });
});
