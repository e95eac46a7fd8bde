import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { generate, post, prompt, stream, textOf, violatedFields } from './ask-emulator.ts';

let emulator: Emulator;
const lines: string[] = [];
beforeAll(async () => {
  emulator = await startEmulator({ log: (line) => lines.push(line), bodyLimit: 100_000 });
});
afterAll(() => emulator.close());

const hello = prompt({ text: 'hello' });
const PATHS = [
  'v1/models/m',
  'v1beta/models/m',
  'v1alpha/models/m',
  'v1/projects/p/locations/us/publishers/google/models/m',
  'v1beta1/projects/p/locations/us/publishers/google/models/m',
  'v1/publishers/google/models/m',
  'v1beta1/projects/p/locations/us/endpoints/m',
];

test.each(PATHS)('%s: the three forms of an answer say the same', async (path) => {
  const events = await stream(emulator.url, hello, path);
  const whole = await generate(emulator.url, hello, path);
  const list = await post(`${emulator.url}/${path}:streamGenerateContent`, hello);
  expect(list.text.startsWith('[{\n')).toBe(true);
  const texts = [events, JSON.parse(list.text)].map((chunks) => chunks.map(textOf).join(''));
  expect(texts).toEqual([textOf(whole), textOf(whole)]);
  expect(whole.candidates).toHaveLength(1);
  expect(whole.usageMetadata).toEqual(events.at(-1)?.usageMetadata);
  expect(whole.modelVersion).toBe('m');
});

test('errors stand in a list only where a list was asked for', async () => {
  const bad = { contents: [] };
  const base = `${emulator.url}/v1beta/models/m`;
  const forms = await Promise.all(
    [':generateContent', ':streamGenerateContent?alt=sse', ':streamGenerateContent'].map(async (method) => {
      const { status, text } = await post(base + method, bad);
      expect(status).toBe(400);
      expect(violatedFields(text)).toEqual(['contents']);
      return Array.isArray(JSON.parse(text));
    }),
  );
  expect(forms).toEqual([false, false, true]);
});

test.each([
  ['POST', '/v1beta/models/m:makeCoffee'],
  ['GET', '/v1beta/models/m:generateContent'],
  ['POST', '/v1/projects/p/locations/l/publishers/meta/models/m:generateContent'],
  ['GET', '/'],
])('%s %s is not found', async (method, path) => {
  const response = await fetch(emulator.url + path, { method });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
});

test('a key in the URL is taken and kept out of the log', async () => {
  const { status } = await post(`${emulator.url}/v1beta/models/m:generateContent?key=hush&alt=json`, hello);
  expect(status).toBe(200);
  await expect.poll(() => lines.at(-1)).toMatch(/:generateContent\?key=\*\*\*&alt=json 200/);
  expect(lines.join()).not.toContain('hush');
});

test('a body over the limit is 413, with its length known or not', async () => {
  const body = JSON.stringify(prompt({ text: 'x'.repeat(200_000) }));
  const known = await post(`${emulator.url}/v1beta/models/m:generateContent`, body);
  const chunked = await fetch(`${emulator.url}/v1beta/models/m:generateContent`, {
    method: 'POST',
    body: new Blob([body]).stream(),
    duplex: 'half',
  } as RequestInit);
  expect([known.status, chunked.status]).toEqual([413, 413]);
});

test('Expect: 100-continue is answered before the body', async () => {
  const body = JSON.stringify(hello);
  const steps: string[] = [];
  const status = await new Promise((resolve, reject) => {
    const outgoing = request(`${emulator.url}/v1beta/models/m:generateContent`, {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': Buffer.byteLength(body) },
    });
    outgoing.on('continue', () => {
      steps.push('continue');
      outgoing.end(body);
    });
    outgoing.on('response', (response) => {
      steps.push('response');
      response.resume().on('end', () => resolve(response.statusCode));
    });
    outgoing.on('error', reject).flushHeaders();
  });
  expect(status).toBe(200);
  expect(steps).toEqual(['continue', 'response']);
});

test('close ends connections that are still open', async () => {
  const other = await startEmulator({ script: { replies: [{ fault: { kind: 'hang' } }] } });
  const hanging = post(`${other.url}/v1beta/models/m:generateContent`, hello);
  await expect.poll(() => other.unusedReplies()).toEqual([]);
  await other.close();
  await expect(hanging).rejects.toThrow();
});

test('a port that is taken is an error', async () => {
  await expect(startEmulator({ port: emulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
