import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GenerateContentRequest, SafetySetting } from '../../src/wire/generate-content.ts';
import { EXAMPLES, type Finished, runGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const SEEDS = resolve(import.meta.dirname, '../fixtures/seeds');
const MODULES = resolve(import.meta.dirname, '../../node_modules');
const seed = (name: string) => join(SEEDS, `${name}.json`);
const canonical = (name: string): GenerateContentRequest =>
  JSON.parse(readFileSync(join(SEEDS, `${name}.canonical.json`), 'utf8'));
/** The documents of Google Distributed Cloud are chat completions. */
const NAMES = readdirSync(SEEDS)
  .filter((file) => file.endsWith('.canonical.json') && !file.startsWith('gdc-'))
  .map((file) => basename(file, '.canonical.json'));
/** The model that takes every one of them. */
const VERTEX = ['ask', '-b', 'vertex', '-m', 'gemini-1.5-pro'];
const PROJECT = { GOOGLE_CLOUD_PROJECT: 'test-project' };

/** Runs the program against an emulator and gives what the emulator was sent. */
async function bodyOf(
  args: string[],
  env: Record<string, string> = {},
): Promise<Finished & { body: unknown; bodies: unknown[] }> {
  const emulator = await withEmulator();
  const run = await runGemini(args, { env: { ...emulator.env, ...env } });
  const bodies = emulator.requests.map(({ body }) => body);
  return { ...run, body: bodies[0], bodies };
}

const dryRun = async (args: string[], cwd = EXAMPLES) => {
  const run = await runGemini(['ask', '-b', 'emulator', ...args, '--dry-run'], { cwd });
  expect(run.code).toBe(0);
  return run;
};

describe('a request of the documents, by --request', () => {
  it('all of them are here', () => {
    expect(NAMES).toHaveLength(12);
  });

  it.each(NAMES)('%s arrives in its canonical form', async (name) => {
    const { code, body } = await bodyOf([...VERTEX, '--request', seed(name)], PROJECT);
    expect(code).toBe(0);
    expect(body).toEqual(canonical(name));
  });

  it.each(NAMES)('%s: parts are added to it, and flags win', async (name) => {
    const pixel = 'coffee.jpg';
    const flags = ['--temperature', '0.7', '--max-output-tokens', '4096', '-s', 'Be kind.'];
    const safety = ['--safety', 'sexually-explicit=none', '--safety', 'harassment=BLOCK_MED_AND_ABOVE'];
    const { code, body } = await bodyOf(
      [...VERTEX, '--request', seed(name), 'One more thing.', '--image', pixel, ...flags, ...safety],
      PROJECT,
    );
    expect(code).toBe(0);
    const from = canonical(name);
    const parts = [
      { text: 'One more thing.' },
      { inlineData: { mimeType: 'image/jpeg', data: readFileSync(join(EXAMPLES, pixel), 'base64') } },
    ];
    const settings = new Map<string, SafetySetting>();
    for (const setting of [
      ...(from.safetySettings ?? []),
      { category: 'HARM_CATEGORY_SEXUALLY_EXPLICIT', threshold: 'BLOCK_NONE' },
      { category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_MEDIUM_AND_ABOVE' },
    ]) {
      settings.set(setting.category, setting);
    }
    expect(body).toEqual({
      ...from,
      contents: from.contents.map((content, index) =>
        index === from.contents.length - 1 ? { ...content, parts: [...content.parts, ...parts] } : content,
      ),
      systemInstruction: { parts: [{ text: 'Be kind.' }] },
      safetySettings: [...settings.values()],
      generationConfig: { ...from.generationConfig, temperature: 0.7, maxOutputTokens: 4096 },
    });
  });

  it('says what it read differently from what is written', async () => {
    const { stderr } = await dryRun(['--request', seed('vertex-every-field')]);
    expect(stderr).toMatch(/BLOCK_MED_AND_ABOVE is sent as BLOCK_MEDIUM_AND_ABOVE/);
  });

  it('of chat completions is turned into generateContent for a backend that speaks that', async () => {
    const { code, bodies } = await bodyOf(['ask', '--request', join(SEEDS, 'gdc-image.json')]);
    expect(code).toBe(0);
    expect(bodies).toEqual([
      {
        contents: [
          { role: 'user', parts: [{ text: 'What does this image show?' }] },
          {
            role: 'user',
            parts: [{ fileData: { mimeType: 'image/jpeg', fileUri: 's3://file-bucket/image.jpg' } }],
          },
        ],
      },
    ]);
  });
});

const folder = temporaryFolder();
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const pixel = join(folder, 'pixel.png');
writeFileSync(pixel, Buffer.from(PIXEL, 'base64'));
const declarations = (name: string) => {
  const file = join(folder, `${name}.tools.json`);
  writeFileSync(file, JSON.stringify({ tools: canonical(name).tools }));
  return `@${file}`;
};
const sampling = (temperature: string, topP: string, topK: string, max: string) => [
  ...['--temperature', temperature, '--top-p', topP, '--top-k', topK, '--max-output-tokens', max],
];

/** The same by flags alone; turns of the model come from files only. */
const BY_FLAGS: Record<string, string[]> = {
  'vertex-multimodal': [
    ...['-a', 'gs://bucket/flowers/daisy.jpg', 'What does this picture show?'],
    ...['--safety', 'sexually-explicit=low', ...sampling('0.4', '1', '32', '2048')],
  ],
  'vertex-landmarks': [
    ...['--image', pixel, 'city: Rome, Landmark: the Colosseum'],
    ...['--image', pixel, 'city: Beijing, Landmark: Forbidden City', '--image', pixel],
  ],
  'vertex-functions': [
    'Which theaters in Mountain View show Barbie?',
    ...['--tools', declarations('vertex-functions')],
  ],
  'vertex-every-field': [
    ...['Tell me about these.', '--image', pixel, '--video', 'gs://bucket/animals.mp4'],
    ...['--set', 'contents[0].parts[2].video_metadata={"start_offset":{"seconds":60,"nanos":500000000}}'],
    ...['--set', 'contents[0].parts[2].videoMetadata.endOffset=70s'],
    ...['-s', 'Be brief.', '--set', 'systemInstruction.role=USER'],
    ...['--tools', declarations('vertex-every-field'), '--safety', 'hate-speech=BLOCK_MED_AND_ABOVE'],
    ...[...sampling('1', '0.94', '40', '8192'), '--candidates', '1', '--stop', 'Str', '--stop', 'reverse'],
    ...['--response-mime-type', 'application/json'],
  ],
  'multimodal-rest': [
    ...['--image', pixel, '--video', 'gs://bucket/animals.mp4', 'Is the animal in the picture in the film?'],
    ...['--safety', 'dangerous-content=high', ...sampling('0.4', '1', '32', '2048'), '--candidates', '1'],
    ...['--set', 'generation_config.stop_sequences=[]'],
  ],
  'multimodal-all': [
    ...['-a', 'gs://bucket/video/scenes.mp4', '-a', 'gs://bucket/image/dog.png'],
    'When in the video is the moment of the image?\nGive the time as MM:SS.',
  ],
  'multimodal-image': ['--image', 'gs://bucket/images/scones.jpg', 'what does this image show?'],
  'multimodal-video': ['--video', 'gs://bucket/video/animals.mp4', 'What happens in the video?'],
};

describe('the same request by flags', () => {
  it.each(Object.entries(BY_FLAGS))('%s', async (name, args) => {
    const { code, body } = await bodyOf([...VERTEX, ...args], PROJECT);
    expect(code).toBe(0);
    expect(body).toEqual(canonical(name));
  });
});

describe('--save-request', () => {
  it('makes a file from which --request makes the same body, byte for byte', async () => {
    const [saved, again] = [join(folder, 'saved.json'), join(folder, 'again.json')];
    const tricky = 'a "b" \\ \u2028\u0001\u202e é e\u0301 👍\u{1f3fd} </script>\r\n $x @file';
    const args = ['--text', tricky, '--image', 'coffee.jpg', '--audio', 'talk.mp3'];
    const first = await dryRun([
      ...[...args, '--temperature', '1e-7', '--labels', 'team=video', '--schema', 'name, age int: in years'],
      ...['--set', 'generationConfig.seed=-2147483648', '--tools', declarations('vertex-functions')],
      ...['--set', 'someday={"snake_case":[{"a":null}]}', '--save-request', saved],
    ]);
    const second = await dryRun(['--request', saved, '--save-request', again]);
    expect(readFileSync(saved, 'utf8')).toBe(first.stdout);
    expect(second.stdout).toBe(first.stdout);
    expect(readFileSync(again, 'utf8')).toBe(first.stdout);
    expect(first.stdout).toContain(readFileSync(join(EXAMPLES, 'talk.mp3'), 'base64'));
  });

  it('as - is stdout', async () => {
    const cwd = temporaryFolder();
    const run = await runGemini(['ask', '-b', 'emulator', 'hi', '--save-request', '-'], { cwd });
    expect(run).toMatchObject({
      code: 0,
      stdout: '{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}\n',
      stderr: '',
    });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it.each(['vertex-every-field', 'vertex-chat', 'vertex-function-response'])('of %s', async (name) => {
    const saved = join(folder, `${name}.saved.json`);
    const first = await dryRun(['--request', seed(name), '--save-request', saved]);
    const second = await dryRun(['--request', saved]);
    expect(JSON.parse(first.stdout)).toEqual(canonical(name));
    expect(second.stdout).toBe(first.stdout);
  });
});

describe('flags of the request', () => {
  it('are sent as they say', async () => {
    const [all, cached, schema] = await Promise.all([
      dryRun([
        ...['hi', '--google-search', '--code-execution', '--url-context', '--labels', 'team=video'],
        ...['--labels', 'env=test', '--thinking', 'high', '--show-thoughts', '--media-resolution', 'low'],
        ...['--set', 'generation_config.response_logprobs=true', '--set', 'generationConfig.logprobs=5'],
        ...['--set', 'serviceTier=FLEX', '--seed', '7', '--set', 'labels.env=null'],
      ]),
      dryRun(['hi', '--cached-content', 'cachedContents/abc', '--thinking', '512']),
      dryRun(['hi', '--schema', 'name, age int, tall bool, score float: from 0 to 1']),
    ]);
    const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
    expect(JSON.parse(all.stdout)).toEqual({
      contents,
      tools: [{ googleSearch: {} }, { codeExecution: {} }, { urlContext: {} }],
      labels: { team: 'video', env: null },
      generationConfig: {
        seed: 7,
        mediaResolution: 'MEDIA_RESOLUTION_LOW',
        thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: true },
        responseLogprobs: true,
        logprobs: 5,
      },
      serviceTier: 'FLEX',
    });
    expect(JSON.parse(cached.stdout)).toEqual({
      contents,
      cachedContent: 'cachedContents/abc',
      generationConfig: { thinkingConfig: { thinkingBudget: 512 } },
    });
    expect(JSON.parse(schema.stdout).generationConfig).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          age: { type: 'integer' },
          tall: { type: 'boolean' },
          score: { type: 'number', description: 'from 0 to 1' },
        },
        required: ['name', 'age', 'tall', 'score'],
      },
    });
  });

  it('all of them are taken by the strict emulator', async () => {
    const { code, body } = await bodyOf([
      ...['ask', 'hi', '--google-search', '--code-execution', '--url-context', '--labels', 'team=video'],
      ...['--thinking', 'high', '--show-thoughts', '--media-resolution', 'low', '--seed', '7'],
      ...['--safety', 'all=none', '--safety', 'civic-integrity=off', '--stop', 'x'],
    ]);
    expect(code).toBe(0);
    expect((body as GenerateContentRequest).safetySettings).toHaveLength(5);
  });

  it.each([
    ['--labels', 'Team=video'],
    ['--set', 'generationConfig.temperature=hot'],
    ['--set', 'contents[3].parts=[]'],
    ['--safety', 'rudeness=none'],
    ['--schema', '{"type": "object"'],
    ['--thinking', 'hard'],
    ['--media-resolution', 'ultra'],
  ])('%s %s is a usage error, and nothing is sent', async (flag, value) => {
    const { code, stdout, stderr, bodies } = await bodyOf(['ask', 'hi', flag, value]);
    expect({ code, stdout, bodies }).toEqual({ code: 2, stdout: '', bodies: [] });
    expect(stderr).toContain(flag);
  });
});

describe('--schema', () => {
  const SCHEMA = {
    type: 'object',
    properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 } },
    required: ['name', 'age'],
  };
  const file = join(folder, 'schema.json');
  writeFileSync(file, JSON.stringify({ ...SCHEMA, type: 'OBJECT' }));

  it('goes out as JSON Schema, or in the form of the service when written so; the answer fits', async () => {
    const [inline, fromFile] = await Promise.all([
      bodyOf(['ask', 'hi', '--schema', JSON.stringify(SCHEMA)]),
      bodyOf(['ask', 'hi', '--schema', `@${file}`]),
    ]);
    expect((inline.body as GenerateContentRequest).generationConfig).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: SCHEMA,
    });
    expect((fromFile.body as GenerateContentRequest).generationConfig).toEqual({
      responseMimeType: 'application/json',
      responseSchema: { ...SCHEMA, type: 'OBJECT' },
    });
    for (const { code, stdout } of [inline, fromFile]) {
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ name: expect.any(String), age: expect.any(Number) });
    }
  });

  it.each([
    ['{"name": 7, "age": -1}', [/name/, /age/]],
    ['{"name": "x", "age": 1} or so', [/not JSON/]],
  ])('an answer that does not fit, %s, is printed and told', async (text, violations) => {
    const parts = [{ text: text.slice(0, 5) }, { text: text.slice(5) }];
    const chunks = parts.map((part, index) => ({
      candidates: [{ content: { role: 'model', parts: [part] }, ...(index ? { finishReason: 'STOP' } : {}) }],
    }));
    const { env } = await withEmulator({ replies: [{ chunks }] });
    const run = await runGemini(['ask', 'hi', '--schema', JSON.stringify(SCHEMA)], { env });
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 8, stdout: `${text}\n` });
    for (const violation of violations) expect(run.stderr).toMatch(violation);
  });
});

describe('ranges', () => {
  const hot = join(folder, 'hot.json');
  writeFileSync(hot, '{"contents": "hi", "generation_config": {"temperature": 1.5}}');

  it.each([
    ['a flag', ['hi', '--temperature', '1.5']],
    ['a request file', ['--request', hot]],
    ['--set', ['hi', '--set', 'generationConfig.temperature=1.5']],
  ])('a documented limit holds for %s: exit 2 names range and model', async (_name, args) => {
    const { code, stderr, bodies } = await bodyOf(['ask', '-m', 'gemini-1.0-pro-vision', ...args]);
    expect({ code, bodies }).toEqual({ code: 2, bodies: [] });
    expect(stderr).toMatch(/gemini-1\.0-pro-vision.*temperature.*0 to 1.*1\.5/);
  });

  it('what a model is only said not to support is sent, with a warning', async () => {
    const { code, stderr, body } = await bodyOf(['ask', '-m', 'gemini-1.0-pro', 'hi', '--top-k', '40']);
    expect(code).toBe(0);
    expect((body as GenerateContentRequest).generationConfig).toEqual({ topK: 40 });
    expect(stderr).toMatch(/^warning: gemini-1\.0-pro .*topK\n$/);
  });

  it('an unknown model has no limits', async () => {
    const { code, stderr, stdout } = await dryRun(['-m', 'my-model', 'hi', '--temperature', '99']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).generationConfig).toEqual({ temperature: 99 });
  });
});

describe('--show', () => {
  const python = hasPython();
  const ARGS = [
    ...['What is', '--image', 'photo.jpg', "it's $HOME `id`?", '--audio', 'talk.mp3'],
    ...['--video', 'https://youtu.be/dQw4w9WgXcQ'],
    ...['-a', `data:image/png;base64,${PIXEL}`, '-s', 'Be brief.', '--seed', '7', '--stop', 'END'],
    ...['--safety', 'hate-speech=none', '--schema', 'name, age int', '--google-search'],
  ];

  function workshop(): string {
    const place = temporaryFolder();
    writeFileSync(join(place, 'photo.jpg'), readFileSync(join(EXAMPLES, 'coffee.jpg')));
    writeFileSync(join(place, 'talk.mp3'), readFileSync(join(EXAMPLES, 'talk.mp3')));
    symlinkSync(MODULES, join(place, 'node_modules'));
    return place;
  }

  it.each([
    ['curl', 'sh', 'ask.sh', []],
    ['curl', 'sh', 'ask.sh', ['--no-stream']],
    ['node', process.execPath, 'ask.mjs', []],
    ['node', process.execPath, 'ask.mjs', ['--no-stream']],
  ])('%s: the program sends the same (%s %s %j)', async (form, runner, file, more) => {
    const cwd = workshop();
    const { env, requests } = await withEmulator();
    const args = ['ask', ...ARGS, ...more];
    const shown = await runGemini([...args, '--show', form], { env, cwd });
    expect({ code: shown.code, stderr: shown.stderr }).toEqual({ code: 0, stderr: '' });
    expect(requests).toEqual([]);
    expect(shown.stdout).not.toContain(readFileSync(join(cwd, 'photo.jpg'), 'base64').slice(0, 60));
    writeFileSync(join(cwd, file), shown.stdout);
    // Read when the program runs, not when it was printed.
    writeFileSync(join(cwd, 'photo.jpg'), readFileSync(join(EXAMPLES, 'cat.jpg')));

    const [dry, ran] = await Promise.all([
      runGemini([...args, '--dry-run'], { env, cwd }),
      execute(runner, [file], cwd),
    ]);
    expect(ran).toEqual({ code: 0, stderr: '' });
    expect(requests.map(({ body }) => body)).toEqual([JSON.parse(dry.stdout)]);
    const method = more.length > 0 ? ':generateContent' : ':streamGenerateContent';
    expect(requests[0]?.path).toBe(`/v1beta/models/gemini-3.8-flash${method}`);
  });

  it.skipIf(!python)('python: the program compiles (needs python3)', async () => {
    const cwd = workshop();
    for (const backend of ['emulator', 'vertex']) {
      const args = ['ask', '-b', backend, ...ARGS, '--show', 'python'];
      const { stdout, code } = await runGemini(args, { cwd, env: PROJECT });
      expect(code).toBe(0);
      writeFileSync(join(cwd, 'ask.py'), stdout);
      expect(await execute('python3', ['-m', 'py_compile', 'ask.py'], cwd)).toEqual({ code: 0, stderr: '' });
    }
  });
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', ''], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function execute(file: string, args: string[], cwd: string): Promise<{ code: number; stderr: string }> {
  return new Promise((done) => {
    execFile(
      file,
      args,
      { cwd, env: { PATH: process.env.PATH ?? '', HOME: cwd } },
      (error, _stdout, stderr) =>
        done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stderr }),
    );
  });
}
