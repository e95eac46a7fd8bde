import { readdir } from 'node:fs/promises';
import { sessionsFolder } from '../config/paths.ts';
import { KNOWN_MODELS } from '../models/known-models.ts';
import { listSessions } from '../sessions/session-store.ts';
import { templatesFolder } from './templates.ts';

/** The models that can be named without asking a service. */
export function modelNames(): readonly string[] {
  return KNOWN_MODELS;
}

/** The sessions of chat, those used last first; none where their folder cannot be read. */
export async function sessionNames(
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const folder = sessionsFolder(env);
  if (folder === undefined) return [];
  try {
    return (await listSessions(folder)).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** The saved prompts; none where their folder cannot be read. */
export async function templateNames(
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  try {
    const files = await readdir(templatesFolder(env));
    return files.flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []).sort();
  } catch {
    return [];
  }
}
