import { type BigIntStats, lstatSync, readlinkSync, statSync } from 'node:fs';
import { GeminiError, InputError } from '../errors.ts';
import { displayName } from './display-name.ts';

const SENTENCES: Readonly<Record<string, string>> = {
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  ELOOP: 'is a link that leads back to itself',
  ENAMETOOLONG: 'is a name too long for a file',
  ENOTDIR: 'cannot be reached: a part of its path is not a folder',
  EISDIR: 'is a folder, not a file',
  EMFILE: 'cannot be opened: too many files are open',
  ENFILE: 'cannot be opened: too many files are open on this machine',
  ERR_INVALID_ARG_VALUE: 'is not a possible file name',
};

/** The error for what is there but is no regular file. */
export function notAFile(stats: BigIntStats, path: string): InputError {
  const name = displayName(path);
  if (stats.isDirectory()) {
    return new InputError(`${name} is a folder, not a file`, { hint: 'name the files in it' });
  }
  if (stats.isFIFO()) {
    return new InputError(`${name} is a pipe, not a file`, {
      hint: 'save what it gives to a file, and name that',
    });
  }
  if (stats.isSocket()) return new InputError(`${name} is a socket, not a file`);
  return new InputError(`${name} is a device, not a file`);
}

/** The error for a file that is no longer what was looked at first. */
export function changed(path: string): InputError {
  return new InputError(`${displayName(path)} was changed while it was being sent`, {
    hint: 'send it again when nothing writes to it any more',
  });
}

/**
 * The error for a file that could not be opened or looked at, in words, with the likely slip where one can be told.
 * @param path as the person wrote it; `absolute` is where it was looked for
 */
export function openFailure(error: unknown, absolute: string, path: string): GeminiError {
  if (error instanceof GeminiError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return missing(error, absolute, path);
  // A socket cannot be opened at all: ENXIO on Linux, EOPNOTSUPP on macOS.
  const stats = attempt(() => statSync(absolute, { bigint: true }));
  if (stats && !stats.isFile()) return notAFile(stats, path);
  const why = Object.hasOwn(SENTENCES, code) ? SENTENCES[code] : `cannot be read (${code || String(error)})`;
  return new InputError(`${displayName(path)} ${why}`, { cause: error });
}

function missing(error: unknown, absolute: string, path: string): GeminiError {
  const name = displayName(path);
  if (attempt(() => lstatSync(absolute))?.isSymbolicLink()) {
    const target = attempt(() => readlinkSync(absolute)) ?? '?';
    return new InputError(`${name} is a link to ${displayName(target)}, which does not exist`, {
      cause: error,
    });
  }
  const hint = path.startsWith('~')
    ? 'the shell expands ~ only unquoted and at the start of a word; write "$HOME/..." instead'
    : path.includes('\ufffd')
      ? 'the name is not UTF-8; rename the file'
      : undefined;
  return new InputError(`${name}: there is no such file`, { cause: error, ...(hint ? { hint } : {}) });
}

function attempt<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
