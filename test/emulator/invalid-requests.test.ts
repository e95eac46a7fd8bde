import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { ENUMS } from '../../src/emulator/messages/enums.ts';
import { MESSAGES } from '../../src/emulator/messages/index.ts';
import { SCALARS } from '../../src/emulator/messages/scalars.ts';
import { post, prompt, violatedFields } from './ask-emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

const PATHS = {
  developer: 'v1beta/models/m',
  vertex: 'v1/projects/p/locations/global/publishers/google/models/m',
};
type Service = keyof typeof PATHS;

const send = (service: Service, body: unknown, method = 'generateContent') =>
  post(`${emulator.url}/${PATHS[service]}:${method}`, body);

const user = (...parts: unknown[]) => ({ role: 'user', parts });
const model = (...parts: unknown[]) => ({ role: 'model', parts });
const hi = { text: 'hi' };
const part = (value: unknown) => ({ contents: [user(value)] });
const config = (generationConfig: unknown) => ({ contents: [user(hi)], generationConfig });
const declared = (...functionDeclarations: unknown[]) => ({
  contents: [user(hi)],
  tools: [{ functionDeclarations }],
});
const call = (name: string, id?: string) => ({
  functionCall: { name, args: {}, ...(id === undefined ? {} : { id }) },
});
const reply = (name: string, id?: string) => ({
  functionResponse: { name, response: {}, ...(id === undefined ? {} : { id }) },
});
const png = (data: string) => part({ inlineData: { mimeType: 'image/png', data } });

/** What is wrong, and the field that the refusal must name; undefined is the root of the request. */
const REFUSED: [string, unknown, (string | undefined)[]][] = [
  ['an unknown field', { ...prompt(hi), frobnicate: 1 }, [undefined]],
  [
    'the misspelling of an old document',
    part({ inlineDATA: { mimeType: 'a/b', data: 'AAAA' } }),
    ['contents[0].parts[0]'],
  ],
  ['an unknown field in a single part', { contents: { parts: { text: 'x', foo: 1 } } }, ['contents.parts']],
  ['a root that is a list', [], [undefined]],
  ['a number for a string', part({ text: 1 }), ['contents[0].parts[0].text']],
  ['a list for a string', part({ text: ['a'] }), ['contents[0].parts[0]']],
  ['text for a number', config({ temperature: 'warm' }), ['generation_config.temperature']],
  ['a fraction for an integer', config({ maxOutputTokens: 1.5 }), ['generation_config.max_output_tokens']],
  ['an integer beyond 32 bits', config({ seed: 2 ** 31 }), ['generation_config.seed']],
  ['a string for a message', { contents: ['hello'] }, ['contents[0]']],
  ['null in a list', { contents: [user(hi), null] }, ['contents[1]']],
  [
    'a bad duration',
    part({ ...hi, videoMetadata: { startOffset: '1:00' } }),
    ['contents[0].parts[0].video_metadata.start_offset'],
  ],
  [
    'a bad property in a schema',
    config({
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', properties: { a: { type: 'WORD' } } },
    }),
    ['generation_config.response_schema.properties[0].value.type'],
  ],
  ['no contents', {}, ['contents']],
  ['empty contents', { contents: [] }, ['contents']],
  ['no parts', { contents: [user()] }, ['contents[0].parts']],
  ['a part without data', part({ thought: true }), ['contents[0].parts[0].data']],
  [
    'a part with two kinds of data',
    part({ text: 'a', fileData: { mimeType: 'a/b', fileUri: 'gs://b/o' } }),
    ['contents[0].parts[0]'],
  ],
  [
    'a system instruction without data',
    { ...prompt(hi), systemInstruction: { parts: [{}] } },
    ['system_instruction.parts[0].data'],
  ],
  ['base64 with line breaks', png('AAAA\nAAAA'), ['contents[0].parts[0].inline_data.data']],
  ['base64 with a foreign character', png('AA*A'), ['contents[0].parts[0].inline_data.data']],
  ['base64 of an impossible length', png('AAAAA'), ['contents[0].parts[0].inline_data.data']],
  ['base64 with too much padding', png('AAAA='), ['contents[0].parts[0].inline_data.data']],
  ['no bytes', png(''), ['contents[0].parts[0].inline_data.data']],
  [
    'bytes without a MIME type',
    part({ inlineData: { data: 'AAAA' } }),
    ['contents[0].parts[0].inline_data.mime_type'],
  ],
  [
    'a malformed MIME type',
    part({ inlineData: { mimeType: 'png', data: 'AAAA' } }),
    ['contents[0].parts[0].inline_data.mime_type'],
  ],
  [
    'a file without a URI',
    part({ fileData: { mimeType: 'a/b' } }),
    ['contents[0].parts[0].file_data.file_uri'],
  ],
  [
    'videoMetadata on text',
    part({ ...hi, videoMetadata: { fps: 1 } }),
    ['contents[0].parts[0].video_metadata'],
  ],
  [
    'too many frames, and an end before the start',
    part({
      fileData: { mimeType: 'video/mp4', fileUri: 'gs://b/o' },
      videoMetadata: { fps: 25, startOffset: '9s', endOffset: '8s' },
    }),
    ['contents[0].parts[0].video_metadata.fps', 'contents[0].parts[0].video_metadata.end_offset'],
  ],
  ['the role system', { contents: [{ role: 'system', parts: [hi] }] }, ['contents[0].role']],
  ['a model turn at the end', { contents: [user(hi), model(hi)] }, ['contents[1].role']],
  [
    'a response without a call',
    { contents: [user(hi), user(reply('f'))] },
    ['contents[1].parts[0].function_response'],
  ],
  [
    'a response of another name',
    { contents: [user(hi), model(call('f')), user(reply('g'))] },
    ['contents[2].parts[0].function_response'],
  ],
  [
    'a response of another id',
    { contents: [user(hi), model(call('f', '1')), user(reply('f', '2'))] },
    ['contents[2].parts[0].function_response'],
  ],
  [
    'a call that is not answered',
    { contents: [user(hi), model(call('f'), call('g')), user(reply('f'))] },
    ['contents[2].parts'],
  ],
  ['a bad function name', declared({ name: '2many words' }), ['tools[0].function_declarations[0].name']],
  [
    'a function name of 65 characters',
    declared({ name: 'f'.repeat(65) }),
    ['tools[0].function_declarations[0].name'],
  ],
  ['a function twice', declared({ name: 'f' }, { name: 'f' }), ['tools[0].function_declarations[1].name']],
  [
    'two sorts of parameters',
    declared({ name: 'f', parameters: { type: 'OBJECT' }, parametersJsonSchema: {} }),
    ['tools[0].function_declarations[0].parameters_json_schema'],
  ],
  [
    'mode ANY without functions',
    { ...prompt(hi), toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
    ['tool_config.function_calling_config.mode'],
  ],
  [
    'an allowed function that is not declared',
    {
      ...declared({ name: 'f' }),
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['g'] } },
    },
    ['tool_config.function_calling_config.allowed_function_names[0]'],
  ],
  ['temperature over 2', config({ temperature: 2.1 }), ['generation_config.temperature']],
  [
    'topP over 1, topK under 1',
    config({ topP: 1.1, topK: 0 }),
    ['generation_config.top_p', 'generation_config.top_k'],
  ],
  [
    'six stop sequences',
    config({ stopSequences: ['a', 'b', 'c', 'd', 'e', 'f'] }),
    ['generation_config.stop_sequences'],
  ],
  [
    'no output at all',
    config({ maxOutputTokens: 0, candidateCount: 0 }),
    ['generation_config.candidate_count', 'generation_config.max_output_tokens'],
  ],
  ['a penalty of 2', config({ frequencyPenalty: 2 }), ['generation_config.frequency_penalty']],
  [
    'a budget and a level of thinking',
    config({ thinkingConfig: { thinkingBudget: 1, thinkingLevel: 'LOW' } }),
    ['generation_config.thinking_config.thinking_level'],
  ],
  [
    'two response schemas',
    config({
      responseMimeType: 'application/json',
      responseSchema: { type: 'STRING' },
      responseJsonSchema: {},
    }),
    ['generation_config.response_json_schema'],
  ],
  [
    'a response schema for plain text',
    config({ responseSchema: { type: 'STRING' } }),
    ['generation_config.response_mime_type'],
  ],
  [
    'a schema that is not whole',
    config({
      responseMimeType: 'application/json',
      responseSchema: { type: 'ARRAY', items: { type: 'OBJECT', required: ['a'] } },
    }),
    ['generation_config.response_schema.items.required[0]'],
  ],
  [
    'images as an answer',
    config({ responseModalities: ['IMAGE'] }),
    ['generation_config.response_modalities'],
  ],
  [
    'the threshold of an old document',
    {
      ...prompt(hi),
      safetySettings: { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_MED_AND_ABOVE' },
    },
    ['safety_settings.threshold'],
  ],
  [
    'an unknown category',
    { ...prompt(hi), safetySettings: [{ category: 'HARM_CATEGORY_RUDE', threshold: 'OFF' }] },
    ['safety_settings[0].category'],
  ],
  ['a label in capitals', { ...prompt(hi), labels: { Team: 'a' } }, ['labels']],
  ['text that is not JSON', '{"contents": oops}', [undefined]],
  ['JSON with only commas in a list', '{"contents": [,]}', [undefined]],
  [
    'several faults at once',
    { ...config({ topK: 'x' }), foo: 1, bar: 2 },
    ['generation_config.top_k', undefined, undefined],
  ],
];

test.each(REFUSED)('%s is refused by field', async (_, body, fields) => {
  for (const service of ['developer', 'vertex'] as const) {
    const { status, text } = await send(service, body);
    expect(status).toBe(400);
    expect(JSON.parse(text).error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(violatedFields(text)).toEqual(fields);
  }
});

/** Which of the services refuses it, and the field it names. */
const REFUSED_BY_ONE: [string, Service, unknown, string | undefined][] = [
  [
    'a file without a MIME type',
    'vertex',
    part({ fileData: { fileUri: 'gs://b/o' } }),
    'contents[0].parts[0].file_data.mime_type',
  ],
  ['store', 'vertex', { ...prompt(hi), store: false }, undefined],
  ['audioTimestamp', 'developer', config({ audioTimestamp: true }), 'generation_config'],
  ['half of topK', 'developer', config({ topK: 1.5 }), 'generation_config.top_k'],
  [
    'the method of a safety setting',
    'developer',
    {
      ...prompt(hi),
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF', method: 'SEVERITY' }],
    },
    'safety_settings[0]',
  ],
  [
    'a category of images',
    'developer',
    { ...prompt(hi), safetySettings: [{ category: 'HARM_CATEGORY_IMAGE_HATE', threshold: 'OFF' }] },
    'safety_settings[0].category',
  ],
];

test.each(REFUSED_BY_ONE)('%s is refused by %s alone', async (_, refusing, body, field) => {
  const other = refusing === 'vertex' ? 'developer' : 'vertex';
  const refused = await send(refusing, body);
  expect(refused.status).toBe(400);
  expect(violatedFields(refused.text)).toEqual([field]);
  expect((await send(other, body)).status).toBe(200);
});

const ACCEPTED: [string, unknown][] = [
  [
    'snake_case, single objects, upper-case roles',
    {
      contents: { role: 'USER', parts: hi },
      safety_settings: { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_ONLY_HIGH' },
      generation_config: { max_output_tokens: 9, topP: 0.8 },
    },
  ],
  [
    'commas before closing brackets',
    '{"contents": [{"role": "user", "parts": [{"text": "a,}\\",]"}, ] ,}],}',
  ],
  [
    'numbers as strings, enums in lower case',
    config({
      maxOutputTokens: '20',
      temperature: '0.5',
      responseMimeType: 'application/json',
      responseSchema: { type: 'array', items: { type: 'string' }, minItems: '1' },
    }),
  ],
  [
    'url-safe base64 without padding',
    part({ inlineData: { mimeType: 'application/octet-stream', data: '_-8' } }),
  ],
  [
    'durations as objects',
    part({
      fileData: { mimeType: 'video/mp4', fileUri: 'gs://b/o' },
      videoMetadata: { startOffset: { seconds: 10, nanos: 5 }, endOffset: '20.5s' },
    }),
  ],
  ['nulls where nothing is meant', { contents: [user({ text: 'hi', inlineData: null })], tools: null }],
  ['a turn of the model that is empty', { contents: [user(hi), model({ text: '' })] }],
  [
    'a conversation with parallel calls, answered by id',
    { contents: [user(hi), model(call('f', '1'), call('f', '2')), user(reply('f', '2'), reply('f', '1'))] },
  ],
  [
    'the old role of function results',
    { contents: [user(hi), model(call('f')), { role: 'function', parts: [reply('f')] }] },
  ],
  [
    'a signature beside empty text',
    { contents: [user(hi), model({ text: '', thoughtSignature: 'AAAA' }), user(hi)] },
  ],
];

test.each(ACCEPTED)('%s: accepted', async (_, body) => {
  for (const service of ['developer', 'vertex'] as const) {
    const { status, text } = await send(service, body);
    expect(status, text).toBe(200);
  }
});

describe('countTokens', () => {
  test('takes the forms of its service', async () => {
    const inner = { model: 'models/m', ...prompt(hi), systemInstruction: { parts: [hi] } };
    const developer = await send('developer', { generateContentRequest: inner }, 'countTokens');
    const vertex = await send('vertex', { ...prompt(hi), systemInstruction: { parts: [hi] } }, 'countTokens');
    expect(JSON.parse(developer.text).totalTokens).toBe(2);
    expect(JSON.parse(vertex.text)).toMatchObject({ totalTokens: 2, totalBillableCharacters: 4 });
  });

  test.each<[Service, unknown, string | undefined]>([
    ['developer', { ...prompt(hi), systemInstruction: { parts: [hi] } }, undefined],
    [
      'developer',
      { ...prompt(hi), generateContentRequest: { model: 'models/m', ...prompt(hi) } },
      'contents',
    ],
    ['developer', { generateContentRequest: prompt(hi) }, 'generate_content_request.model'],
    [
      'developer',
      { generateContentRequest: { model: 'models/m', ...part({}) } },
      'generate_content_request.contents[0].parts[0].data',
    ],
    ['vertex', { generateContentRequest: { model: 'models/m', ...prompt(hi) } }, undefined],
  ])('%s refuses %j', async (service, body, field) => {
    const { status, text } = await send(service, body, 'countTokens');
    expect(status).toBe(400);
    expect(violatedFields(text)).toEqual([field]);
  });
});

test('a message that is nested without end is refused, not a crash', async () => {
  let schema: unknown = { type: 'STRING' };
  for (let depth = 0; depth < 3000; depth += 1) schema = { type: 'ARRAY', items: schema };
  const { status } = await send(
    'developer',
    config({ responseMimeType: 'application/json', responseSchema: schema }),
  );
  expect(status).toBe(400);
});

test('every type that the tables name exists', () => {
  const types = Object.values(MESSAGES).flatMap((message) => Object.values(message));
  const names = types.map((field) =>
    (typeof field === 'string' ? field : field.type).replace(/^map<|>$|\[\]$/g, ''),
  );
  expect(names.filter((name) => !(name in SCALARS) && !(name in ENUMS) && !(name in MESSAGES))).toEqual([]);
});
