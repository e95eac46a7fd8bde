import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandWords } from '../child-process/command-words.ts';
import { InputError } from '../errors.ts';

export type EditTextOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the editor. */
  readonly signal: AbortSignal;
};

/**
 * Has a text edited in the person's own editor: $VISUAL, $EDITOR, or vi (notepad on Windows). It lies meanwhile in a file
 * that nobody else can read, and that is removed in any case.
 * @returns the text as it was saved, without the newline that editors put at the end
 * @throws InputError when the editor cannot be run or fails, so that the text is as before; the signal's reason
 */
export async function editText(text: string, { env, signal }: EditTextOptions): Promise<string> {
  signal.throwIfAborted();
  const command = env.VISUAL || env.EDITOR || (process.platform === 'win32' ? 'notepad' : 'vi');
  // mkdtemp makes a folder for its owner alone.
  const folder = await mkdtemp(join(tmpdir(), 'gemini-edit-'));
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  try {
    const file = join(folder, 'message.md');
    await writeFile(file, text === '' ? '' : `${text}\n`, { mode: 0o600, flag: 'wx' });
    await runEditor(command, file, signal);
    return (await readFile(file, 'utf8'))
      .replace(/^\ufeff/, '')
      .replaceAll('\r\n', '\n')
      .replace(/\n$/, '');
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof InputError ? error : failed(command, String(error), error);
  } finally {
    process.off('exit', removeNow);
    await rm(folder, { recursive: true, force: true });
  }
}

function runEditor(command: string, file: string, signal: AbortSignal): Promise<void> {
  const [program = '', ...args] = commandWords(command, (problem) => failed(command, `its name ${problem}`));
  return new Promise((resolve, reject) => {
    // On Windows many editors are batch files, which only a shell can run.
    const child =
      process.platform === 'win32'
        ? spawn(`${command} "${file}"`, { stdio: 'inherit', shell: true, signal })
        : spawn(program, [...args, file], { stdio: 'inherit', signal });
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(failed(command, error.code === 'ENOENT' ? 'it was not found' : error.message, error)),
    );
    child.on('close', (code, ended) => {
      if (code === 0) resolve();
      else reject(failed(command, ended ? `ended by ${ended}` : `exit code ${code}`));
    });
  });
}

function failed(command: string, why: string, cause?: unknown): InputError {
  return new InputError(`the editor ${command} failed: ${why}`, {
    hint: 'the text is unchanged; set VISUAL or EDITOR to another editor',
    cause,
  });
}
