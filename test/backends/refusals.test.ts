import { describe, expect, it } from 'vitest';
import { composeBackend } from '../../src/composition.ts';
import { resolveConfig } from '../../src/config/config.ts';
import { maskSecrets } from '../../src/terminal/mask.ts';
import { serveJson } from '../helpers/google-services.ts';

const request = { contents: [{ role: 'user' as const, parts: [{ text: 'x' }] }] };
const signal = new AbortController().signal;

/** A backend at an address of the test, and what it keeps secret. */
async function backendAt(name: string, port: number, flags: Record<string, unknown> = {}) {
  const env = {
    GEMINI_API_KEY: 'canary-of-a-key',
    GEMINI_GDC_TOKEN: 'canary-of-gdc',
    GOOGLE_CLOUD_PROJECT: 'p',
  };
  const url = `http://127.0.0.1:${port}`;
  const secrets = new Set<string>();
  const { backend, close } = await composeBackend({
    config: resolveConfig({ backend: name, retries: '0', baseUrl: url, ...flags }, env),
    env,
    stream: false,
    sending: true,
    startEmulator: () => Promise.reject(new Error('none is needed')),
    note: () => {},
    remember: (secret) => secrets.add(secret),
    onDebug: undefined,
  });
  close();
  return { backend, secrets };
}

describe('what is said of a refusal', () => {
  it.each(['openai', 'gdc'])('%s: nothing of Google Cloud that is not there', async (name) => {
    let status = 0;
    const error = { message: 'no', type: 'x', code: null };
    const { port } = await serveJson(() => ({ status, body: { error } }));
    const hints: (string | undefined)[] = [];
    for (status of [401, 403, 404, 413, 429]) {
      const { backend } = await backendAt(name, port);
      const answers = backend.generateContent('m', request, { stream: false, signal });
      const failure = await answers[Symbol.asyncIterator]()
        .next()
        .catch((failed) => failed);
      expect(failure).toMatchObject({ status });
      hints.push(failure.hint);
    }
    expect(hints.slice(0, 4).every((hint) => typeof hint === 'string')).toBe(true);
    expect(hints.join('\n')).not.toMatch(/gs:\/\/|location|billing|Pacific|gcloud auth|aiplatform/);
    if (name === 'gdc') expect(hints.join('\n')).not.toContain('gemini models');
  });
});

describe('headers of --header', () => {
  const header = [
    'X-Gateway-Key: canary-1',
    'X-Tenant: canary2canary2canary2canary2',
    'X-Route: Bearer canary-3',
    'X-Vertex-AI-LLM-Request-Type: dedicated',
  ];

  it.each(['developer', 'vertex', 'gdc', 'openai'])(
    '%s: those that hold a secret are not shown',
    async (name) => {
      const { backend, secrets } = await backendAt(name, 9, { header, tokenCommand: 'canary-command' });
      const { headers } = backend.preview('m', request, { stream: false });
      expect(headers).toMatchObject({
        'x-gateway-key': '***',
        'x-tenant': '***',
        'x-route': '***',
        'x-vertex-ai-llm-request-type': 'dedicated',
        'content-type': 'application/json',
        'user-agent': expect.stringContaining('gemini-prompt/'),
      });
      expect(JSON.stringify(headers)).not.toContain('canary');
      expect(maskSecrets('it was canary2canary2canary2canary2', [...secrets])).not.toContain('canary');
    },
  );
});
