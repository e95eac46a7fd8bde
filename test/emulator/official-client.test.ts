import { GoogleGenAI, type GoogleGenAIOptions } from '@google/genai';
import { OAuth2Client } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { inlineFile } from './ask-emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ record: true });
});
afterAll(() => emulator.close());

const authClient = new OAuth2Client();
authClient.setCredentials({ access_token: 'a-token' });

const MODES: Record<string, GoogleGenAIOptions> = {
  developer: { apiKey: 'a-key' },
  vertex: { vertexai: true, project: 'p', location: 'global', googleAuthOptions: { authClient } },
};

describe.each(Object.keys(MODES))('@google/genai in %s mode', (mode) => {
  const client = () => new GoogleGenAI({ ...MODES[mode], httpOptions: { baseUrl: emulator.url } });
  const contents = [
    {
      role: 'user',
      parts: [inlineFile('examples/coffee.jpg', 'image/jpeg'), { text: 'what is this' }],
    },
  ];
  const model = 'gemini-3.8-flash';

  test('generateContent', async () => {
    const response = await client().models.generateContent({ model, contents });
    expect(response.text).toContain('600×400');
    expect(response.candidates?.[0]?.finishReason).toBe('STOP');
    expect(response.modelVersion).toBe(model);
    expect(emulator.requests.at(-1)).toMatchObject({ method: 'POST', body: { contents } });
  });

  test('generateContentStream', async () => {
    const chunks = [];
    for await (const chunk of await client().models.generateContentStream({ model, contents }))
      chunks.push(chunk);
    expect(chunks.length).toBeGreaterThanOrEqual(3);
    expect(chunks.map((chunk) => chunk.text).join('')).toContain('"what is this"');
    expect(chunks.at(-1)?.usageMetadata?.promptTokenCount).toBe(1120 + 3);
  });

  test('countTokens', async () => {
    const { totalTokens } = await client().models.countTokens({ model, contents });
    expect(totalTokens).toBe(1120 + 3);
  });

  test('models.list, page by page', async () => {
    const names: (string | undefined)[] = [];
    for await (const listed of await client().models.list({ config: { pageSize: 4 } }))
      names.push(listed.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.some((name) => name?.endsWith('/gemini-3.8-flash'))).toBe(true);
    expect(names.length).toBeGreaterThan(4);
  });

  test('models.get of a model that is not there', async () => {
    await expect(client().models.get({ model: 'gemini-0' })).rejects.toMatchObject({ status: 404 });
  });

  test('a refusal', async () => {
    const config = { temperature: 3 };
    const call = client().models.generateContentStream({ model, contents, config });
    await expect(call).rejects.toMatchObject({ status: 400 });
  });
});
