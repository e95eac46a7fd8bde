import { keyOf, SETTING_NAMES, settingNamed } from '../config/check-value.ts';
import { changeUserFile } from '../config/edit-user-file.ts';
import { userFilePath } from '../config/paths.ts';
import { SETTINGS, type SettingName } from '../config/settings.ts';
import { unknownKey } from '../config/user-file.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { escapeJson, oneLine } from '../terminal/sanitize.ts';
import { styleFor } from '../terminal/style.ts';
import { renderTable } from '../terminal/table.ts';

/** `gemini config list`: every setting with its value and where that came from. */
export async function listConfig(context: Context, { format }: { format: 'text' | 'json' }): Promise<void> {
  const { io, config, mask } = context;
  const rows = SETTING_NAMES.map((name) => ({
    key: keyOf(name),
    value: settingText(name, context),
    from: config.origin(name) ?? ('default' in SETTINGS[name] ? 'default' : undefined),
  }));
  if (format === 'json') {
    const list = rows.map(({ key, value, from }) => ({ key, value: value ?? null, from: from ?? null }));
    await io.stdout.write(mask(`${escapeJson(JSON.stringify(list, undefined, 2))}\n`));
    return;
  }
  const table = renderTable(
    [{ title: 'setting' }, { title: 'value' }, { title: 'from' }],
    rows.map(({ key, value, from }) => [key, oneLine(value ?? ''), oneLine(from ?? '')]),
    { style: await styleFor(io.stdout) },
  );
  await io.stdout.write(mask(`${table.join('\n')}\n`));
}

/**
 * `gemini config get KEY`.
 * @throws UsageError when it is no setting, or not set
 */
export async function getConfig(context: Context, key: string): Promise<void> {
  const name = settingNamed(key);
  if (!name) throw unknownKey(key);
  const value = settingText(name, context);
  if (value === undefined) throw new UsageError(`${keyOf(name)} is not set`);
  await context.io.stdout.write(context.mask(`${value}\n`));
}

/**
 * `gemini config set KEY VALUE...` and, without values, `unset KEY`: changes the user's file, or a profile in it.
 * @throws UsageError for a key or value that cannot be
 */
export async function changeConfig(
  { env, note }: Context,
  change: { key: string; values: readonly string[] | undefined; profile: string | undefined },
): Promise<void> {
  note(`changed ${await changeUserFile(env, change)}`);
}

/** `gemini config path`: where the user's file is, or would be. */
export async function printConfigPath({ io, env }: Context): Promise<void> {
  await io.stdout.write(`${userFilePath(env)}\n`);
}

function settingText(name: SettingName, { config }: Context): string | undefined {
  return SETTINGS[name].type === 'list' ? config.list(name).join(', ') || undefined : config.text(name);
}
