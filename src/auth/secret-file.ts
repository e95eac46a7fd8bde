import { AuthError } from '../errors.ts';

/** Far more than any key or token has; a larger file is not one. */
const MAX_SECRET_BYTES = 64 * 1024;

/**
 * Reads a file that holds one secret, surrounding white space removed.
 * @throws AuthError naming the file, never showing what it holds
 */
export async function readSecretFile(file: string, what: string): Promise<string> {
  let text: string;
  try {
    const { readFile, stat } = await import('node:fs/promises');
    const facts = await stat(file);
    if (facts.size > MAX_SECRET_BYTES) throw new AuthError(`${file} is too large to hold an ${what}`);
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (error instanceof AuthError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new AuthError(`cannot read the ${what} file ${file} (${code})`, { cause: error });
  }
  if (text === '') throw new AuthError(`the ${what} file ${file} is empty`);
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new AuthError(`the ${what} file ${file} holds white space or control characters within its text`, {
      hint: `the file should hold the ${what} and nothing else`,
    });
  }
  return text;
}
