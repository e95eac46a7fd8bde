import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { complete } from '../../src/cli/completion/complete.ts';
import { commandFor } from '../../src/cli/completion/position.ts';
import { SCRIPTS } from '../../src/cli/completion/scripts.ts';
import { TOPICS } from '../../src/cli/topics.ts';
import { declareProgram } from '../../src/cli.ts';
import { BACKEND_NAMES } from '../../src/config/settings.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';

const env: Record<string, string> = {};
beforeAll(() => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'gemini-prompt', 'templates'), { recursive: true });
  writeFileSync(join(folder, 'gemini-prompt', 'config.json'), '{"profiles": {"work": {}, "home": {}}}');
  writeFileSync(join(folder, 'gemini-prompt', 'templates', 'minutes.json'), '{}');
  env.XDG_CONFIG_HOME = folder;
  env.XDG_STATE_HOME = folder;
  mkdirSync(join(folder, 'gemini-prompt', 'sessions'));
  writeFileSync(join(folder, 'gemini-prompt', 'sessions', 'rome.jsonl'), '{}\n');
});

/** What is offered for the last word, and whether files are. */
async function offered(...typed: string[]) {
  const [current = '', ...before] = typed.toReversed();
  const words = before.toReversed();
  const wanted = commandFor(words, current);
  const openFor = () => {
    throw new Error('completion runs no command');
  };
  const program = await declareProgram({ rest: [], env, openFor }, (name) => name === wanted);
  const lines = await complete(program, { words, current, env });
  return { words: lines.slice(0, -1).map((line) => line.split('\t')[0]), files: lines.at(-1) === ':files' };
}
const words = async (...typed: string[]) => (await offered(...typed)).words;

describe('a word', () => {
  it('of a command', async () => {
    expect(await words('')).toEqual([...Object.keys(COMMANDS), 'help']);
    expect(await words('tok')).toEqual(['tokens']);
    expect(await words('', 'tok')).toEqual(['tokens']);
    expect(await words('files', '')).toEqual(['upload', 'list', 'show', 'delete']);
    expect(await words('files', '-q', 'sh')).toEqual(['show']);
    expect(await words('files', 'list', '')).toEqual([]);
  });

  it('of help', async () => {
    expect(await words('help', '')).toEqual([...Object.keys(COMMANDS), ...Object.keys(TOPICS), 'man']);
    expect(await words('help', 'files', 'up')).toEqual(['upload']);
  });

  it('of an option: of the command, of the one that is meant, and of ask where none is named', async () => {
    expect(await words('ask', '--temper')).toEqual(['--temperature']);
    expect(await words('--temper')).toEqual(['--temperature']);
    expect(await words('why', '--temper')).toEqual(['--temperature']);
    expect(await words('models', '--form')).toEqual(['--format']);
    expect(await words('files', 'upload', '--mi')).toEqual(['--mime']);
    expect(await words('ask', '--dry-run-')).toEqual([]);
    expect(await words('ask', '--', '--temper')).toEqual([]);
  });

  it('of an option that stands already, only if it may stand again', async () => {
    expect(await words('ask', '--image', 'a.png', '--im')).toEqual(['--image']);
    expect(await words('ask', '--seed', '1', '--see')).toEqual([]);
  });

  it('that is a value', async () => {
    expect(await words('ask', '-b', '')).toEqual([...BACKEND_NAMES]);
    expect(await words('ask', '--backend=v')).toEqual(['--backend=vertex']);
    expect(await words('ask', '--backend', '=', 'v')).toEqual(['vertex']);
    expect(await words('ask', '--backend', '=')).toEqual([...BACKEND_NAMES]);
    expect(await words('ask', '-m', 'gemini-3.8')).toEqual(['gemini-3.8-flash']);
    expect(await words('ask', '--profile', '')).toEqual(['work', 'home']);
    expect(await words('ask', '-t', 'm')).toEqual(['minutes']);
    expect(await words('chat', '--session', '')).toEqual(['rome']);
    expect(await words('models', 'show', 'gemini-3.8')).toEqual(['gemini-3.8-flash']);
    expect(await words('config', 'get', 'loc')).toEqual(['location']);
    expect(await words('config', 'set', 'upload', '')).toEqual(['auto', 'never', 'always']);
    expect(await words('config', 'set', 'profile', 'w')).toEqual(['work']);
    expect(await words('completion', '')).toEqual(Object.keys(SCRIPTS));
  });

  it('that is a file', async () => {
    const places = [
      ['ask', '--image', ''],
      ['ask', '-a', 'x'],
      ['ask', '-o', ''],
      ['ask', '--ca-file', ''],
      ['files', 'upload', ''],
      ['files', 'upload', 'a.png', ''],
      ['config', 'set', 'ca-file', ''],
    ];
    for (const place of places)
      expect(await offered(...place), place.join(' ')).toEqual({ words: [], files: true });
    const others = [
      ['ask', ''],
      ['ask', '--seed', ''],
      ['doctor', ''],
      ['config', 'get', 'model', ''],
    ];
    for (const place of others) expect((await offered(...place)).files, place.join(' ')).toBe(false);
  });

  it('that is a file behind "@", which no shell completes', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'schema.json'), '{}');
    mkdirSync(join(folder, 'more'));
    expect((await words('ask', '--schema', `@${folder}/`)).sort()).toEqual([
      `@${folder}/more/`,
      `@${folder}/schema.json`,
    ]);
    expect(await words('ask', '--tools', '@', `${folder}/s`)).toEqual([`${folder}/schema.json`]);
  });

  it('a file of settings that cannot be read offers nothing, and is no error', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'gemini-prompt'));
    writeFileSync(join(folder, 'gemini-prompt', 'config.json'), '{');
    const usual = env.XDG_CONFIG_HOME ?? '';
    env.XDG_CONFIG_HOME = folder;
    expect(await words('ask', '--profile', '')).toEqual([]);
    env.XDG_CONFIG_HOME = usual;
  });

  it('whatever is typed, the answer has lines that a script can read', async () => {
    const word = fc.oneof(
      fc.constantFrom('ask', 'files', 'config', 'set', 'help', '-b', '--image', '--', '=', '@', '-', ''),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 5 }), async (typed) => {
        const lines = await offered(...typed);
        expect(lines.words.every((each) => each !== undefined && !/[\n\r]/.test(each))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
