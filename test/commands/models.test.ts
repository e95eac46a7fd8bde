import { afterEach, describe, expect, it } from 'vitest';
import { listModels, showModel } from '../../src/commands/models.ts';
import { createContext } from '../../src/context.ts';
import { type Received, type Reply, serveJson } from '../helpers/google-services.ts';
import { withEmulator } from '../helpers/with-emulator.ts';
import { memoryIO, memoryOutput } from '../terminal/memory-output.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A context whose streams are in memory. */
function contextOf(flags: Record<string, unknown>, env: Record<string, string>, isTTY = false) {
  const io = { ...memoryIO(), stdout: memoryOutput({ isTTY }) };
  const context = createContext({
    io,
    env,
    cwd: import.meta.dirname,
    signal: new AbortController().signal,
    flags: { retries: '0', ...flags },
    userFile: () => undefined,
    secrets: new Set(),
    quiet: false,
    debug: false,
    interruptHandlers: [],
  });
  closers.push(() => context.close());
  return { context, out: () => io.stdout.text(), notes: () => io.stderr.text() };
}

async function list(flags: Record<string, unknown>, env: Record<string, string>, isTTY = false) {
  const run = contextOf(flags, env, isTTY);
  await listModels(run.context, { format: 'text' });
  return { lines: run.out().split('\n').slice(0, -1), notes: run.notes() };
}

async function show(id: string, flags: Record<string, unknown>, env: Record<string, string>) {
  const run = contextOf(flags, env);
  await showModel(run.context, id, { format: 'json' });
  return JSON.parse(run.out());
}

/** A server in the way of OpenAI's at an address of its own. */
async function server(answer: (request: Received) => Reply) {
  const { port, received } = await serveJson(answer);
  return { received, flags: { backend: 'openai', baseUrl: `http://127.0.0.1:${port}/v1` } };
}

describe('gemini models', () => {
  it.each(['developer', 'vertex', 'openai'])('%s: a line a model, with what it takes', async (backend) => {
    const { env } = await withEmulator();
    const { lines } = await list({ backend, project: 'p' }, env);
    const rows = lines.map((line) => line.split('\t'));
    expect(rows.every((row) => row.length === 4)).toBe(true);
    expect(rows.find(([id]) => id === 'gemini-3.8-flash')).toEqual([
      'gemini-3.8-flash',
      '1048576',
      '65536',
      backend === 'openai' ? '' : 'Gemini 3.8 Flash',
    ]);
  });

  it('is a table on a terminal', async () => {
    const { env } = await withEmulator();
    const { lines } = await list({ backend: 'developer' }, env, true);
    expect(lines[0]).toMatch(/^model +tokens in +out +name$/);
    expect(lines[1]).toMatch(/^gemini-3\.8-flash +1,048,576 +65,536 +Gemini 3\.8 Flash$/);
  });

  it('asks page by page, and not for ever', async () => {
    const page = (name: string, nextPageToken?: string) => ({
      body: { models: [{ name: `models/${name}` }], ...(nextPageToken && { nextPageToken }) },
    });
    const { port, received } = await serveJson(({ path }) =>
      path.includes('pageToken=last%26') ? page('b', 'last&') : page('a', 'last&'),
    );
    const { lines } = await list(
      { backend: 'developer', baseUrl: `http://127.0.0.1:${port}` },
      { GEMINI_API_KEY: 'canary-of-models' },
    );
    expect(lines.map((line) => line.split('\t')[0])).toEqual(['a', 'b']);
    expect(received.map(({ method }) => method)).toEqual(['GET', 'GET']);
    expect(received[0]?.headers).toMatchObject({ 'x-goog-api-key': 'canary-of-models' });
  });

  it('reads what each server says of its models', async () => {
    const { flags } = await server(() => ({
      body: {
        object: 'list',
        data: [
          { id: 'of-vllm', owned_by: 'vllm', max_model_len: 4096 },
          { id: 'of-llama.cpp', meta: { n_ctx_train: 8192 }, architecture: { input_modalities: ['text'] } },
          { id: 'of-lmstudio', max_context_length: 16384 },
          { id: 'other', name: 'Other', context_length: 99, top_provider: { max_completion_tokens: 9 } },
          { id: '\u001b]0;title\u0007' },
          'no model',
        ],
      },
    }));
    const { lines, notes } = await list(flags, {});
    expect(lines.slice(0, 4)).toEqual([
      'of-vllm\t4096\t\t',
      'of-llama.cpp\t8192\t\t',
      'of-lmstudio\t16384\t\t',
      'other\t99\t9\tOther',
    ]);
    expect(lines).toHaveLength(5);
    expect(lines[4]).not.toContain('\u001b');
    expect(notes).toMatch(/vLLM.*--dialect vllm/);
  });

  it.each([
    ['null', { object: 'list', data: null }],
    ['nothing', { object: 'list', data: [] }],
  ])('a server without models (%s) says so on stderr', async (_, body) => {
    const { flags } = await server(() => ({ body }));
    expect(await list(flags, {})).toEqual({ lines: [], notes: 'no models\n' });
  });

  it.each(['<html>login</html>', '"text"', '{"data": 1}'])('%s is no list', async (body) => {
    const { flags } = await server(() => ({ body }));
    await expect(list(flags, {})).rejects.toMatchObject({ exitCode: 7 });
  });

  it('Distributed Cloud has no list', async () => {
    const { env } = await withEmulator();
    await expect(list({ backend: 'gdc', project: 'p' }, env)).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('gemini models show', () => {
  it.each(['developer', 'vertex', 'openai'])('%s: one model, with what is documented', async (backend) => {
    const { env } = await withEmulator();
    expect(await show('gemini-3.8-flash', { backend, project: 'p' }, env)).toMatchObject({
      id: 'gemini-3.8-flash',
      documented: { contextTokens: 1_048_576, family: { ranges: { temperature: { max: 2 } } } },
      resource: expect.any(Object),
    });
  });

  it.each(['developer', 'vertex', 'openai'])('%s: an unknown id ends with near names', async (backend) => {
    const { env } = await withEmulator();
    const near = (id: string) => show(id, { backend, project: 'p' }, env).catch((error) => error);
    expect(await near('gemini-3.8-flsh')).toMatchObject({
      exitCode: 10,
      hint: expect.stringContaining('3.8-flash?'),
    });
    expect(await near('transcribe')).toMatchObject({ hint: 'did you mean gemini-3.5-transcribe?' });
    expect(await near('xxxxxxxxxxxxxxx')).toMatchObject({ hint: expect.stringContaining('gemini models') });
  });

  it('says in words what is documented', async () => {
    const { env } = await withEmulator();
    const run = contextOf({ backend: 'vertex', project: 'p' }, env);
    await showModel(run.context, 'gemini-3.8-flash', { format: 'text' });
    expect(run.out()).toMatch(/^media .*1 recording;.*7 MB of a text file$/m);
    expect(run.out()).toMatch(/^temperature +0 to 2, 1 unless set; ignored$/m);
  });
});
