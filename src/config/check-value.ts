import { UsageError } from '../errors.ts';
import { SETTINGS, type Setting, type SettingName } from './settings.ts';

export type SettingValue = string | number | readonly string[];

/** `--model` of `-m, --model <id>`. */
export function longFlag({ flag }: Setting): string {
  return /--[a-z-]+/.exec(flag)?.[0] ?? flag;
}

/** The name of a setting where a file or `gemini config` names it: its flag without the dashes, `api-key-file`. */
export function keyOf(name: SettingName): string {
  return longFlag(SETTINGS[name]).slice(2);
}

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** The setting that a key names, which may be spelt `api-key-file`, `apiKeyFile` or `api_key_file`. */
export function settingNamed(key: string): SettingName | undefined {
  const plain = (text: string) => text.replace(/[-_]/g, '').toLowerCase();
  return SETTING_NAMES.find((name) => plain(name) === plain(key));
}

/**
 * The value of a setting from the text of a flag, a variable or `gemini config set`.
 * @param from what it came from, for the message
 * @throws UsageError when it cannot be the setting's
 */
export function checkedText(setting: Setting, text: string, from: string): SettingValue {
  if (text === '') throw new UsageError(`${from} is empty`);
  if (setting.choices && !setting.choices.includes(text)) {
    throw new UsageError(`${from}: "${text}" is not one of ${setting.choices.join(', ')}`);
  }
  if (setting.type === 'text' || setting.type === 'path') return text;
  if (setting.type === 'list') return [text];
  const pattern = setting.type === 'count' ? /^\d{1,6}$/ : /^\d{1,9}(\.\d{1,6})?$/;
  if (!pattern.test(text)) {
    const wanted = setting.type === 'count' ? 'a whole number from 0' : 'a number of seconds from 0';
    throw new UsageError(`${from}: "${text}" is not ${wanted}`);
  }
  return Number(text);
}

/**
 * The value of a setting as it stands in the user's file.
 * @throws UsageError when it is of another type, cannot be the setting's, or is a secret
 */
export function checkedJson(setting: Setting, value: unknown, from: string): SettingValue {
  if (setting.notInFile) {
    throw new UsageError(`${from} cannot be set in a file`, { hint: setting.notInFile });
  }
  if (setting.type === 'list') {
    if (!Array.isArray(value) || !value.every((line) => typeof line === 'string')) {
      throw wrongType(from, 'a list of texts', value);
    }
    for (const line of value) refuseSecret(line, from);
    return value;
  }
  const wanted = setting.type === 'text' || setting.type === 'path' ? 'string' : 'number';
  if (typeof value !== wanted) {
    throw wrongType(from, wanted === 'string' ? 'a text in quotes' : 'a number without quotes', value);
  }
  refuseSecret(String(value), from);
  return checkedText(setting, String(value), from);
}

function wrongType(from: string, wanted: string, value: unknown): UsageError {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return new UsageError(`${from} must be ${wanted}, not ${found}`);
}

/** A password in an address, or a header that is there to hold a secret. */
const SECRET_TEXT = /:\/\/[^/\s]*:[^/\s]*@|^[\w-]*(auth|key|token|secret|cookie|password)[\w-]*:\s/i;

function refuseSecret(text: string, from: string): void {
  if (SECRET_TEXT.test(text)) throw secretInFile(from);
}

/** @returns the error for a value that the file must not hold, which does not show it */
export function secretInFile(from: string): UsageError {
  return new UsageError(`${from} holds a secret, which does not belong in a file of settings`, {
    hint: 'name where it is instead: api-key-file, token-file, token-command, or an environment variable',
  });
}
