import type { Argument, Command, Option } from 'commander';
import { keyOf, SETTING_NAMES, settingNamed } from '../../config/check-value.ts';
import { loadUserFile } from '../../config/load-user-file.ts';
import { SETTINGS, type Setting } from '../../config/settings.ts';
import { SCRIPTS } from './scripts.ts';

/** A word that may stand there, and what it is. */
export type Offer = readonly [word: string, about?: string | undefined];

/** All that may stand at a place. */
export type Offers = {
  readonly offers: readonly Offer[];
  /** Names of files may stand there too. */
  readonly files: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

const NOTHING: Offers = { offers: [], files: false };
const FILES: Offers = { offers: [], files: true };

/** What is written for the value in the declaration, `<file>` of `--output <file>`, where it is a name of a file. */
const FILE_WORDS = /^(file|pem|folder|source|path|media)$/;

/** The values of an option: by its declaration its choices or files, else those known by its name. */
export async function valuesOfOption(
  option: Option,
  { current, env }: { current: string; env: Environment },
): Promise<Offers> {
  if (!option.required && !option.optional) return NOTHING;
  if (option.argChoices) return offered(option.argChoices);
  const known = BY_OPTION[option.attributeName()];
  if (known) return offered(await known(env));
  const word = /<@?([a-z-]+)/.exec(option.flags)?.[1] ?? '';
  if (current.startsWith('@') || /<@/.test(option.flags)) return offered(await filesAfterAt(current));
  return FILE_WORDS.test(word) ? FILES : NOTHING;
}

/** The values of an argument. */
export async function valuesOfArgument(
  argument: Argument,
  place: { operands: readonly string[]; command: readonly Command[]; env: Environment },
): Promise<Offers> {
  const { operands, command, env } = place;
  const path = command.slice(1).map((each) => each.name());
  if (path[0] === 'completion') return operands.length === 0 ? offered(Object.keys(SCRIPTS)) : NOTHING;
  if (argument.argChoices) return offered(argument.argChoices);
  const name = argument.name();
  if (path[0] === 'config' && name === 'key') {
    return { offers: SETTING_NAMES.map((each) => [keyOf(each), SETTINGS[each].help]), files: false };
  }
  if (path[0] === 'config' && name === 'value') {
    const setting = settingNamed(operands[0] ?? '');
    if (!setting) return NOTHING;
    const { choices, type }: Setting = SETTINGS[setting];
    if (type === 'path') return FILES;
    return offered(choices ?? (await BY_OPTION[setting]?.(env)) ?? []);
  }
  if (path[0] === 'models') return offered(await knownModels());
  return FILE_WORDS.test(name) ? FILES : NOTHING;
}

const offered = (words: readonly string[]): Offers => ({ offers: words.map((word) => [word]), files: false });

/** Values that are known without asking anybody, by the name of the option or setting. */
const BY_OPTION: Readonly<Record<string, ((env: Environment) => Promise<readonly string[]>) | undefined>> = {
  model: knownModels,
  profile: profiles,
  session: async (env) => (await import('../../commands/completion-names.ts')).sessionNames(env),
  template: async (env) => (await import('../../commands/completion-names.ts')).templateNames(env),
};

async function knownModels(): Promise<readonly string[]> {
  return (await import('../../commands/completion-names.ts')).modelNames();
}

/** The profiles of the user's file; none where it cannot be read, which the command itself will say. */
async function profiles(env: Environment): Promise<readonly string[]> {
  try {
    return [...((await loadUserFile(env))()?.profiles.keys() ?? [])];
  } catch {
    return [];
  }
}

/** Files for an option that takes @FILE, which no shell completes behind the "@". */
async function filesAfterAt(current: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises');
  const folder = /^@?(.*\/)?/.exec(current)?.[1] ?? '';
  try {
    const entries = await readdir(folder || '.', { withFileTypes: true });
    const shown = entries.filter(({ name }) => !name.startsWith('.'));
    return shown.map((entry) => `@${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`);
  } catch {
    return [];
  }
}
