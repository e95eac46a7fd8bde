import { existsSync, lstat, type realpath, type Stats, stat } from 'node:fs';
import { resolve, sep } from 'node:path';
import { InputError } from '../errors.ts';
import { displayName } from './display-name.ts';
import type { ExpandOptions } from './expand.ts';

/** What keeps a segment of a pattern from being a plain name; `\` takes the meaning from the sign after it. */
const NOT_PLAIN = /[*?[\]{}\\]|[!@+]\(/;
const NAMES_HIDDEN = /(^|[/{,(|])\\?\./;

/**
 * The files that a pattern matches, by code unit, as paths that begin like the pattern: `*`, `?`, `[a-c]`, `{a,b}`,
 * `**`, `!(a)`. Hidden files are matched only where the pattern has the dot.
 * @throws InputError when there are none
 */
export async function matchingFiles(pattern: string, options: ExpandOptions): Promise<string[]> {
  const { base, rest } = splitPattern(sep === '\\' ? pattern.replaceAll('\\', '/') : pattern);
  for (const form of new Set([rest, rest.normalize('NFC'), rest.normalize('NFD')])) {
    const files = await match(form, resolve(options.cwd, base), options.signal);
    if (files.length === 0) continue;
    if (form !== rest) {
      options.onNote?.(`note: ${displayName(pattern)} matches names that are written with other code points`);
    }
    return files.map((file) => base + file).sort();
  }
  options.signal.throwIfAborted();
  const folder = existsSync(resolve(options.cwd, base)) ? '' : `: there is no folder ${displayName(base)}`;
  throw new InputError(`no file matches ${displayName(pattern)}${folder}`);
}

/** Cut after the last folder that is named plainly: the search starts there, and results are spelled like it. */
function splitPattern(pattern: string): { base: string; rest: string } {
  const segments = pattern.split('/');
  const first = segments.findIndex((segment) => NOT_PLAIN.test(segment));
  const cut = segments.slice(0, first).reduce((length, segment) => length + segment.length + 1, 0);
  return { base: pattern.slice(0, cut), rest: pattern.slice(cut) };
}

async function match(pattern: string, cwd: string, signal: AbortSignal): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  // A "!" in front would leave files out.
  const files = await glob(/^!(?!\()/.test(pattern) ? `\\${pattern}` : pattern, {
    cwd,
    signal,
    expandDirectories: false,
    fs: linkRules({ folders: !pattern.includes('**') }),
  });
  return NAMES_HIDDEN.test(pattern) ? files : files.filter((file) => !/(^|\/)\./.test(file));
}

/**
 * How the search meets links: those to files count, also those that lead nowhere, which opening them tells. A pattern of
 * fixed depth goes through links to folders; `**` does not, since they may lead round in circles or to a file twice.
 */
function linkRules({ folders }: { folders: boolean }): { realpath: typeof realpath; stat: typeof stat } {
  type Done<Result> = (error: NodeJS.ErrnoException | null, result: Result) => void;
  const rules = {
    realpath: (path: string, done: Done<string>) => done(null, path),
    stat: (path: string, done: Done<Stats>) =>
      stat(path, (error, stats) => {
        if (error) lstat(path, done);
        else done(stats.isDirectory() && !folders ? new Error('a link to a folder') : null, stats);
      }),
  };
  return rules as unknown as ReturnType<typeof linkRules>;
}
