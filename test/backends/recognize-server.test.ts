import { describe, expect, it } from 'vitest';
import { composeBackend } from '../../src/composition.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { type Received, type Reply, serveJson } from '../helpers/google-services.ts';

/** The field for the limit on the answer, by which dialects differ, and what the server was asked to know it. */
async function spokenTo(
  answer: (request: Received) => Reply,
  how: { dialect?: string | undefined; sending?: boolean } = {},
) {
  const { dialect, sending } = { dialect: 'auto', sending: true, ...how };
  const { port, received } = await serveJson(answer);
  const env = { OPENAI_API_KEY: 'canary-of-openai' };
  const flags = { backend: 'openai', baseUrl: `http://127.0.0.1:${port}/v1`, dialect };
  const { backend, close } = await composeBackend({
    config: resolveConfig(flags, env),
    env,
    stream: true,
    sending,
    startEmulator: () => Promise.reject(new Error('none is needed')),
    note: () => {},
    remember: () => {},
    onDebug: undefined,
  });
  const request = {
    contents: [{ role: 'user' as const, parts: [{ text: 'x' }] }],
    generationConfig: { topK: 1, candidateCount: 2, maxOutputTokens: 3 },
  };
  const body: Buffer[] = [];
  await backend
    .preview('m', request, { stream: true })
    .writeBody(async (chunk) => void body.push(Buffer.from(chunk)), new AbortController().signal);
  close();
  const { top_k, n, max_tokens } = JSON.parse(Buffer.concat(body).toString());
  return { sent: { top_k, n, max_tokens }, asked: received.map(({ path }) => path), received };
}

const list = (owned_by: string) => () => ({ body: { object: 'list', data: [{ id: 'm', owned_by }] } });
const OPENAI = { top_k: undefined, n: 2, max_tokens: undefined };

describe('--dialect auto', () => {
  it.each([
    ['vllm', { top_k: 1, n: 2, max_tokens: 3 }],
    ['llamacpp', { top_k: 1, n: 2, max_tokens: 3 }],
    ['library', { top_k: undefined, n: undefined, max_tokens: 3 }],
    ['organization_owner', { top_k: 1, n: undefined, max_tokens: 3 }],
    ['openai', OPENAI],
  ])('a server whose models are owned by %s is spoken to in its way', async (owner, expected) => {
    const { sent, asked, received } = await spokenTo(list(owner));
    expect(sent).toEqual(expected);
    expect(asked).toEqual(['/v1/models']);
    expect(received[0]?.headers.authorization).toBe('Bearer canary-of-openai');
  });

  it('Ollama without a model is known by its version, which is asked without the credential', async () => {
    const { sent, received } = await spokenTo(({ path }) => ({
      body: path === '/api/version' ? { version: '0.30.0' } : { object: 'list', data: null },
    }));
    expect(sent.max_tokens).toBe(3);
    expect(received[1]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['an unknown server', list('somebody')],
    ['one that refuses', () => ({ status: 500, body: {} })],
    ['one that sends no JSON', () => ({ body: '<html>' })],
  ])('%s is spoken to by its port', async (_, answer) => {
    expect((await spokenTo(answer)).sent).toEqual(OPENAI);
  });

  it('asks nothing when another dialect is named, none is named, or nothing is sent', async () => {
    const quiet = await Promise.all([
      spokenTo(list('vllm'), { dialect: 'openai' }),
      spokenTo(list('vllm'), { dialect: undefined }),
      spokenTo(list('vllm'), { sending: false }),
    ]);
    expect(quiet.map(({ asked, sent }) => [asked, sent])).toEqual(Array(3).fill([[], OPENAI]));
  });
});
