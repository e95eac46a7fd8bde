import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BatchJob, GoogleGenAI, type GoogleGenAIOptions, JobState } from '@google/genai';
import { OAuth2Client } from 'google-auth-library';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';

const authClient = new OAuth2Client();
authClient.setCredentials({ access_token: 'a-token' });

const MODES = {
  developer: { apiKey: 'a-key' },
  vertex: { vertexai: true, project: 'p', location: 'us-central1', googleAuthOptions: { authClient } },
} as const satisfies Record<string, GoogleGenAIOptions>;

async function official(mode: keyof typeof MODES, batchDelayMs = 1) {
  const emulator = await startEmulator({ batchDelayMs });
  onTestFinished(() => emulator.close());
  const client = new GoogleGenAI({ ...MODES[mode], httpOptions: { baseUrl: emulator.url } });
  const over = (name: string | undefined) =>
    vi.waitFor(async () => {
      const job = await client.batches.get({ name: name ?? '' });
      expect(job.state).not.toMatch(/PENDING|RUNNING/);
      return job;
    });
  return { url: emulator.url, client, over };
}

const model = 'gemini-3.8-flash';
const asking = (text: string) => ({ contents: [{ role: 'user', parts: [{ text }] }] });
const jsonl = (lines: readonly object[]) => `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
type Line = {
  key: string;
  status?: string;
  error?: object;
  response?: { candidates?: { content: { parts: { text: string }[] } }[] };
};
const parsed = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
/** 70 questions, so that there is more than one portion of them; one of them is no request. */
const QUESTIONS = Array.from({ length: 70 }, (_, index) => ({
  key: `k${index}`,
  request: index === 3 ? { contents: [] } : asking(`question ${index}`),
}));

describe('@google/genai with batches of the Developer API', () => {
  test('inline requests: answers in their order, one refused', async () => {
    const { client, over } = await official('developer');
    const job = await client.batches.create({
      model,
      src: [asking('first'), { ...asking('second'), config: { temperature: 99 } }, asking('third')],
      config: { displayName: 'three' },
    });
    expect(job).toMatchObject({ state: JobState.JOB_STATE_PENDING, displayName: 'three' });
    const done = await over(job.name);
    expect(done.state).toBe(JobState.JOB_STATE_SUCCEEDED);
    const responses = done.dest?.inlinedResponses ?? [];
    expect(responses.map(({ response }) => response?.candidates?.[0]?.content?.parts?.[0]?.text)).toEqual([
      expect.stringContaining('"first"'),
      undefined,
      expect.stringContaining('"third"'),
    ]);
    expect(responses[1]?.error).toMatchObject({ code: 3 });
  });

  test('a file: every key answered once, out of order, and the file of results can be downloaded', async () => {
    const { client, over } = await official('developer');
    const file = await client.files.upload({
      file: new Blob([jsonl(QUESTIONS)]),
      config: { mimeType: 'application/jsonl' },
    });
    const job = await client.batches.create({ model, src: file.name ?? '', config: { displayName: 'many' } });
    const { dest } = await over(job.name);
    expect(dest?.fileName).toMatch(/^files\/batch-/);
    const path = join(temporaryFolder(), 'results.jsonl');
    await client.files.download({ file: dest?.fileName ?? '', downloadPath: path });
    const results = await vi.waitFor(() => {
      const text = readFileSync(path, 'utf8');
      expect(text).toMatch(/\n$/);
      return parsed(text);
    });
    const keys = results.map(({ key }) => key);
    expect(keys).not.toEqual(QUESTIONS.map(({ key }) => key));
    expect(new Set(keys)).toEqual(new Set(QUESTIONS.map(({ key }) => key)));
    for (const { key, response, error } of results) {
      if (key === 'k3')
        expect(error).toMatchObject({ code: 3, message: expect.stringContaining('contents') });
      else expect(response?.candidates?.[0]?.content.parts[0]?.text).toContain(`"question ${key.slice(1)}"`);
    }
    // What a person has uploaded cannot be had back.
    await expect(client.files.download({ file: file.name ?? '', downloadPath: `${path}.2` })).rejects.toThrow(
      /400|generated/,
    );
  });

  test('list, cancel, delete; a file that is no JSON fails as a whole', async () => {
    const { client, over } = await official('developer', 50);
    const file = await client.files.upload({
      file: new Blob(['{"key": "a", "request": {}}\nnot json\n']),
      config: { mimeType: 'application/jsonl' },
    });
    const failing = await client.batches.create({
      model,
      src: file.name ?? '',
      config: { displayName: 'no' },
    });
    const job = await client.batches.create({
      model,
      src: [asking('x')],
      config: { displayName: 'cancelled' },
    });
    await client.batches.cancel({ name: job.name ?? '' });
    expect((await client.batches.get({ name: job.name ?? '' })).state).toBe(JobState.JOB_STATE_CANCELLED);
    expect((await over(failing.name)).state).toBe(JobState.JOB_STATE_FAILED);
    const names: BatchJob['name'][] = [];
    for await (const listed of await client.batches.list({ config: { pageSize: 1 } }))
      names.push(listed.name);
    expect(names).toEqual([job.name, failing.name]);
    await client.batches.delete({ name: job.name ?? '' });
    await expect(client.batches.get({ name: job.name ?? '' })).rejects.toThrow(/not found/);
    await expect(
      client.batches.create({ model, src: 'files/nowhere', config: { displayName: 'no' } }),
    ).rejects.toThrow(/not found/);
  });
});

describe('@google/genai with batch prediction jobs of Vertex AI', () => {
  const put = (url: string, name: string, body: string) =>
    fetch(`${url}/upload/storage/v1/b/bucket/o?uploadType=media&name=${name}`, { method: 'POST', body });
  type Objects = { items?: { name: string; mediaLink: string }[] };

  test('an object in, an object out: extra keys are echoed, refusals have a status', async () => {
    const { client, url, over } = await official('vertex');
    await put(url, 'in.jsonl', jsonl(QUESTIONS));
    const job = await client.batches.create({
      model,
      src: 'gs://bucket/in.jsonl',
      config: { displayName: 'many', dest: 'gs://bucket/out' },
    });
    expect(job.name).toMatch(/^projects\/p\/locations\/us-central1\/batchPredictionJobs\/\d+$/);
    const done = await over(job.name);
    expect(done).toMatchObject({
      state: JobState.JOB_STATE_PARTIALLY_SUCCEEDED,
      completionStats: { successfulCount: '69', failedCount: '1' },
    });
    const list = (await (await fetch(`${url}/storage/v1/b/bucket/o?prefix=out/`)).json()) as Objects;
    expect(list.items?.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^out\/prediction-model-.*\/predictions\.jsonl$/),
    ]);
    const results = parsed(await (await fetch(list.items?.[0]?.mediaLink ?? '')).text());
    expect(results.map(({ key }) => key)).not.toEqual(QUESTIONS.map(({ key }) => key));
    expect(new Set(results.map(({ key }) => key)).size).toBe(70);
    expect(results.filter(({ status }) => status !== '')).toMatchObject([{ key: 'k3', response: {} }]);
  });

  test('list with a filter, cancel, delete; failures', async () => {
    const { client, url, over } = await official('vertex', 50);
    await put(url, 'in.jsonl', jsonl(QUESTIONS));
    const create = (src: string, displayName: string) =>
      client.batches.create({ model, src, config: { displayName } });
    const missing = await create('gs://bucket/missing.jsonl', 'missing');
    const job = await create('gs://bucket/in.jsonl', 'cancelled');
    await expect(client.batches.delete({ name: job.name ?? '' })).rejects.toThrow(/cancel it first/);
    await client.batches.cancel({ name: job.name ?? '' });
    expect(await over(missing.name)).toMatchObject({
      state: JobState.JOB_STATE_FAILED,
      error: { message: expect.stringContaining('missing.jsonl') },
    });
    const names: BatchJob['name'][] = [];
    const filter = 'display_name="cancelled"';
    for await (const listed of await client.batches.list({ config: { filter } })) names.push(listed.name);
    expect(names).toEqual([job.name]);
    await client.batches.delete({ name: job.name ?? '' });
    await expect(client.batches.get({ name: job.name ?? '' })).rejects.toThrow(/not found/);
    await expect(create('bq://p.d.t', 'no')).rejects.toThrow(/no BigQuery/);
  });
});
