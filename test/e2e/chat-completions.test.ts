import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const SEEDS = resolve(import.meta.dirname, '../fixtures/seeds');
const seed = (name: string) => JSON.parse(readFileSync(join(SEEDS, `${name}.canonical.json`), 'utf8'));
const GDC = ['ask', '-b', 'gdc', '--project', 'p'];
const PATH = '/v1/projects/p/locations/p/chat/completions';
const named = { model: 'gemini-flash', model_id: 'gemini-flash' };

describe('the guide of Distributed Cloud', () => {
  it.each(['gdc-image', 'gdc-audio'])('%s: its file is sent as it is, model or not', async (name) => {
    const file = ['--request', join(SEEDS, `${name}.json`)];
    const dry = await runGemini([...GDC, ...file, '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(dry.stdout)).toEqual(seed(name));

    const emulator = await withEmulator();
    const runs = [
      await runGemini([...GDC, ...file], { env: emulator.env }),
      await runGemini([...GDC, ...file, '-m', 'gemini-flash', '--no-stream'], { env: emulator.env }),
    ];
    for (const run of runs)
      expect(run).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/2 parts/) });
    expect(emulator.requests.map(({ path }) => path)).toEqual([PATH, PATH]);
    expect(emulator.requests.map(({ body }) => body)).toEqual([seed(name), { ...seed(name), ...named }]);
  });

  it('the same prompts from flags make the same bodies', async () => {
    const model = [...GDC, '-m', 'gemini-flash', '--dry-run'];
    const folder = temporaryFolder();
    const [audio] = seed('gdc-audio').messages[1].content;
    writeFileSync(join(folder, 'song.mp3'), Buffer.from(audio.input_audio.data, 'base64'));
    const image = await runGemini([
      ...model,
      'What does this image show?',
      '-a',
      's3://file-bucket/image.jpg',
    ]);
    const song = await runGemini([...model, 'Write down the words of this song.', '--audio', 'song.mp3'], {
      cwd: folder,
    });
    expect(JSON.parse(image.stdout)).toEqual({ ...seed('gdc-image'), ...named });
    expect(JSON.parse(song.stdout)).toEqual({ ...seed('gdc-audio'), ...named });
  });

  it('the address is made from the endpoint, and no token is shown', async () => {
    const env = { GEMINI_GDC_ENDPOINT: 'gemini.org.example:443', GEMINI_GDC_TOKEN: 'canary-token' };
    const { stdout } = await runGemini(['hi', '-m', 'm', '--project', 'p', '--dry-run=http'], { env });
    expect(stdout).toContain(`POST https://gemini.org.example${PATH}\n`);
    expect(stdout).toContain('authorization: Bearer ***\n');
    expect(stdout).not.toContain('canary');
  });

  it.each([
    [['hi'], 2, '-m MODEL'],
    [['hi', '-m', 'm', '--strict', '--safety', 'hate-speech=none'], 2, 'safetySettings'],
    [['hi', '-m', 'm', '-a', 'gs://b/a.png'], 3, 'gs://'],
    [['hi', '-m', 'm', '--set', 'frobnicate=1'], 10, 'frobnicate'],
  ])('%j ends with %i', async (args, code, words) => {
    const { env } = await withEmulator();
    const run = await runGemini([...GDC, ...args], { env });
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(words);
  });
});

describe('a request file in either language', () => {
  it('of chat completions goes to generateContent in its words, and what is lost is said', async () => {
    const file = join(temporaryFolder(), 'chat.json');
    const chat = {
      messages: [
        { role: 'system', content: 'brief' },
        { role: 'user', content: 'hi' },
      ],
      max_tokens: 9,
      user: 'me',
    };
    writeFileSync(file, JSON.stringify(chat));
    const run = await runGemini(['ask', '-b', 'developer', '--request', file, 'more', '--dry-run']);
    expect(JSON.parse(run.stdout)).toEqual({
      systemInstruction: { parts: [{ text: 'brief' }] },
      contents: [{ role: 'user', parts: [{ text: 'hi' }, { text: 'more' }] }],
      generationConfig: { maxOutputTokens: 9 },
    });
    expect(run.stderr).toContain('user');
    const strict = await runGemini(['ask', '-b', 'developer', '--request', file, '--dry-run', '--strict']);
    expect(strict).toMatchObject({ code: 2, stdout: '' });
  });

  it('of generateContent goes to chat completions', async () => {
    const file = ['--request', join(SEEDS, 'vertex-text.json')];
    const { env, requests } = await withEmulator();
    const run = await runGemini(['ask', '-b', 'openai', '-m', 'm', ...file], { env });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('safetySettings');
    expect(requests[0]).toMatchObject({ path: '/v1/chat/completions', body: { stream: true, model: 'm' } });
  });
});

describe('a server like OpenAI', () => {
  const mock = new LLMock({ port: 0 });
  const answer = 'A cup of coffee ☕ on wood, seen from above, in the morning light.';
  beforeAll(async () => {
    mock.onMessage('what is this', { content: answer });
    mock.onMessage('what is the weather', {
      toolCalls: [{ name: 'get_weather', arguments: '{"town":"Boston"}' }],
    });
    await mock.start();
  });
  afterAll(() => mock.stop());
  const ask = (args: readonly string[], env: Record<string, string> = {}) =>
    runGemini(['ask', '-b', 'openai', '-m', 'any', ...args], {
      env: { OPENAI_BASE_URL: `${mock.url}/v1`, ...env },
    });

  it('that nobody here wrote: streamed and not, a photo and a question', async () => {
    for (const stream of [[], ['--no-stream']]) {
      const run = await ask([...stream, '--image', 'coffee.jpg', 'what is this']);
      expect(run).toMatchObject({ code: 0, stdout: `${answer}\n`, stderr: '' });
    }
    expect(mock.getLastRequest()).toMatchObject({ path: '/v1/chat/completions' });
  });

  it('its calls of functions are shown', async () => {
    const file = join(temporaryFolder(), 'tools.json');
    writeFileSync(file, JSON.stringify([{ name: 'get_weather', parameters: { type: 'object' } }]));
    const run = await ask(['what is the weather', '--tools', `@${file}`]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('Boston');
  });

  it('its error is a refusal in its words, and no key is shown', async () => {
    mock.nextRequestError(401, { message: 'who are you', type: 'authentication_error' });
    const run = await ask(['what is this', '--debug'], { OPENAI_API_KEY: 'canary-key' });
    expect(run.code).toBe(4);
    expect(run.stderr).toContain('who are you');
    expect(run.stdout + run.stderr).not.toContain('canary');
  });

  it('files of text go as text', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'notes.md'), '# Grüße\n');
    const { env, requests } = await withEmulator();
    const run = await runGemini(['ask', '-b', 'openai', '-m', 'm', '-a', 'notes.md', 'sum up'], {
      env,
      cwd: folder,
    });
    expect(run.code).toBe(0);
    expect(requests[0]?.body).toMatchObject({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: '# Grüße\n' },
            { type: 'text', text: 'sum up' },
          ],
        },
      ],
    });
  });

  it('a command answers its calls', async () => {
    const file = join(temporaryFolder(), 'tools.json');
    writeFileSync(file, JSON.stringify([{ name: 'get_weather', parameters: { type: 'object' } }]));
    const { env, requests } = await withEmulator();
    const tool = ['--tools', `@${file}`, '--tool', `get_weather=printf {"degrees":21}`, '--yes'];
    const run = await runGemini(['ask', '-b', 'openai', '-m', 'm', 'call get_weather', ...tool], { env });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('21') });
    const message = (role: string) => expect.objectContaining({ role });
    expect(requests[1]?.body).toMatchObject({
      messages: [message('user'), message('assistant'), message('tool')],
    });
  });
});
