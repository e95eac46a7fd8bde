import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { resolveConfig } from '../../src/config/config.ts';
import { changeUserFile } from '../../src/config/edit-user-file.ts';
import { loadUserFile } from '../../src/config/load-user-file.ts';
import { UsageError } from '../../src/errors.ts';

/** An environment whose file of settings holds the text, if it is given. */
async function environment(text?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'gemini-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'gemini-prompt', 'config.json');
  if (text !== undefined) {
    await mkdir(dirname(file));
    writeFileSync(file, text);
  }
  return { env: { XDG_CONFIG_HOME: folder, HOME: folder }, file };
}

async function failureOf(work: () => unknown): Promise<{ message: string; hint: string | undefined }> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

it.each([
  ['{"modle": "x"}', /config\.json: modle is not a setting/, /did you mean model\?/],
  ['{"profiles": {"work": {"projekt": "x"}}}', /profiles\.work\.projekt is not/, /project\?/],
  ['{"retries": "3"}', /config\.json: retries must be a number without quotes, not a string/, /^/],
  ['{"model": 3}', /model must be a text in quotes, not a number/, /^/],
  ['{"header": "A: b"}', /header must be a list/, /^/],
  ['{"backend": "vertx"}', /config\.json: backend: "vertx" is not one of vertex/, /^/],
  ['{\n  // c\n  "model": }', /config\.json:3:12/, /^/],
  ['[]', /must be a JSON object/, /^/],
  ['{"ca-file": "a", "caFile": "b"}', /caFile is there twice/, /^/],
  ['{"profiles": {"a": {"profile": "b"}}}', /cannot name another profile/, /^/],
  ['{"profile": "wrok", "profiles": {"work": {}}}', /there is no profile "wrok"/, /there is work/],
  ['{"apiKey": "canary"}', /apiKey holds a secret/, /api-key-file/],
  ['{"profiles": {"work": {"token": "canary"}}}', /work\.token holds a secret/, /token-command/],
  ['{"proxy": "http://u:canary@h:1"}', /proxy holds a secret/, /environment/],
  ['{"header": ["X-Auth-Token: canary"]}', /header holds a secret/, /environment/],
])('%s is refused', async (text, message, hint) => {
  const { env } = await environment(text);
  const file = await loadUserFile(env);
  const failure = await failureOf(() => resolveConfig({}, env, file()));
  expect(failure.message).toMatch(message);
  expect(failure.hint ?? '').toMatch(hint);
  expect(failure.message).not.toContain('canary');
});

it.each([
  [['modle', ['x']], /modle is not a setting/],
  [['retries', ['many']], /retries: "many" is not a whole number/],
  [['api-key', ['canary']], /holds a secret/],
  [['proxy', ['http://u:canary@h:1']], /holds a secret/],
  [['profile', ['nobody']], /there is no profile/],
  [['model', ['a', 'b']], /one value/],
  [['color', ['never']], /cannot be set in a file/],
] as [[string, string[]], RegExp][])(
  'a change to %j is refused, and the file stays',
  async ([key, values], message) => {
    const { env, file } = await environment('{"model": "m"}');
    const failure = await failureOf(() => changeUserFile(env, { key, values, profile: undefined }));
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain('canary');
    expect(readFileSync(file, 'utf8')).toBe('{"model": "m"}');
  },
);

it('without a file, or a home for one, there are no settings', async () => {
  expect((await loadUserFile((await environment()).env))()).toBeUndefined();
  expect((await loadUserFile({}))()).toBeUndefined();
});

it('an empty file is one without settings', async () => {
  const { env } = await environment('\n');
  expect((await loadUserFile(env))()?.settings.size).toBe(0);
  await changeUserFile(env, { key: 'model', values: ['m'], profile: undefined });
  expect((await loadUserFile(env))()?.settings.get('model')).toBe('m');
});

it('any text set and read is the same, in a profile of any name', async () => {
  const { env } = await environment('// mine\n{}');
  const plain = fc.string({ minLength: 1 }).filter((text) => !/:/.test(text));
  const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__');
  await fc.assert(
    fc.asyncProperty(plain, name, async (value, profile) => {
      await changeUserFile(env, { key: 'project', values: [value], profile });
      const file = (await loadUserFile(env))();
      expect(resolveConfig({ profile }, {}, file).text('project')).toBe(value);
      expect(resolveConfig({ profile }, {}, file).origin('project')).toBe(`profile ${profile}`);
    }),
    { numRuns: 30 },
  );
});
