import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sessionsFolder } from '../../config/paths.ts';
import { MODEL_FAMILIES } from '../../models/families.ts';
import { listSessions } from '../../sessions/session-store.ts';
import type { Chat } from './chat-state.ts';
import { SLASH_COMMANDS } from './slash-commands.ts';
import { queuedNames } from './slash-message.ts';

export type Completions = { readonly candidates: readonly string[]; readonly fragment: string };

const NONE: Completions = { candidates: [], fragment: '' };

/** What can stand after a command's name, for those that take one of several things. */
const ARGUMENTS: Readonly<Record<string, (chat: Chat) => readonly string[] | Promise<readonly string[]>>> = {
  detach: queuedNames,
  load: sessionNames,
  model: () => MODEL_FAMILIES.flatMap(({ name }) => name.split(', ')),
  export: () => ['md', 'json', 'request'],
};

/** What can stand at the end of a line that is being typed: names of commands, and of what they take. */
export async function completeLine(chat: Chat, line: string): Promise<Completions> {
  const [, name, gap, rest = ''] = /^\/([\w-]*)(\s+)?([\s\S]*)$/.exec(line) ?? [];
  if (name === undefined) return NONE;
  if (gap === undefined) {
    const candidates = Object.keys(SLASH_COMMANDS)
      .filter((each) => each.startsWith(name))
      .map((each) => `/${each} `);
    return { candidates, fragment: `/${name}` };
  }
  if (name === 'attach' || (name === 'export' && /\s/.test(rest))) return completePath(chat, rest);
  if ((name === 'system' || name === 'tools') && rest.startsWith('@')) {
    return completePath(chat, rest.slice(1));
  }
  const list = Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] : undefined;
  if (!list) return NONE;
  const candidates = (await list(chat)).filter((each) => each.startsWith(rest));
  return { candidates, fragment: rest };
}

async function sessionNames({ context }: Chat): Promise<string[]> {
  const folder = sessionsFolder(context.env);
  return folder === undefined ? [] : (await listSessions(folder)).map(({ name }) => name);
}

/** Spaces in names are typed with a backslash before them. */
async function completePath({ context }: Chat, rest: string): Promise<Completions> {
  const fragment = /(?:\\.|[^\s\\])*$/.exec(rest)?.[0] ?? '';
  const typed = fragment.replace(/\\(.)/g, '$1');
  const slash = typed.lastIndexOf('/') + 1;
  const folder = typed.slice(0, slash);
  const start = typed.slice(slash);
  const home = context.env.HOME;
  const place =
    folder.startsWith('~/') && home ? join(home, folder.slice(2)) : resolve(context.cwd, folder || '.');
  const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
  const candidates = entries
    .filter(({ name }) => name.startsWith(start) && (start.startsWith('.') || !name.startsWith('.')))
    // A control character cannot be typed, and must not be shown.
    .filter(({ name }) => !/\p{Cc}/u.test(name))
    .map((entry) => escaped(folder + entry.name) + (entry.isDirectory() ? '/' : ' '))
    .sort();
  return { candidates, fragment };
}

function escaped(path: string): string {
  return path.replace(/[\s\\"']/g, (character) => `\\${character}`);
}
