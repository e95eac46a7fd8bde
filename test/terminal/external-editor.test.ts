import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { InputError, InterruptedError } from '../../src/errors.ts';
import { editText } from '../../src/terminal/external-editor.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';

/** An editor that notes the name of its file and then does as the script says; `file()` is that name. */
function editor(script: string): { command: string; folder: string; file(): string } {
  const folder = temporaryFolder();
  const program = join(folder, 'my editor');
  writeFileSync(program, `#!/bin/sh\ncd '${folder}'\nfor file; do :; done\necho "$file" > log\n${script}\n`);
  chmodSync(program, 0o700);
  const log = join(folder, 'log');
  const file = () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd() : '');
  return { command: `'${program}' --wait`, folder, file };
}

const signal = new AbortController().signal;
const windows = process.platform === 'win32';

it.skipIf(windows)('edits a text in a file that only its owner can read, and removes it', async () => {
  const { command, folder, file } = editor(
    'ls -ld "$(dirname "$file")" "$file" | cut -c1-10 > modes; printf "new\\nlines\\n\\n" >> "$file"',
  );
  expect(await editText('old', { env: { VISUAL: command, EDITOR: 'false' }, signal })).toBe(
    'old\nnew\nlines\n',
  );
  expect(readFileSync(join(folder, 'modes'), 'utf8')).toBe('drwx------\n-rw-------\n');
  expect(existsSync(dirname(file()))).toBe(false);
});

it.skipIf(windows)('says which editor failed, and how', async () => {
  const failing = editor('exit 3');
  const fault = await editText('old', { env: { EDITOR: failing.command }, signal }).catch((error) => error);
  expect(fault).toBeInstanceOf(InputError);
  expect(fault.message).toMatch(/my editor.*3/);
  expect(existsSync(dirname(failing.file()))).toBe(false);
  await expect(editText('', { env: { EDITOR: 'no-such-editor' }, signal })).rejects.toThrow(
    /no-such-editor.*not found/,
  );
  await expect(editText('', { env: { EDITOR: '"vi' }, signal })).rejects.toThrow(InputError);
});

it.skipIf(windows)('ends the editor when the run ends, and leaves nothing behind', async () => {
  const stop = new AbortController();
  const slow = editor('exec sleep 60');
  const edited = editText('old', { env: { EDITOR: slow.command }, signal: stop.signal });
  while (slow.file() === '') await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new InterruptedError('SIGTERM'));
  await expect(edited).rejects.toBe(stop.signal.reason);
  expect(existsSync(dirname(slow.file()))).toBe(false);
});
