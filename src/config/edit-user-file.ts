import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError, UsageError } from '../errors.ts';
import { checkedJson, checkedText, keyOf, settingNamed } from './check-value.ts';
import { readIfThere } from './load-user-file.ts';
import { userFilePath } from './paths.ts';
import { SETTINGS, type SettingName } from './settings.ts';
import { parseSettings, readUserFile, unknownKey } from './user-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** One change of the user's file: `values` undefined takes the setting out. */
export type SettingChange = {
  readonly key: string;
  readonly values: readonly string[] | undefined;
  /** Change the setting of this profile; a new one is made. */
  readonly profile: string | undefined;
};

/**
 * Changes one setting in the user's file, which keeps its comments and is replaced as a whole, readable by its owner
 * alone. A file that is not there is made.
 * @returns the path of the file
 * @throws UsageError for a key or value that cannot be; nothing is then changed
 */
export async function changeUserFile(env: Environment, change: SettingChange): Promise<string> {
  const path = userFilePath(env);
  const name = settingNamed(change.key);
  if (!name) throw unknownKey(change.key);
  if (change.profile === '') throw new UsageError('--profile is empty');
  if (change.profile !== undefined && name === 'profile') {
    throw new UsageError('a profile cannot name another profile');
  }
  const old = readIfThere(path) ?? '{}\n';
  const value = change.values && jsonValue(name, change.values);
  const text = await edited(old, await parseSettings(old, path), name, change.profile, value);
  const file = readUserFile(await parseSettings(text, path), { path, home: env.HOME });
  const profile = file.settings.get('profile');
  if (profile !== undefined && !file.profiles.has(String(profile))) {
    throw new UsageError(`there is no profile "${profile}"`, {
      hint: `gemini config set --profile ${profile} KEY VALUE makes one`,
    });
  }
  await replaceFile(path, text);
  return path;
}

function jsonValue(name: SettingName, values: readonly string[]): unknown {
  const setting = SETTINGS[name];
  const key = keyOf(name);
  const [first = '', ...more] = values;
  if (more.length > 0 && setting.type !== 'list') throw new UsageError(`${key} takes one value`);
  const value = setting.type === 'list' ? values : checkedText(setting, first, key);
  checkedJson(setting, value, key);
  return value;
}

/** The text with one value changed, in the spelling of the key that is already there. */
async function edited(
  text: string,
  settings: unknown,
  name: SettingName,
  profile: string | undefined,
  value: unknown,
): Promise<string> {
  const { applyEdits, modify } = await import('jsonc-parser');
  const parent = profile === undefined ? [] : ['profiles', profile];
  const held = parent.reduce<unknown>(
    (at, key) => (at as Record<string, unknown> | undefined)?.[key],
    settings,
  );
  const key = Object.keys(held ?? {}).find((spelling) => settingNamed(spelling) === name) ?? keyOf(name);
  const formattingOptions = { tabSize: 2, insertSpaces: true, eol: '\n' };
  const from = text.trim() === '' ? '{}\n' : text;
  if (value === undefined && !Object.hasOwn(Object(held), key)) return from;
  return applyEdits(from, modify(from, [...parent, key], value, { formattingOptions }));
}

/** A crash at any point leaves the old file or the new one. A link stays one: what it points to is replaced. */
async function replaceFile(path: string, text: string): Promise<void> {
  const target = existsSync(path) ? realpathSync(path) : path;
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new InputError(`cannot write ${path} (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}
