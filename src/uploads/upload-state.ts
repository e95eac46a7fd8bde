import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from './digest.ts';

/**
 * What is remembered of uploads between runs, one JSON value by key: where one was broken off, and what is at the
 * service already. It only ever saves work, so that nothing here fails: what cannot be read is not there, and what
 * cannot be written is said once.
 */
export type UploadState = {
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
};

/** Cloud Storage keeps a broken upload for 7 days and the Files API a file for 2: what is older helps nobody. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** The name of what belongs together: a content, at a store, of an account. */
export function stateKey(...facts: readonly string[]): string {
  return sha256Hex(JSON.stringify(facts)).slice(0, 40);
}

/**
 * Keeps each value in a file of its own, replaced as a whole, for its owner's eyes only: an upload URL lets whoever
 * has it write.
 * @param folder made when something is written; undefined: nothing is remembered
 * @param onNote gets one line when nothing can be written
 */
export function openUploadState(
  folder: string | undefined,
  onNote: (line: string) => void = () => {},
): UploadState {
  if (folder === undefined) return FORGETFUL;
  const fileOf = (key: string) => join(folder, `${key}.json`);
  let failed = false;
  return {
    async read(key) {
      try {
        return JSON.parse(await readFile(fileOf(key), 'utf8'));
      } catch {
        return undefined;
      }
    },
    async write(key, value) {
      if (failed) return;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await replaceFile(fileOf(key), JSON.stringify(value));
        await removeOld(folder);
      } catch (error) {
        failed = true;
        const code = (error as NodeJS.ErrnoException).code ?? 'error';
        onNote(`note: uploads cannot be remembered in ${folder} (${code})`);
      }
    },
    async remove(key) {
      await rm(fileOf(key), { force: true }).catch(() => {});
    },
  };
}

const FORGETFUL: UploadState = {
  read: async () => undefined,
  write: async () => {},
  remove: async () => {},
};

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text).finally(() => file.close());
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Also what a killed run left half-written. */
async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/\.(json|tmp)$/.test(name)) continue;
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts && Date.now() - facts.mtimeMs > KEPT_MS) await rm(path, { force: true });
  }
}
