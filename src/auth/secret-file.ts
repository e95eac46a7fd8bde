import { AuthError } from '../errors.ts';

/** Far more than any key, token or credential has; a larger file is not one. */
const MAX_SECRET_BYTES = 64 * 1024;

/**
 * Reads a file that holds one secret, surrounding white space removed.
 * @throws AuthError naming the file, never showing what it holds
 */
export async function readSecretFile(file: string, what: string): Promise<string> {
  const text = (await readBounded(file, what)).trim();
  if (text === '') throw new AuthError(`the ${what} file ${file} is empty`);
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new AuthError(`the ${what} file ${file} holds white space or control characters within its text`, {
      hint: `the file should hold the ${what} and nothing else`,
    });
  }
  return text;
}

/**
 * The text of a small file.
 * @param what it should be, for messages
 * @throws AuthError naming the file
 */
export async function readBounded(file: string, what: string): Promise<string> {
  try {
    const { readFile, stat } = await import('node:fs/promises');
    const facts = await stat(file);
    if (facts.size > MAX_SECRET_BYTES) throw new AuthError(`the ${what} file ${file} is too large for one`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof AuthError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new AuthError(`cannot read the ${what} file ${file} (${code})`, { cause: error });
  }
}
