import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { BACKENDS } from '../../src/backends/index.ts';
import { composeBackend } from '../../src/composition.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { BACKEND_NAMES } from '../../src/config/settings.ts';
import type { EmulatorScript, ScriptedReply } from '../../src/emulator/script.ts';
import { generate } from '../../src/generate.ts';
import { resolveParts } from '../../src/media/resolve.ts';
import type { GenerateContentRequest, Part } from '../../src/wire/generate-content.ts';
import { answerText, thoughtText } from '../../src/wire/response.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

/** What every row of BACKENDS must do alike, against a real server that speaks its language. */

const EXAMPLES = resolve(import.meta.dirname, '../../examples');
const MODEL = 'gemini-3.8-flash';
const signal = new AbortController().signal;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function backendFor(name: string, script?: EmulatorScript) {
  const emulator = await withEmulator(script);
  const env = { ...emulator.env, GOOGLE_CLOUD_PROJECT: 'p' };
  const notes: string[] = [];
  const { backend, close } = await composeBackend({
    config: resolveConfig({ backend: name, retries: '0' }, env),
    env,
    stream: true,
    sending: true,
    startEmulator: async () => emulator.url,
    note: (line) => void notes.push(line),
    remember: () => {},
    onDebug: undefined,
  });
  closers.push(close);
  return { backend, emulator, notes };
}

const user = (...parts: Part[]): GenerateContentRequest => ({ contents: [{ role: 'user', parts }] });
const question = user({ text: 'what is this' });
const ask = (backend: Backend, request: GenerateContentRequest, stream: boolean) =>
  generate({ backend, model: MODEL, request, stream, signal, keepText: true });
const textChunk = (text: string, more: object = {}) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, ...more }],
});
const always = (reply: ScriptedReply): EmulatorScript => ({ replies: [{ times: 'any', ...reply }] });

it('there is a row for every name', () => {
  expect(Object.keys(BACKENDS).sort()).toEqual([...BACKEND_NAMES].sort());
});

describe.each(Object.keys(BACKENDS))('%s', (name) => {
  const chat = name === 'gdc' || name === 'openai';
  /** Distributed Cloud answers in one piece: a cut leaves nothing of it. */
  const whole = name === 'gdc';

  describe.each([true, false])('streaming: %s', (stream) => {
    it('a photo, a question and a recording go out in their order, and an answer comes back', async () => {
      const { backend, emulator, notes } = await backendFor(name);
      const parts = await resolveParts(
        [{ source: 'coffee.jpg' }, { text: 'what is this' }, { source: 'talk.mp3', kind: 'audio' }],
        { cwd: EXAMPLES, limits: backend.limits, signal },
      );
      const { response, failure } = await ask(backend, user(...parts), stream);
      expect(failure).toBeUndefined();
      expect(response.candidates?.[0]?.finishReason).toBe('STOP');
      expect(answerText(response)).toMatch(
        /3 parts: 1\. image\/jpeg, 600×400, 56\.1 kB; 2\. text: "what is this"; 3\. audio\/(mp3|mpeg), \d/,
      );
      if (name !== 'gdc') expect(response.usageMetadata?.promptTokenCount).toBeGreaterThan(1000);
      expect(emulator.requests).toHaveLength(1);
      expect(notes).toEqual([]);
    });

    it('instructions, limits, a schema and stop sequences arrive', async () => {
      const { backend } = await backendFor(name);
      const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
      const system = { systemInstruction: { parts: [{ text: 'be brief' }] } };
      const json = { responseMimeType: 'application/json', responseJsonSchema: schema };
      const shaped = await ask(backend, { ...question, generationConfig: json }, stream);
      expect(JSON.parse(answerText(shaped.response))).toEqual({ n: expect.any(Number) });
      const stopped = await ask(
        backend,
        { ...question, ...system, generationConfig: { stopSequences: ['I received'], temperature: 0.5 } },
        stream,
      );
      expect(answerText(stopped.response)).not.toContain('received');
      const told = await ask(backend, { ...question, ...system }, stream);
      expect(answerText(told.response)).toContain('"be brief"');
      const cut = await ask(backend, { ...question, generationConfig: { maxOutputTokens: 3 } }, stream);
      expect(cut.failure).toMatchObject({ exitCode: 8, code: 'MAX_TOKENS' });
    });

    it('functions are called, and their results are taken', async () => {
      const { backend } = await backendFor(name);
      const tools = [
        {
          functionDeclarations: [
            {
              name: 'get_weather',
              parameters: { type: 'OBJECT', properties: { town: { type: 'STRING' } }, required: ['town'] },
            },
          ],
        },
      ];
      const request = { ...user({ text: 'call get_weather' }), tools };
      const { response, failure } = await ask(backend, request, stream);
      expect(failure).toBeUndefined();
      const content = response.candidates?.[0]?.content;
      const call = content?.parts?.find(({ functionCall }) => functionCall)?.functionCall;
      expect(call).toMatchObject({ name: 'get_weather', args: { town: expect.any(String) } });
      const result = { id: call?.id ?? '', name: 'get_weather', response: { degrees: 21 } };
      const contents = [
        ...request.contents,
        { role: 'model', parts: [], ...content },
        { role: 'user', parts: [{ functionResponse: result }] },
      ];
      const answered = await ask(backend, { ...request, contents }, stream);
      expect(answerText(answered.response)).toContain('21');
    });

    it('thoughts stay apart from the answer', async () => {
      const thought = {
        candidates: [{ content: { role: 'model', parts: [{ text: 'hm', thought: true }] } }],
      };
      const chunks = [thought, textChunk('yes', { finishReason: 'STOP' })];
      const { backend } = await backendFor(name, always({ chunks }));
      const { response } = await ask(backend, question, stream);
      expect([thoughtText(response), answerText(response)]).toEqual(['hm', 'yes']);
    });

    it.each([
      [400, 10, 'INVALID_ARGUMENT', 'invalid_request_error'],
      [401, 4, 'UNAUTHENTICATED', 'authentication_error'],
      [429, 6, 'RESOURCE_EXHAUSTED', 'rate_limit_error'],
      [503, 7, 'UNAVAILABLE', 'api_error'],
    ])('%i ends with %i and the words of the server', async (status, exitCode, google, openai) => {
      const message = 'this is why not';
      const error = chat
        ? { message, type: openai, param: null, code: null }
        : { code: status, message, status: google };
      const { backend } = await backendFor(name, always({ status, body: { error } }));
      await expect(ask(backend, question, stream)).rejects.toMatchObject({
        exitCode,
        status,
        message: expect.stringContaining(message),
      });
    });

    it('a filter that stops the answer ends with 5, and keeps what came', async () => {
      const chunks = [textChunk('so far '), { candidates: [{ finishReason: 'SAFETY' }] }];
      const { backend } = await backendFor(name, always({ chunks }));
      const { response, failure } = await ask(backend, question, stream);
      expect(failure).toMatchObject({ exitCode: 5, code: 'SAFETY' });
      expect(answerText(response)).toBe('so far ');
    });

    it('a blocked prompt ends with 5', async () => {
      const chunks = [{ promptFeedback: { blockReason: 'SAFETY' } }];
      const { backend } = await backendFor(name, always({ chunks }));
      expect((await ask(backend, question, stream)).failure).toMatchObject({ exitCode: 5 });
    });

    it.each([
      { kind: 'reset', afterBytes: 900 },
      { kind: 'close', afterBytes: 900 },
      { kind: 'half-json' },
    ] as const)('an answer that is cut ($kind) is not taken for a whole one', async (fault) => {
      const chunks = ['one ', 'two ', 'three ', 'four '].map((text) => textChunk(text.repeat(100)));
      const end = textChunk('five', { finishReason: 'STOP' });
      const { backend } = await backendFor(name, always({ chunks: [...chunks, end], fault }));
      if (whole || !stream) {
        await expect(ask(backend, question, stream)).rejects.toMatchObject({ exitCode: 7 });
      } else {
        const { response, failure } = await ask(backend, question, stream);
        expect(failure).toMatchObject({ exitCode: 8 });
        expect(answerText(response)).toMatch(/^one /);
      }
    });

    it('nothing at all is no answer', async () => {
      const { backend } = await backendFor(name, always({ body: '' }));
      await expect(ask(backend, question, stream)).rejects.toMatchObject({ exitCode: 7 });
    });
  });
});
