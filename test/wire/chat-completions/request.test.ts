import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIALECTS, DISTRIBUTED_CLOUD, withMediaParts } from '../../../src/backends/dialects.ts';
import { InputError, UsageError } from '../../../src/errors.ts';
import { createJsonBody } from '../../../src/http/json-body.ts';
import { streamBody } from '../../../src/http/stream-body.ts';
import { bufferSource } from '../../../src/media/buffer-source.ts';
import type { Dialect } from '../../../src/wire/chat-completions/dialect.ts';
import { fromChatRequest } from '../../../src/wire/chat-completions/from-request.ts';
import { lossLines } from '../../../src/wire/chat-completions/losses.ts';
import { toChatRequest } from '../../../src/wire/chat-completions/request.ts';
import type { GenerateContentRequest, Part } from '../../../src/wire/generate-content.ts';

const SEEDS = resolve(import.meta.dirname, '../../fixtures/seeds');
const seed = (name: string) => JSON.parse(readFileSync(`${SEEDS}/${name}.canonical.json`, 'utf8'));

const say = (
  request: Partial<GenerateContentRequest>,
  dialect: Dialect = DIALECTS.openai,
  { model = 'm', stream = false } = {},
) => toChatRequest(model, { contents: [], ...request }, dialect, { stream });
/** Fields that generateContent does not have. */
const others = (fields: object): Partial<GenerateContentRequest> => fields;
const user = (...parts: Part[]): Partial<GenerateContentRequest> => ({ contents: [{ role: 'user', parts }] });
const image: Part = { inlineData: { mimeType: 'image/png', data: 'iVBORw==' } };
const sound: Part = { inlineData: { mimeType: 'audio/mpeg', data: 'SUQz' } };
const video: Part = { inlineData: { mimeType: 'video/mp4', data: 'AAAA' } };
const pdf: Part = { inlineData: { mimeType: 'application/pdf', data: 'JVBE', displayName: 'a/b.pdf' } };

describe('the guide of Distributed Cloud', () => {
  it.each(['gdc-image', 'gdc-audio'])('%s: its file goes out as it came in', (name) => {
    const { request } = fromChatRequest(seed(name), name);
    expect(say(request, DISTRIBUTED_CLOUD, { model: '', stream: true }).body).toEqual(seed(name));
  });

  it.each(['gdc-image', 'gdc-audio'])('%s: also when nobody remembers how it was written', (name) => {
    const { request } = fromChatRequest(seed(name), name);
    const { body } = say(JSON.parse(JSON.stringify(request)), DISTRIBUTED_CLOUD);
    expect(body).toEqual({ ...seed(name), model: 'm', model_id: 'm' });
  });

  it('has each text and each medium as a message of its own', () => {
    const { body } = say(user({ text: 'a' }, pdf, { text: 'b' }), DISTRIBUTED_CLOUD);
    expect(body.messages).toEqual([
      { role: 'user', content: 'a' },
      {
        role: 'user',
        content: [{ type: 'input_document', input_document: { data: 'JVBE', format: 'pdf' } }],
      },
      { role: 'user', content: 'b' },
    ]);
  });
});

describe('a chat-completions file', () => {
  const file = {
    model: 'from-file',
    max_tokens: 5,
    logit_bias: { 1: 2 },
    messages: [
      { role: 'developer', content: 'brief', name: 'x' },
      {
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: 'https://e.com/a.png', detail: 'high' } }],
      },
    ],
    tools: [{ type: 'function', function: { name: 'f', strict: true, parameters: { type: 'object' } } }],
    tool_choice: 'auto',
  };

  it('goes to a server of that language as it was written', () => {
    const { request, extras } = fromChatRequest(file, 'a.json');
    expect(say({ ...extras, ...request }, DIALECTS.openai, { model: '' }).body).toEqual(file);
  });

  it('keeps what nothing was added to', () => {
    const { request, extras } = fromChatRequest(file, 'a.json');
    const more: GenerateContentRequest = {
      ...extras,
      ...request,
      contents: [...request.contents, { role: 'user', parts: [{ text: 'more' }] }],
      generationConfig: { ...request.generationConfig, temperature: 0 },
    };
    const { max_tokens: _, ...rest } = file;
    expect(say(more, DIALECTS.openai, { model: 'named' }).body).toEqual({
      ...rest,
      model: 'named',
      max_completion_tokens: 5,
      temperature: 0,
      messages: [...file.messages, { role: 'user', content: 'more' }],
    });
  });

  it('as generateContent has its words for it', () => {
    const { request, extras } = fromChatRequest(file, 'a.json');
    expect(JSON.parse(JSON.stringify(request))).toEqual({
      systemInstruction: { parts: [{ text: 'brief' }] },
      contents: [
        {
          role: 'user',
          parts: [
            {
              fileData: { mimeType: 'image/png', fileUri: 'https://e.com/a.png' },
              mediaResolution: { level: 'MEDIA_RESOLUTION_HIGH' },
            },
          ],
        },
      ],
      generationConfig: { maxOutputTokens: 5 },
      tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object' } }] }],
      toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
    });
    expect(extras).toEqual({ model: 'from-file', logit_bias: { 1: 2 } });
  });

  it.each([
    [{ role: 'robot', content: 'x' }, 'messages[0].role'],
    [{ role: 'user' }, 'messages[0].content'],
    [{ role: 'user', content: [{ type: 'hologram', hologram: {} }] }, 'messages[0].content[0]'],
    [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '[1]' } }] }, 'tool_calls[0]'],
    [{ role: 'tool', tool_call_id: 'nobody', content: 'x' }, 'messages[0].tool_call_id'],
  ])('%j cannot be meant', (message, place) => {
    const read = () => fromChatRequest({ messages: [message] }, 'a.json');
    expect(read).toThrow(InputError);
    expect(read).toThrow(`a.json: ${place.startsWith('messages') ? place : `messages[0].${place}`}`);
  });
});

describe('media by dialect', () => {
  const url = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw==' } };
  it.each([
    ['openai', image, url],
    ['ollama', image, url],
    ['openai', sound, { type: 'input_audio', input_audio: { data: 'SUQz', format: 'mp3' } }],
    ['vllm', sound, { type: 'audio_url', audio_url: { url: 'data:audio/mpeg;base64,SUQz' } }],
    ['vllm', video, { type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } }],
    ['llama.cpp', video, { type: 'input_video', input_video: { data: 'AAAA', format: 'mp4' } }],
    [
      'openai',
      pdf,
      { type: 'file', file: { filename: 'b.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
    ],
  ] as const)('%s: %j', (name, part, expected) => {
    expect(say(user(part, { text: 'what' }), DIALECTS[name]).body.messages).toEqual([
      { role: 'user', content: [expected, { type: 'text', text: 'what' }] },
    ]);
  });

  it.each([
    ['openai', video],
    ['ollama', pdf],
    ['lmstudio', sound],
    ['ollama', { fileData: { mimeType: 'image/png', fileUri: 'https://e.com/a.png' } }],
    ['openai', { fileData: { mimeType: 'application/pdf', fileUri: 'https://e.com/a.pdf' } }],
    ['openai', { fileData: { fileUri: 'https://e.com/a' } }],
    ['openai', { functionResponse: { name: 'f', response: {}, parts: [image] } }],
  ] as const)('%s refuses %j: content is never left out', (name, part) => {
    expect(() => say(user(part as Part), DIALECTS[name])).toThrow(InputError);
  });

  it('a person may know better what the server calls it', () => {
    const dialect = withMediaParts(DIALECTS.ollama, ['video=video_url']);
    expect(say(user(video), dialect).body.messages).toEqual([
      { role: 'user', content: [{ type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } }] },
    ]);
    expect(() => withMediaParts(DIALECTS.ollama, ['hologram=x'])).toThrow(UsageError);
  });

  it('bytes stay outside memory: a data URL is streamed, its type before its base64', async () => {
    const data = bufferSource(Buffer.from('hello'), 'a.png');
    const body = createJsonBody(say(user({ inlineData: { mimeType: 'image/png', data } })).body);
    const pieces: Buffer[] = [];
    await streamBody(
      body,
      async (piece) => void pieces.push(Buffer.from(piece)),
      new AbortController().signal,
    );
    const sent = Buffer.concat(pieces);
    expect(sent).toHaveLength(body.byteLength);
    expect(JSON.parse(sent.toString()).messages[0].content[0].image_url.url).toBe(
      'data:image/png;base64,aGVsbG8=',
    );
  });

  it('text in base64 is text', () => {
    const data = Buffer.from('héllo').toString('base64');
    const { body } = say(user({ inlineData: { mimeType: 'text/plain', data } }));
    expect(body.messages).toEqual([{ role: 'user', content: 'héllo' }]);
  });
});

describe('parameters by dialect', () => {
  it('says each in the words of the server', () => {
    const generationConfig = { maxOutputTokens: 9, topK: 3, candidateCount: 2, stopSequences: ['.'] };
    expect(say({ generationConfig }, DIALECTS.vllm)).toMatchObject({
      body: { max_tokens: 9, top_k: 3, n: 2, stop: ['.'] },
      losses: [],
    });
    const { body, losses } = say({ generationConfig }, DIALECTS.ollama);
    expect(body).toEqual({ model: 'm', messages: [], max_tokens: 9, stop: ['.'] });
    expect(losses.map(({ what }) => what)).toEqual(['topK', 'candidateCount']);
  });

  it.each([
    [{ thinkingBudget: 0 }, 'openai', 'none', 0],
    [{ thinkingBudget: -1 }, 'openai', undefined, 0],
    [{ thinkingBudget: 1024 }, 'openai', 'low', 0],
    [{ thinkingBudget: 5000 }, 'openai', 'medium', 1],
    [{ thinkingBudget: 99_999 }, 'openai', 'high', 1],
    [{ thinkingLevel: 'MINIMAL' }, 'openai', 'minimal', 0],
    [{ thinkingLevel: 'MINIMAL' }, 'vllm', 'low', 1],
    [{ thinkingBudget: 0 }, 'lmstudio', 'low', 1],
    [{ includeThoughts: true }, 'openai', undefined, 0],
  ] as const)('thinking %j for %s is %s', (thinkingConfig, name, effort, lost) => {
    const { body, losses } = say({ generationConfig: { thinkingConfig } }, DIALECTS[name]);
    expect(body.reasoning_effort).toBe(effort);
    expect(losses).toHaveLength(lost);
  });

  it('schemas become JSON Schema, strict where OpenAI takes it so', () => {
    const responseSchema = {
      type: 'OBJECT',
      properties: {
        type: { type: 'STRING', enum: ['OBJECT'] },
        n: { type: 'INTEGER', nullable: true, minimum: 1 },
        list: { type: 'ARRAY', items: { type: 'NUMBER' }, minItems: '2' },
      },
      propertyOrdering: ['type', 'n'],
    };
    const schema = {
      type: 'object',
      properties: {
        type: { type: 'string', enum: ['OBJECT'] },
        n: { type: ['integer', 'null'], minimum: 1 },
        list: { type: 'array', items: { type: 'number' }, minItems: 2 },
      },
    };
    const formatOf = (generationConfig: object) => say({ generationConfig }).body.response_format;
    expect(formatOf({ responseMimeType: 'application/json', responseSchema })).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', schema },
    });
    const strict = { type: 'object', properties: { a: {} }, required: ['a'], additionalProperties: false };
    expect(formatOf({ responseJsonSchema: strict })).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', strict: true, schema: strict },
    });
    expect(formatOf({ responseMimeType: 'application/json' })).toEqual({ type: 'json_object' });
    expect(formatOf({ responseMimeType: 'text/plain' })).toBeUndefined();
  });

  it('what has no word is named, and what may be in doubt is not', () => {
    const { losses } = say(
      {
        ...user({ text: 'x' }, { ...video, videoMetadata: { fps: 2 } }),
        safetySettings: [{ category: 'c', threshold: 't' }],
        labels: { a: 'b' },
        tools: [{ googleSearch: {} }],
        generationConfig: { candidateCount: 1, responseModalities: ['TEXT'], audioTimestamp: true },
      },
      DIALECTS['llama.cpp'],
    );
    expect(lossLines(losses, 'X')).toEqual([
      'not sent, since X has no word for it: safetySettings, labels, videoMetadata (the whole recording is sent), audioTimestamp, googleSearch',
    ]);
  });

  it('an unknown field goes along: the way out for what only this server has', () => {
    expect(say(others({ ...user({ text: 'x' }), chat_template_kwargs: { a: 1 } })).body).toMatchObject({
      chat_template_kwargs: { a: 1 },
    });
  });

  it('streams are asked for with their usage, but not of Distributed Cloud', () => {
    const { body } = say({}, DIALECTS.openai, { stream: true });
    expect(body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(say({}, DISTRIBUTED_CLOUD, { stream: true }).body).not.toHaveProperty('stream');
    expect(say(others({ stream: true }), DISTRIBUTED_CLOUD, { stream: true }).body.stream).toBe(true);
    expect(say(others({ stream: true }), DISTRIBUTED_CLOUD).body).not.toHaveProperty('stream');
  });

  it('asks for a model, since there is none by default', () => {
    expect(() => say(user({ text: 'x' }), DIALECTS.openai, { model: '' })).toThrow(UsageError);
    expect(() => say({ cachedContent: 'cachedContents/x' })).toThrow(UsageError);
  });
});

describe('functions', () => {
  const tools = [{ functionDeclarations: [{ name: 'a' }, { name: 'b', parameters: { type: 'OBJECT' } }] }];
  const choice = (mode: string, allowedFunctionNames?: string[]) => ({
    toolConfig: {
      functionCallingConfig: { mode, ...(allowedFunctionNames ? { allowedFunctionNames } : {}) },
    },
  });
  const namesOf = (body: { [field: string]: unknown }) =>
    (body.tools as { function: { name: string } }[] | undefined)?.map((tool) => tool.function.name);

  it.each([
    [choice('AUTO'), ['a', 'b'], 'auto'],
    [choice('NONE'), ['a', 'b'], 'none'],
    [choice('ANY'), ['a', 'b'], 'required'],
    [choice('ANY', ['b']), ['b'], { type: 'function', function: { name: 'b' } }],
    [choice('ANY', ['b', 'a']), ['a', 'b'], 'required'],
    [{}, ['a', 'b'], undefined],
  ])('%j', (toolConfig, names, expected) => {
    const { body } = say({ tools, ...toolConfig });
    expect(namesOf(body)).toEqual(names);
    expect(body.tool_choice).toEqual(expected);
  });

  it('a server without tool_choice is not offered what must not be called', () => {
    expect(say({ tools, ...choice('NONE') }, DIALECTS.ollama)).toEqual({
      body: { model: 'm', messages: [] },
      losses: [],
    });
    expect(say({ tools, ...choice('ANY') }, DIALECTS.ollama).losses).toHaveLength(1);
  });

  it('calls without an id get one, and results find the call of their name in order', () => {
    const call = (name: string) => ({ functionCall: { name, args: { n: 1 } } });
    const result = (name: string, response: object) => ({
      functionResponse: { name, response: { ...response } },
    });
    const { body } = say({
      contents: [
        { role: 'model', parts: [{ text: 'hm', thought: true }, call('f'), call('g'), call('f')] },
        {
          role: 'user',
          parts: [result('f', { r: 1 }), result('f', { r: 2 }), result('g', {}), { text: 'go on' }],
        },
      ],
    });
    expect(body.messages).toMatchObject([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"n":1}' } },
          { id: 'call_2', function: { name: 'g' } },
          { id: 'call_3', function: { name: 'f' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '{"r":1}' },
      { role: 'tool', tool_call_id: 'call_3', content: '{"r":2}' },
      { role: 'tool', tool_call_id: 'call_2', content: '{}' },
      { role: 'user', content: 'go on' },
    ]);
  });

  it('thoughts of earlier turns go back where the server has a place for them', () => {
    const contents = [{ role: 'model', parts: [{ text: 'hm', thought: true }, { text: 'yes' }] }];
    expect(say({ contents }, DIALECTS.ollama).body.messages).toEqual([
      { role: 'assistant', content: 'yes', reasoning: 'hm' },
    ]);
    const { body, losses } = say({ contents });
    expect(body.messages).toEqual([{ role: 'assistant', content: 'yes' }]);
    expect(losses).toHaveLength(1);
  });
});
