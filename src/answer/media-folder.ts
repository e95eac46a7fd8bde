import { access, constants, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '../errors.ts';
import { writeFailure } from '../terminal/io.ts';

/**
 * Writes a file that was not there: the first free name of `answer-1.png`, `answer-2.png`, … Nothing is overwritten,
 * and a link of that name, even a dangling one, is not followed but passed over (O_EXCL). No part of the name comes
 * from the server, so that it cannot leave the folder.
 * @param from the number to begin with
 * @returns the name and its number
 * @throws InputError when it cannot be written; nothing of it is left then
 */
export async function writeNewFile(
  folder: string,
  { from, extension }: { from: number; extension: string },
  bytes: Uint8Array,
): Promise<{ name: string; number: number }> {
  let taken: ReadonlySet<string> | undefined;
  for (let number = from; ; number++) {
    const name = `answer-${number}.${extension}`;
    if (taken?.has(name)) continue;
    const path = join(folder, name);
    try {
      await writeExclusively(path, bytes);
      return { name, number };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotWrite(path, error);
    }
    // To try each name of ten thousand takes long.
    taken ??= new Set(await readdir(folder).catch(() => []));
  }
}

async function writeExclusively(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes).finally(() => file.close());
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function cannotWrite(path: string, error: unknown): InputError {
  const cause = error instanceof Error ? error : new Error(String(error));
  const hint = 'name a folder with --output-dir';
  return new InputError(`cannot write ${path}: ${writeFailure(cause)}`, { hint, cause });
}

/**
 * Makes the folder if it is not there, and checks that files can be made in it.
 * @throws InputError when not
 */
export async function openFolder(path: string, name: string): Promise<void> {
  if (name === '') throw new InputError('--output-dir names no folder');
  try {
    await makeFolder(path);
    await access(path, constants.W_OK);
  } catch (error) {
    const cause: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
    const reason = cause.code === 'EEXIST' ? 'it is not a folder' : writeFailure(cause);
    throw new InputError(`cannot save files in ${name}: ${reason}`, { cause });
  }
}

/** As `mkdir -p`. Node's own never ends where mkdir says ENOENT though the parent is there, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeFolder(dirname(path));
      await mkdir(path);
    } else if (!(await isFolder(path))) {
      throw error;
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
