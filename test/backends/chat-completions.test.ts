import { describe, expect, it } from 'vitest';
import { NO_CREDENTIAL } from '../../src/auth/credential.ts';
import type { Backend } from '../../src/backends/backend.ts';
import { DIALECTS } from '../../src/backends/dialects.ts';
import { createDistributedCloudBackend } from '../../src/backends/distributed-cloud.ts';
import { createOpenAiBackend, type OpenAiParts } from '../../src/backends/openai.ts';
import { DIALECT_NAMES } from '../../src/config/settings.ts';
import { UnavailableError, UsageError } from '../../src/errors.ts';
import { generate } from '../../src/generate.ts';
import type { GenerateContentRequest } from '../../src/wire/generate-content.ts';

const signal = new AbortController().signal;
const question: GenerateContentRequest = { contents: [{ role: 'user', parts: [{ text: 'what' }] }] };

/** A backend whose server answers with these bytes, in these pieces; `notes` gathers what the person is told. */
function answering(pieces: readonly (Buffer | Error)[], more: Partial<OpenAiParts> = {}) {
  const notes: string[] = [];
  let asked = 0;
  const backend = createOpenAiBackend({
    http: {
      send: async () => {
        asked += 1;
        return {
          status: 200,
          headers: { 'content-type': 'text/event-stream' },
          body: (async function* () {
            for (const piece of pieces) {
              if (piece instanceof Error) throw piece;
              yield piece;
            }
          })(),
          text: async () => '',
          discard: () => {},
        };
      },
      close: () => {},
    },
    credential: NO_CREDENTIAL,
    headers: {},
    retry: { retries: 1, sleep: async () => {} },
    now: () => new Date(0),
    strict: false,
    mediaParts: [],
    note: (line) => void notes.push(line),
    baseUrl: { value: 'http://localhost:9/v1', from: 'the test' },
    dialect: undefined,
    ...more,
  });
  return { backend, notes, tries: () => asked };
}

const ask = (backend: Backend, request = question) =>
  generate({ backend, model: 'm', request, stream: true, signal, keepText: true });

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const delta = (content: string, finish: string | null = null) =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] });
const ROLE = event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] });
const USAGE = event({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } });
const CALL = event({
  choices: [
    {
      index: 0,
      delta: { tool_calls: [{ index: 0, id: 'x', function: { name: 'f', arguments: '{"ä":1}' } }] },
    },
  ],
});
const DONE = 'data: [DONE]\n\n';
const text = 'Kaffee ☕, größer als 👩‍👩‍👧 im Café';
const STREAM = `: hello\n\n${ROLE}${delta(text)}${CALL}${delta('', 'stop')}${USAGE}${DONE}`;

describe('a stream', () => {
  it('says the same wherever it is cut', async () => {
    const whole = await ask(answering([Buffer.from(STREAM)]).backend);
    expect(whole).toEqual({
      response: {
        candidates: [
          {
            content: {
              role: 'model',
              parts: [{ text }, { functionCall: { id: 'x', name: 'f', args: { ä: 1 } } }],
            },
            finishReason: 'STOP',
          },
        ],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
      },
      failure: undefined,
    });
    for (const bytes of [Buffer.from(STREAM), Buffer.from(STREAM.replaceAll('\n', '\r\n'))]) {
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        expect(await ask(answering([bytes.subarray(0, cut), bytes.subarray(cut)]).backend)).toEqual(whole);
      }
    }
  });

  it('that breaks off anywhere before its end is never taken for a whole one', async () => {
    const bytes = Buffer.from(ROLE + delta(text) + delta('', 'stop'));
    for (let cut = 1; cut < bytes.length - 2; cut += 1) {
      const outcome = await ask(answering([bytes.subarray(0, cut)]).backend).catch((error) => ({
        failure: error,
      }));
      expect(outcome.failure).toBeDefined();
    }
    expect((await ask(answering([bytes]).backend)).failure).toBeUndefined();
  });

  it.each([
    ['without [DONE]', ROLE + delta('yes', 'stop') + USAGE],
    ['with [DONE] and no reason', ROLE + delta('yes') + DONE],
    ['with [DONE] and empty reasons', delta('yes', '') + delta('', '') + DONE],
    ['whose last event has no blank line', `${delta('yes', 'stop')}data: [DONE]`],
    [
      'that is a whole answer',
      JSON.stringify({ choices: [{ message: { content: 'yes' }, finish_reason: 'stop' }] }),
    ],
  ])('%s is whole', async (_, body) => {
    const { response, failure } = await ask(answering([Buffer.from(body)]).backend);
    expect(failure).toBeUndefined();
    expect(response.candidates?.[0]?.content?.parts).toEqual([{ text: 'yes' }]);
  });

  it.each([
    ['a data line', event({ error: { message: 'the model is busy', code: 503 } })],
    ['a named event', `event: error\ndata: {"message":"the model is busy","code":503}\n\n`],
    ['a bare body', '{\n  "error": {"message": "the model is busy",\n "code": 503}\n}\n'],
    ["vLLM's older form", event({ object: 'error', message: 'the model is busy', code: 503 })],
  ])('an error as %s is an error, and the text before it is kept', async (_, error) => {
    const alone = answering([Buffer.from(error)]);
    await expect(ask(alone.backend)).rejects.toThrow('the model is busy');
    expect(alone.tries()).toBe(2);
    const { response, failure } = await ask(answering([Buffer.from(delta('so far') + error)]).backend);
    expect(failure?.message).toContain('the model is busy');
    expect(response.candidates?.[0]?.content?.parts).toEqual([{ text: 'so far' }]);
  });

  it('that breaks off before it said anything is asked for again, and not once it has', async () => {
    const reset = new UnavailableError('reset', { retryable: true });
    const before = answering([Buffer.from(ROLE), reset]);
    await expect(ask(before.backend)).rejects.toThrow('reset');
    expect(before.tries()).toBe(2);
    const after = answering([Buffer.from(ROLE + delta('so far')), reset]);
    expect((await ask(after.backend)).failure).toMatchObject({ exitCode: 8 });
    expect(after.tries()).toBe(1);
  });

  it.each(['{"detail":"Not Found"}', event({ hello: 1 })])('%s is no answer', async (body) => {
    await expect(ask(answering([Buffer.from(body)]).backend)).rejects.toMatchObject({
      exitCode: 7,
      hint: expect.stringContaining('/v1'),
    });
  });
});

describe('what the server has no word for', () => {
  const request = { ...question, safetySettings: [{ category: 'c', threshold: 't' }] };
  const answer = [Buffer.from(delta('yes', 'stop'))];

  it('is noted, once however often it is asked', async () => {
    const { backend, notes } = answering(answer);
    await ask(backend, request);
    await ask(backend, request);
    expect(notes).toEqual([expect.stringContaining('safetySettings')]);
  });

  it('is refused with --strict, before anything is sent', async () => {
    const { backend, tries } = answering(answer, { strict: true });
    await expect(ask(backend, request)).rejects.toThrow(UsageError);
    expect(tries()).toBe(0);
    expect((await ask(backend)).failure).toBeUndefined();
  });
});

describe('addresses', () => {
  const gdc = (endpoint: string | undefined, project: string | undefined) => {
    return createDistributedCloudBackend({
      ...partsOfTest(),
      endpoint: endpoint === undefined ? undefined : { value: endpoint, from: '--endpoint' },
      project,
    });
  };
  const urlOf = (backend: Backend) => backend.preview('m', question, { stream: true }).url;

  it.each([
    ['gemini.org.example', 'https://gemini.org.example/v1/projects/p/locations/p/chat/completions'],
    ['gemini.org.example:443', 'https://gemini.org.example/v1/projects/p/locations/p/chat/completions'],
    ['h:8443', 'https://h:8443/v1/projects/p/locations/p/chat/completions'],
    ['https://h/prefix/', 'https://h/prefix/v1/projects/p/locations/p/chat/completions'],
    ['http://127.0.0.1:80', 'http://127.0.0.1/v1/projects/p/locations/p/chat/completions'],
  ])('gdc at %s', (endpoint, url) => {
    expect(urlOf(gdc(endpoint, 'p'))).toBe(url);
  });

  it('what is not known yet stands there in capitals', () => {
    expect(urlOf(gdc(undefined, undefined))).toBe(
      'https://ENDPOINT/v1/projects/PROJECT_ID/locations/PROJECT_ID/chat/completions',
    );
  });

  it.each([
    ['http://h', 'p'],
    ['ftp://h', 'p'],
    ['h', 'a/b'],
    ['a b', 'p'],
  ])('gdc refuses %s and the project %s', (endpoint, project) => {
    expect(() => gdc(endpoint, project)).toThrow(UsageError);
  });

  it.each([
    [undefined, 'p'],
    ['h', undefined],
  ])('gdc asks for what is missing: %s, %s', async (endpoint, project) => {
    await expect(ask(gdc(endpoint, project))).rejects.toThrow(UsageError);
  });

  it('openai asks for a server, naming the common ones', async () => {
    const { backend } = answering([], { baseUrl: undefined });
    await expect(ask(backend)).rejects.toMatchObject({ hint: expect.stringContaining('11434/v1') });
  });

  it.each([
    ['http://localhost:11434/v1', undefined, 'max_tokens'],
    ['http://localhost:1234/v1', undefined, 'max_tokens'],
    ['https://api.openai.com/v1/', undefined, 'max_completion_tokens'],
    ['http://localhost:11434/v1', 'openai', 'max_completion_tokens'],
  ] as const)('%s with the dialect %s', async (value, dialect, field) => {
    const { backend } = answering([], { baseUrl: { value, from: 'x' }, dialect });
    const preview = backend.preview(
      'm',
      { ...question, generationConfig: { maxOutputTokens: 1 } },
      { stream: false },
    );
    expect(preview.url).toBe(`${value.replace(/\/$/, '')}/chat/completions`);
    const body: Buffer[] = [];
    await preview.writeBody(async (chunk) => void body.push(Buffer.from(chunk)), signal);
    expect(JSON.parse(Buffer.concat(body).toString())).toMatchObject({ [field]: 1 });
  });

  it('the settings name every dialect', () => {
    expect([...DIALECT_NAMES].sort()).toEqual(Object.keys(DIALECTS).sort());
  });
});

function partsOfTest() {
  return {
    http: { send: () => Promise.reject(new Error('nothing may be sent')), close: () => {} },
    credential: NO_CREDENTIAL,
    headers: {},
    retry: {},
    now: () => new Date(0),
    strict: false,
    mediaParts: [],
    note: () => {},
  };
}
