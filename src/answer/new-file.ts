import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
  for (let number = from; ; number++) {
    const name = `answer-${number}.${extension}`;
    const path = join(folder, name);
    try {
      const file = await open(path, 'wx');
      try {
        await file.writeFile(bytes).finally(() => file.close());
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      return { name, number };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      const cause = error instanceof Error ? error : new Error(String(error));
      throw new InputError(`cannot write ${path}: ${writeFailure(cause)}`, {
        hint: 'name a folder with --output-dir',
        cause,
      });
    }
  }
}
