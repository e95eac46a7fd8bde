import { describe, expect, it } from 'vitest';
import { type Composition, composeBackend } from '../../src/composition.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { AuthError, UsageError } from '../../src/errors.ts';

/** URL and headers that would be sent, for the real services. */
async function preview(
  flags: Record<string, unknown>,
  env: Record<string, string>,
  stream = true,
  model = 'gemini-3.8-flash',
) {
  const composition: Composition = {
    config: resolveConfig(flags, env),
    env,
    stream,
    sending: true,
    startEmulator: async () => 'http://127.0.0.1:1',
    note: () => {},
    onDebug: undefined,
    remember: () => {},
  };
  const { backend, http } = await composeBackend(composition);
  http.close();
  const { url, headers, method } = backend.preview(model, { contents: [] }, { stream });
  return { url, headers, method };
}

describe('where a request goes', () => {
  it('developer: v1beta, the key as a header', async () => {
    const { url, headers, method } = await preview({}, { GEMINI_API_KEY: 'AIza-secret' });
    expect(`${method} ${url}`).toBe(
      'POST https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse',
    );
    expect(headers).toMatchObject({ 'x-goog-api-key': '***', 'content-type': 'application/json' });
    expect(JSON.stringify(headers)).not.toContain('secret');
  });

  it.each([
    ['global', 'https://aiplatform.googleapis.com'],
    ['us', 'https://aiplatform.us.rep.googleapis.com'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
    ['us-central1', 'https://us-central1-aiplatform.googleapis.com'],
  ])('vertex in %s', async (location, host) => {
    const env = { GOOGLE_CLOUD_PROJECT: 'p', GOOGLE_CLOUD_QUOTA_PROJECT: 'payer' };
    const { url, headers } = await preview({ backend: 'vertex', location }, env);
    expect(url).toBe(
      `${host}/v1/projects/p/locations/${location}/publishers/google/models/gemini-3.8-flash:streamGenerateContent?alt=sse`,
    );
    expect(headers).toMatchObject({ authorization: 'Bearer ***', 'x-goog-user-project': 'payer' });
  });

  it('asks for a whole answer by generateContent', async () => {
    expect((await preview({ backend: 'vertex', project: 'p' }, {}, false)).url).toMatch(/:generateContent$/);
  });

  it('express: a key without a project, no project in the path', async () => {
    const { url, headers } = await preview({ backend: 'vertex' }, { GOOGLE_API_KEY: 'k'.repeat(20) });
    expect(url).toBe(
      'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-3.8-flash:streamGenerateContent?alt=sse',
    );
    expect(headers).toHaveProperty('x-goog-api-key');
  });

  it('a project of the environment beats a key of the environment on vertex', async () => {
    const { headers } = await preview(
      { backend: 'vertex' },
      { GOOGLE_API_KEY: 'k', GOOGLE_CLOUD_PROJECT: 'p' },
    );
    expect(headers).toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('x-goog-api-key');
  });

  it('an unknown project stands as a word in capitals until it is looked up', async () => {
    expect((await preview({ backend: 'vertex' }, {})).url).toContain('/projects/PROJECT_ID/');
  });

  it.each([
    [
      'developer',
      { GOOGLE_GEMINI_BASE_URL: 'https://proxy.example/g', GEMINI_API_KEY: 'k' },
      'https://proxy.example/g/v1beta/models/',
    ],
    [
      'vertex',
      { GOOGLE_VERTEX_BASE_URL: 'http://localhost:9', GOOGLE_CLOUD_PROJECT: 'p' },
      'http://localhost:9/v1/projects/p/',
    ],
    [
      'vertex',
      { GEMINI_EMULATOR_HOST: '127.0.0.1:9', GOOGLE_CLOUD_PROJECT: 'p' },
      'http://127.0.0.1:9/v1/projects/p/',
    ],
  ])('%s follows %j', async (backend, env, start) => {
    expect((await preview({ backend }, env as Record<string, string>)).url).toContain(start);
  });

  it('sends no credential to an emulator', async () => {
    const { headers } = await preview(
      { backend: 'developer' },
      { GEMINI_EMULATOR_HOST: '127.0.0.1:9', GEMINI_API_KEY: 'k' },
    );
    expect(Object.keys(headers)).not.toContain('x-goog-api-key');
  });

  it.each([
    [{}, {}, AuthError],
    [{ backend: 'developer' }, {}, AuthError],
    [{ baseUrl: 'http://example.com' }, { GEMINI_API_KEY: 'k' }, UsageError],
    [{ location: '../x', backend: 'vertex' }, {}, UsageError],
    [{ project: 'a/b', backend: 'vertex' }, {}, UsageError],
    [{ header: ['Authorization: Bearer x'] }, { GEMINI_API_KEY: 'k' }, UsageError],
    [{ header: ['no colon'] }, { GEMINI_API_KEY: 'k' }, UsageError],
    [{ header: ['X: a\r\nY: b'] }, { GEMINI_API_KEY: 'k' }, UsageError],
    [{}, { GEMINI_API_KEY: 'two words' }, AuthError],
  ])('refuses %j %j', async (flags, env, type) => {
    await expect(preview(flags, env as Record<string, string>)).rejects.toThrow(type);
  });
});
