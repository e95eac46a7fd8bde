import { readFileSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import { userFilePath } from './paths.ts';
import type { UserFile } from './user-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the user's file, JSON with comments. No other file is ever read for settings, least of all one of the working
 * directory, which may be somebody else's. Without one, this costs a tenth of a millisecond at start.
 * @returns a function that gives it; undefined when there is none
 * @throws UsageError from that function: a run that needs no settings does not fail for them
 */
export async function loadUserFile(env: Environment): Promise<() => UserFile | undefined> {
  // Nobody without a home has settings.
  if (!env.HOME && !env.USERPROFILE && !env.XDG_CONFIG_HOME) return () => undefined;
  try {
    const path = userFilePath(env);
    const text = readIfThere(path);
    if (text === undefined) return () => undefined;
    const { parseSettings, readUserFile } = await import('./user-file.ts');
    const value = await parseSettings(text, path);
    return () => readUserFile(value, { path, home: env.HOME });
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/**
 * The file's text; undefined when it is not there.
 * @throws UsageError when it cannot be read
 */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UsageError(`cannot read ${path} (${code})`, { cause: error });
  }
}
