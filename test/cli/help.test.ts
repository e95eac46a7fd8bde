import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { TOPICS } from '../../src/cli/topics.ts';
import { runCli } from '../../src/cli.ts';
import { SETTINGS, type Setting } from '../../src/config/settings.ts';
import { UsageError } from '../../src/errors.ts';
import { DEFAULT_MODEL } from '../../src/models/default-model.ts';
import { memoryIO, memoryOutput } from '../terminal/memory-output.ts';

/** What is printed where nothing may run. */
async function printed(...argv: string[]): Promise<string> {
  const stdout = memoryOutput();
  const open = () => {
    throw new Error('help runs no command');
  };
  await runCli(argv, { io: { ...memoryIO(), stdout }, env: {}, open });
  return stdout.text();
}

describe('gemini help', () => {
  it('has the commands in the order of the contract, and the topics', async () => {
    const page = await printed('help');
    const contract =
      'ask chat transcribe describe tokens models files batch auth doctor config emulate completion'.split(
        ' ',
      );
    const shown = [...page.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name = '']) => name);
    expect(shown).toEqual(contract.filter((name) => shown.includes(name)));
    expect(shown).toEqual(Object.keys(COMMANDS));
    for (const topic of Object.keys(TOPICS)) expect(page.replace(/\s+/g, ' ')).toContain(topic);
    expect(await printed('--help')).toBe(page);
  });

  it('explains commands, and commands of commands', async () => {
    for (const name of Object.keys(COMMANDS)) {
      expect(await printed('help', name)).toMatch(new RegExp(`^Usage: gemini ${name}\\b`));
    }
    expect(await printed('help', 'files', 'upload')).toMatch(/^Usage: gemini files upload /);
  });

  it('explains every topic within 140 columns', async () => {
    for (const topic of Object.keys(TOPICS)) {
      const page = await printed('help', topic);
      expect(page.length).toBeGreaterThan(300);
      expect(page.endsWith('\n')).toBe(true);
      expect(page.split('\n').filter((line) => line.length > 140)).toEqual([]);
    }
  });

  it('the topics say what the tables say', async () => {
    const environment = await printed('help', 'environment');
    for (const { env = [] } of Object.values<Setting>(SETTINGS)) {
      for (const name of env) expect(environment).toContain(name);
    }
    expect(await printed('help', 'backends')).toContain(DEFAULT_MODEL);
    for (const name of SETTINGS.backend.choices) {
      expect(await printed('help', 'backends')).toMatch(new RegExp(`^  ${name} `, 'm'));
      if (name !== 'emulator') expect(await printed('help', 'credentials')).toContain(name);
    }
    const codes = [...(await printed('help', 'exit-codes')).matchAll(/^ +(\d+)(?:, (\d+), (\d+))? {2}/gm)];
    expect(codes.flatMap(([, ...numbers]) => numbers.filter(Boolean).map(Number))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 129, 130, 143,
    ]);
  });

  it.each([
    [['help', 'nonsense'], undefined],
    [['help', 'exit-code'], 'exit-codes'],
    [['help', 'ak'], 'ask'],
    [['help', 'files', 'uplod'], 'upload'],
    [['files', 'uplod', 'x.mp4'], 'upload'],
    [['files', 'uplod', '--mime', 'video/mp4'], 'upload'],
    [['auth', 'statsu'], 'status'],
    [['config', 'lst'], 'list'],
    [['models', 'shw', 'x'], 'show'],
  ])('%j is an error that names what was meant', async (argv, meant) => {
    const error = await printed(...argv).catch((failure) => failure);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain(
      `"${argv.find((word) => /nonsense|exit-code|ak|uplod|statsu|lst|shw/.test(word))}"`,
    );
    if (meant) expect(error.hint).toBe(`did you mean ${meant}?`);
    else expect(error.hint).toContain('ask');
  });
});
