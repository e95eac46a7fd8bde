import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  EXAMPLES,
  type Finished,
  type RunOptions,
  runGemini,
  temporaryFolder,
} from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const config = temporaryFolder();
const templates = join(config, 'gemini-prompt', 'templates');
mkdirSync(templates, { recursive: true });

/** Writes a template as a person would. */
function template(name: string, content: unknown): void {
  writeFileSync(
    join(templates, `${name}.json`),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

/** Runs the program with our folder of templates, and gives what was sent. */
async function run(args: string[], options: RunOptions = {}): Promise<Finished & { bodies: unknown[] }> {
  const { env, requests } = await withEmulator();
  const finished = await runGemini(args, {
    ...options,
    env: { ...env, XDG_CONFIG_HOME: config, ...options.env },
  });
  return { ...finished, bodies: requests.map(({ body }) => body) };
}

const user = (...parts: unknown[]) => [{ role: 'user', parts }];

describe('--save-template', () => {
  it('keeps the prompt with its flags and asks nothing; --template asks it, with parameters', async () => {
    const saved = await run([
      ...['ask', 'Describe for a $reader:', '--image', '$photo', '-s', `Answer in \${language}.`],
      ...['--max-output-tokens', '2000', '--stop', 'END', '--stop', '$$5', '--show-thoughts'],
      ...['--safety', 'hate-speech=none', '--save-template', 'describe', '--param', 'language=French'],
    ]);
    expect(saved).toMatchObject({ code: 0, stdout: '', bodies: [] });
    const file = join(templates, 'describe.json');
    expect(saved.stderr).toContain(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const params = ['--param', 'reader=child', '--param', 'photo=coffee.jpg'];
    const [asked, changed] = await Promise.all([
      run(['ask', '-t', 'describe', ...params]),
      run([
        ...['ask', 'And', '--template', 'describe', ...params, '--param', 'language=$reader @x', 'this?'],
        ...['--max-output-tokens', '3000', '--stop', 'X', '--seed', '7'],
      ]),
    ]);
    const image = {
      inlineData: { mimeType: 'image/jpeg', data: readFileSync(join(EXAMPLES, 'coffee.jpg'), 'base64') },
    };
    const safetySettings = [{ category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'BLOCK_NONE' }];
    const thinkingConfig = { includeThoughts: true };
    expect(asked.code).toBe(0);
    expect(asked.bodies).toEqual([
      {
        contents: user({ text: 'Describe for a child:' }, image),
        systemInstruction: { parts: [{ text: 'Answer in French.' }] },
        generationConfig: { maxOutputTokens: 2000, stopSequences: ['END', '$5'], thinkingConfig },
        safetySettings,
      },
    ]);
    expect(changed.bodies).toEqual([
      {
        contents: user({ text: 'Describe for a child:' }, image, { text: 'And' }, { text: 'this?' }),
        systemInstruction: { parts: [{ text: 'Answer in $reader @x.' }] },
        generationConfig: { maxOutputTokens: 3000, stopSequences: ['X'], seed: 7, thinkingConfig },
        safetySettings,
      },
    ]);
  });

  it.each([
    ['an endpoint', ['hi', '--base-url', 'https://example.com']],
    ['a credential', ['hi', '--api-key-file', 'key.txt']],
    ['a command', ['hi', '--tool', 'f=rm -rf x']],
    ['the name of a file in place of a text', ['hi', '-s', '@system.txt']],
    ['a file of text', ['--prompt-file', 'README.md']],
    ['another template', ['-t', 'describe']],
  ])('does not keep %s', async (_name, args) => {
    const { code, stderr, bodies } = await run(['ask', ...args, '--save-template', 'refused']);
    expect({ code, bodies }).toEqual({ code: 2, bodies: [] });
    expect(stderr).toMatch(/^gemini: .*template/);
    expect(readdirSync(templates)).not.toContain('refused.json');
  });
});

describe('--template', () => {
  it('is data: an @ in it or in a parameter names no file, and stdin stands where it says', async () => {
    template('data', {
      parts: [{ text: '@README.md' }, { stdin: true }, { text: '$what' }],
      flags: { system: '@README.md', 'top-p': 0.5, schema: 'answer' },
      defaults: { what: '$what' },
    });
    const { code, bodies } = await run(['ask', '-t', 'data', '--param', `what=@README.md \${x} $$`], {
      stdin: 'from stdin',
    });
    expect(code).toBe(0);
    expect(bodies).toMatchObject([
      {
        contents: user({ text: '@README.md' }, { text: 'from stdin' }, { text: `@README.md \${x} $$` }),
        systemInstruction: { parts: [{ text: '@README.md' }] },
        generationConfig: { topP: 0.5, responseJsonSchema: { properties: { answer: { type: 'string' } } } },
      },
    ]);
  });

  it('is never taken from the current folder', async () => {
    const cwd = temporaryFolder();
    const evil = JSON.stringify({ parts: [{ text: 'evil' }] });
    for (const place of [
      '.',
      'templates',
      'gemini-prompt/templates',
      '.gemini-prompt/templates',
      '.config/gemini-prompt/templates',
    ]) {
      mkdirSync(join(cwd, place), { recursive: true });
      writeFileSync(join(cwd, place, 'local.json'), evil);
    }
    for (const name of ['local', './local', 'local.json', '../local', join(cwd, 'local'), '', 'con']) {
      const { code, stderr, bodies } = await run(['ask', 'hi', '-t', name], { cwd });
      expect({ name, code, bodies }).toEqual({ name, code: 2, bodies: [] });
      expect(stderr).toContain('template');
    }
  });

  it.each([
    ['that sets an endpoint', { parts: [{ text: 'hi' }], flags: { 'base-url': 'https://example.com' } }],
    ['that sets a backend', { parts: [{ text: 'hi' }], flags: { backend: 'vertex' } }],
    ['that sets a proxy', { parts: [{ text: 'hi' }], flags: { proxy: 'http://example.com' } }],
    ['that sets a header', { parts: [{ text: 'hi' }], flags: { header: ['X-Key: 1'] } }],
    ['that names a key', { parts: [{ text: 'hi' }], flags: { apiKeyFile: '/etc/passwd' } }],
    ['that runs a command', { parts: [{ text: 'hi' }], flags: { tool: ['f=id'], yes: true } }],
    ['that writes a file', { parts: [{ text: 'hi' }], flags: { output: 'x.txt' } }],
    ['that reads a request', { parts: [{ text: 'hi' }], flags: { request: '/etc/passwd' } }],
    ['that is not JSON', '{"parts": [}'],
    ['with a word nobody knows', { part: [] }],
  ])('%s is refused', async (_name, content) => {
    template('bad', content);
    const { code, stderr, bodies } = await run(['ask', '-t', 'bad']);
    expect({ code, bodies }).toEqual({ code: 2, bodies: [] });
    expect(stderr).toMatch(/^gemini: template "bad"/);
  });

  it('needs all its parameters and no others', async () => {
    template('two', { parts: [{ text: '$one $two' }] });
    const missing = await run(['ask', '-t', 'two', '--param', 'one=1']);
    const unknown = await run([
      'ask',
      '-t',
      'two',
      '--param',
      'one=1',
      '--param',
      'two=2',
      '--param',
      'tow=3',
    ]);
    const malformed = await run(['ask', '-t', 'two', '--param', 'one']);
    const alone = await run(['ask', 'hi', '--param', 'one=1']);
    for (const { code, bodies } of [missing, unknown, malformed, alone]) {
      expect({ code, bodies }).toEqual({ code: 2, bodies: [] });
    }
    expect(missing.stderr).toMatch(/two\nhint: .*--param two=/);
    expect(unknown.stderr).toMatch(/"tow"\nhint: .*two/);
  });

  it('that is not there names the file that would be it', async () => {
    const { code, stderr } = await run(['ask', '-t', 'nothing']);
    expect(code).toBe(2);
    expect(stderr).toContain(join(templates, 'nothing.json'));
  });
});
