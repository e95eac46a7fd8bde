import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import OpenAI from 'openai';
import type { ChatCompletionContentPart } from 'openai/resources/chat/completions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ bodyLimit: 1_000_000 });
});
afterAll(() => emulator.close());

const EXAMPLES = resolve(import.meta.dirname, '../../examples');
const photo = readFileSync(`${EXAMPLES}/coffee.jpg`).toString('base64');
const sound = readFileSync(`${EXAMPLES}/talk.mp3`).toString('base64');
const client = (url = emulator.url, prefix = '/v1') =>
  new OpenAI({ apiKey: 'a-key', baseURL: `${url}${prefix}`, maxRetries: 0 });
const model = 'gemini-3.8-flash';
const content: ChatCompletionContentPart[] = [
  { type: 'text', text: 'what is this' },
  { type: 'image_url', image_url: { url: `data:image/jpeg;base64,${photo}` } },
  { type: 'input_audio', input_audio: { data: sound, format: 'mp3' } },
];

describe('the official client', () => {
  test.each(['/v1', '/v1beta/openai', '/v1/projects/p/locations/us/endpoints/openapi'])(
    'a whole answer at %s',
    async (prefix) => {
      const answer = await client(emulator.url, prefix).chat.completions.create({
        model,
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content },
        ],
      });
      const [choice] = answer.choices;
      expect(answer).toMatchObject({ object: 'chat.completion', model });
      expect(choice?.finish_reason).toBe('stop');
      expect(choice?.message.content).toMatch(/600×400.*audio\/mpeg.*"be brief"/);
      expect(answer.usage?.prompt_tokens).toBeGreaterThan(1120);
    },
  );

  test('a stream, its usage in a chunk without choices', async () => {
    const stream = await client().chat.completions.create({
      model,
      messages: [{ role: 'user', content }],
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toContain('600×400');
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)?.choices).toEqual([]);
    expect(chunks.at(-1)?.usage?.prompt_tokens).toBeGreaterThan(1120);
  });

  test('functions, streamed and put together by the client', async () => {
    const run = client().chat.completions.stream({
      model,
      messages: [{ role: 'user', content: 'call get_weather' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            parameters: { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] },
          },
        },
      ],
    });
    const { choices } = await run.finalChatCompletion();
    const [call] = choices[0]?.message.tool_calls ?? [];
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
    expect(JSON.parse(call?.type === 'function' ? call.function.arguments : '')).toEqual({
      town: expect.any(String),
    });
  });

  test('a schema, several choices, and a limit', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    const messages = [{ role: 'user' as const, content: 'hi' }];
    const { choices } = await client().chat.completions.create({
      model,
      messages,
      n: 2,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
    });
    expect(choices.map(({ index }) => index)).toEqual([0, 1]);
    expect(JSON.parse(choices[1]?.message.content ?? '')).toEqual({ n: expect.any(Number) });
    const short = await client().chat.completions.create({ model, messages, max_completion_tokens: 2 });
    expect(short.choices[0]?.finish_reason).toBe('length');
  });

  test('models.list, while the Developer API finds its own list there too', async () => {
    const names: string[] = [];
    for await (const { id } of client().models.list()) names.push(id);
    expect(names).toContain(model);
    const both = await (await fetch(`${emulator.url}/v1/models?pageSize=2`)).json();
    expect(both).toMatchObject({ models: [{ baseModelId: names[0] }, {}], nextPageToken: '2' });
  });

  test('scripted replies come in this language, errors too', async () => {
    const error = { error: { code: 503, message: 'overloaded' } };
    const yes = { candidates: [{ content: { parts: [{ text: 'yes' }] }, finishReason: 'STOP' }] };
    const { url } = await withEmulator({
      strict: true,
      replies: [{ chunks: [yes] }, { chunks: [error] }, { chunks: [error] }],
    });
    const ask = { model, messages: [{ role: 'user' as const, content: 'hi' }] };
    const first = await client(url).chat.completions.create(ask);
    expect(first.choices[0]?.message.content).toBe('yes');
    await expect(client(url).chat.completions.create(ask)).rejects.toMatchObject({ status: 503 });
    const read = async () => {
      for await (const _ of await client(url).chat.completions.create({ ...ask, stream: true }));
    };
    await expect(read()).rejects.toThrow('overloaded');
    await expect(client(url).chat.completions.create(ask)).rejects.toMatchObject({
      status: 500,
      error: { message: expect.stringContaining('no reply left'), type: 'server_error' },
    });
  });
});

describe('Distributed Cloud', () => {
  const PATH = '/v1/projects/p/locations/p/chat/completions';
  const post = async (path: string, body: unknown) => {
    const response = await fetch(emulator.url + path, { method: 'POST', body: JSON.stringify(body) });
    const answer: { choices: { message: { content: string } }[] } = JSON.parse(await response.text());
    return { status: response.status, body: answer };
  };
  const messages = [
    { role: 'user', content: "What's in this image?" },
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 's3://file-bucket/image.jpg' } }] },
  ];

  test('answers as its guide shows, without a model', async () => {
    const { status, body } = await post(PATH, { messages });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: '',
      created: 0,
      model: '',
      choices: [{ finish_reason: '', logprobs: 0, message: { role: 'assistant', tool_calls: null } }],
      usage: { total_tokens: 0 },
    });
    expect(body.choices[0]?.message.content).toMatch(/2 parts: .*s3:\/\/file-bucket\/image\.jpg/);
  });

  test.each([
    ['/v1/projects/p/locations/other/chat/completions', { messages }, 404],
    ['/v1/chat/completions', { messages }, 400],
    ['/v1/chat/completions', { messages, model, model_id: model }, 400],
    [PATH, { messages, model, model_id: model }, 200],
  ])('%s %j is %i', async (path, body, status) => {
    expect((await post(path, body)).status).toBe(status);
  });

  const user = (part: object) => ({ messages: [{ role: 'user', content: [part] }] });
  const call = {
    role: 'assistant',
    tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: '{}' } }],
  };
  test.each([
    [{}, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'hi' }, 'messages'],
    [{ messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [] }] }, 'messages[0].content'],
    [user({ type: 'input_image' }), 'messages[0].content[0].type'],
    [user({ type: 'text' }), 'messages[0].content[0].text'],
    [user({ type: 'image_url', image_url: 'x' }), 'messages[0].content[0].image_url'],
    [
      user({ type: 'image_url', image_url: { url: 'data:image/png;base64,a b' } }),
      'messages[0].content[0].image_url.url',
    ],
    [
      user({ type: 'image_url', image_url: { url: 'data:text/plain;base64,aaaa' } }),
      'messages[0].content[0].image_url.url',
    ],
    [
      user({ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }),
      'messages[0].content[0].image_url.url',
    ],
    [
      user({ type: 'input_audio', input_audio: { data: 'aaaa' } }),
      'messages[0].content[0].input_audio.format',
    ],
    [
      user({ type: 'input_audio', input_audio: { data: 'data:audio/mp3;base64,aaaa', format: 'mp3' } }),
      'messages[0].content[0].input_audio.data',
    ],
    [{ messages: [call] }, 'messages'],
    [{ messages: [call, { role: 'user', content: 'x' }] }, 'messages[1]'],
    [{ messages: [{ role: 'tool', tool_call_id: 'x', content: '' }] }, 'messages[0]'],
    [{ messages, temperature: 3 }, 'temperature'],
    [{ messages, max_tokens: 0 }, 'max_tokens'],
    [{ messages, frobnicate: 1 }, 'frobnicate'],
    [{ messages, stream_options: { include_usage: true } }, 'stream_options'],
    [{ messages, tool_choice: 'auto' }, 'tool_choice'],
    [{ messages, tools: [{ type: 'function', function: { name: 'a b' } }] }, 'tools[0].function.name'],
    [{ messages, response_format: { type: 'json_schema' } }, 'response_format.json_schema'],
  ])('%j is refused at %s', async (body, param) => {
    expect(await post(PATH, body)).toMatchObject({
      status: 400,
      body: { error: { type: 'invalid_request_error', param, message: expect.any(String) } },
    });
  });

  test('what comes before the route is refused in the same form', async () => {
    const response = await fetch(emulator.url + PATH, { method: 'POST', body: '{' });
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', code: null } });
    const large = await post(PATH, { messages: [{ role: 'user', content: 'x'.repeat(1_000_001) }] });
    expect(large).toMatchObject({ status: 413, body: { error: { type: 'invalid_request_error' } } });
  });
});
