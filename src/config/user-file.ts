import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import {
  checkedJson,
  keyOf,
  SETTING_NAMES,
  type SettingValue,
  secretInFile,
  settingNamed,
} from './check-value.ts';
import { SETTINGS, type SettingName } from './settings.ts';

/** The user's settings, as they stand in one file: those for every run, and named profiles of others. */
export type UserFile = {
  readonly path: string;
  readonly settings: Layer;
  readonly profiles: ReadonlyMap<string, Layer>;
};

export type Layer = ReadonlyMap<SettingName, SettingValue>;

/** @throws UsageError naming line and column */
export async function parseSettings(text: string, path: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    // It may still be JSON with comments: the parser for that is loaded only then.
  }
  const { parse, printParseErrorCode } = await import('jsonc-parser');
  const errors: Parameters<typeof parse>[1] = [];
  const value: unknown = parse(text.replace(/^\ufeff/, ' '), errors, {
    allowTrailingComma: true,
    allowEmptyContent: true,
  });
  const [first] = errors;
  if (!first) return value ?? {};
  const before = text.slice(0, first.offset).split('\n');
  throw new UsageError(
    `${path}:${before.length}:${(before.at(-1) ?? '').length + 1}: ${printParseErrorCode(first.error)}`,
    { hint: 'settings are one JSON object; comments are fine' },
  );
}

/** Where the file is, and what `~` stands for in it. */
type Place = { readonly path: string; readonly home: string | undefined };

/** @throws UsageError naming the first key that cannot be */
export function readUserFile(value: unknown, place: Place): UserFile {
  const { path } = place;
  const { profiles: named = {}, ...rest } = objectAt(value, path);
  const profiles = new Map<string, Layer>();
  for (const [name, settings] of Object.entries(objectAt(named, `${path}: profiles`))) {
    const layer = readLayer(objectAt(settings, `${path}: profiles.${name}`), place, `profiles.${name}.`);
    if (layer.has('profile')) throw new UsageError(`${path}: profile "${name}" cannot name another profile`);
    profiles.set(name, layer);
  }
  return { path, settings: readLayer(rest, place, ''), profiles };
}

function readLayer(settings: Record<string, unknown>, place: Place, prefix: string): Layer {
  const layer = new Map<SettingName, SettingValue>();
  for (const [key, value] of Object.entries(settings)) {
    const from = `${place.path}: ${prefix}${key}`;
    const name = settingNamed(key);
    if (!name) throw unknownKey(key, from);
    if (layer.has(name)) throw new UsageError(`${from} is there twice`);
    const checked = checkedJson(SETTINGS[name], value, from);
    layer.set(name, SETTINGS[name].type === 'path' ? fromItsFolder(place, String(checked)) : checked);
  }
  return layer;
}

/** @returns the error for a key that is no setting's, with the one it was probably meant to be */
export function unknownKey(key: string, from = key): UsageError {
  if (/key|token|secret|password|credential|authorization/i.test(key)) return secretInFile(from);
  const near = nearest(key, SETTING_NAMES.map(keyOf));
  return new UsageError(`${from} is not a setting`, {
    hint: near ? `did you mean ${near}?` : 'see: gemini config list',
  });
}

function fromItsFolder({ path, home }: Place, file: string): string {
  return home && file.startsWith('~/') ? join(home, file.slice(2)) : resolve(dirname(path), file);
}

function objectAt(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new UsageError(`${where} must be a JSON object`);
}
