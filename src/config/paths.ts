import { isAbsolute, join } from 'node:path';
import { UsageError } from '../errors.ts';

/** The name of our folders: `~/.gemini` belongs to another tool. */
const NAME = 'gemini-prompt';

/**
 * The folder of settings and templates: XDG_CONFIG_HOME, or ~/.config; APPDATA on Windows.
 * @throws UsageError when the environment names no home
 */
export function configFolder(env: Readonly<Record<string, string | undefined>>): string {
  // The specification has relative values ignored: they would mean the current folder, which may be anybody's.
  if (env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME)) return join(env.XDG_CONFIG_HOME, NAME);
  if (process.platform === 'win32' && env.APPDATA) return join(env.APPDATA, NAME);
  const home = env.HOME ?? env.USERPROFILE;
  if (home) return join(home, '.config', NAME);
  throw new UsageError('there is no home folder to keep settings in', {
    hint: 'set HOME or XDG_CONFIG_HOME',
  });
}

/**
 * The folder of what is remembered between runs and can be done without, such as unfinished uploads: XDG_STATE_HOME, or
 * ~/.local/state; LOCALAPPDATA on Windows. Undefined when the environment names no home.
 */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, NAME);
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, NAME, 'state');
  const home = env.HOME ?? env.USERPROFILE;
  return home ? join(home, '.local', 'state', NAME) : undefined;
}

/** The folder of chat's sessions, in that of what is remembered. Undefined when the environment names no home. */
export function sessionsFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const folder = stateFolder(env);
  return folder === undefined ? undefined : join(folder, 'sessions');
}

/**
 * The user's file of settings.
 * @throws UsageError when the environment names no home
 */
export function userFilePath(env: Readonly<Record<string, string | undefined>>): string {
  return join(configFolder(env), 'config.json');
}
