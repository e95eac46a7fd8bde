import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { displayName } from './display-name.ts';
import type { ExpandOptions } from './expand.ts';
import { openFailure } from './file-faults.ts';

/**
 * The files in a folder that are not hidden, by code unit, as paths that begin like the one given. Links to files count;
 * links to folders are not followed, so that there is no way round in circles.
 * @param deep those in folders below it too
 * @throws InputError when there are none, or the folder cannot be read
 */
export async function folderFiles(
  folder: string,
  options: ExpandOptions & { readonly deep: boolean },
): Promise<string[]> {
  const spelled = await asSpelled(folder, options);
  const prefix = spelled === '' || spelled.endsWith('/') ? spelled : `${spelled}/`;
  const files: string[] = [];
  let others = false;
  const visit = async (below: string) => {
    options.signal.throwIfAborted();
    for (const entry of await entriesOf(prefix + below, options.cwd)) {
      if (entry.name.startsWith('.')) continue;
      const name = below + entry.name;
      if (await isFile(entry, resolve(options.cwd, prefix + name))) files.push(prefix + name);
      else if (!entry.isDirectory()) continue;
      else if (options.deep) await visit(`${name}/`);
      else others = true;
    }
  };
  await visit('');
  if (files.length > 0) return files.sort();
  throw new InputError(`${displayName(folder === '' ? '**' : folder)} holds no files`, {
    ...(others ? { hint: `${displayName(join(folder, '**'))} takes the files in its folders too` } : {}),
  });
}

async function entriesOf(folder: string, cwd: string): Promise<Dirent[]> {
  const absolute = resolve(cwd, folder);
  try {
    return await readdir(absolute, { withFileTypes: true });
  } catch (error) {
    throw openFailure(error, absolute, folder === '' ? '.' : folder);
  }
}

async function isFile(entry: Dirent, absolute: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  // A link that leads nowhere is a mistake to be told, not to be passed over.
  return stat(absolute).then(
    (target) => target.isFile(),
    () => true,
  );
}

/** The folder as its disk spells it: composed (NFC) or decomposed (NFD) letters. */
async function asSpelled(folder: string, { cwd, onNote }: ExpandOptions): Promise<string> {
  for (const form of [folder, folder.normalize('NFC'), folder.normalize('NFD')]) {
    const stats = await stat(resolve(cwd, form)).catch(() => undefined);
    if (!stats) continue;
    if (form !== folder) onNote?.(`note: ${displayName(folder)} is written with other code points on disk`);
    return form;
  }
  return folder;
}
