import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { fileOutput } from '../../src/terminal/file-output.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-output-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('an output file', () => {
  it('appears whole, and only when published', async () => {
    const path = join(folder, 'answer.md');
    const output = await fileOutput(path);
    await output.write('new');
    await expect(stat(path)).rejects.toThrow();
    await output.publish();
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['answer.md']);
    expect(await output.abandon()).toBeUndefined();
  });

  it('takes the place and the permissions of the old one, through a link', async () => {
    const path = join(folder, 'answer.md');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    await symlink('answer.md', join(folder, 'link.md'));
    const output = await fileOutput(join(folder, 'link.md'));
    await output.write('new');
    expect(await readFile(path, 'utf8')).toBe('old');
    await output.publish();
    expect(await readFile(join(folder, 'link.md'), 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect((await readdir(folder)).sort()).toEqual(['answer.md', 'link.md']);
  });

  it('keeps what came as FILE.partial when it is given up', async () => {
    const path = join(folder, 'answer.md');
    await writeFile(path, 'old');
    const output = await fileOutput(path);
    await output.write('half of ');
    await output.write('it');
    expect(await output.abandon()).toBe(`${path}.partial`);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readFile(`${path}.partial`, 'utf8')).toBe('half of it');
    expect((await readdir(folder)).sort()).toEqual(['answer.md', 'answer.md.partial']);
  });

  it('leaves nothing behind when nothing came', async () => {
    const output = await fileOutput(join(folder, 'answer.md'));
    expect(await output.abandon()).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it('has a name of any length', async () => {
    const name = `${'ä'.repeat(126)}.md`;
    const output = await fileOutput(join(folder, name));
    await output.write('x');
    await output.publish();
    const again = await fileOutput(join(folder, name));
    await again.write('y');
    const partial = await again.abandon();
    expect(await readFile(partial ?? '', 'utf8')).toBe('y');
    expect(await readFile(join(folder, name), 'utf8')).toBe('x');
  });

  it('may be a device', async () => {
    const output = await fileOutput('/dev/null');
    await output.write('x');
    await output.publish();
    expect((await stat('/dev/null')).isFile()).toBe(false);
  });

  it('refuses before anything is written where it cannot be', async () => {
    await mkdir(join(folder, 'sub'));
    for (const path of [join(folder, 'sub'), join(folder, 'no', 'answer.md'), '', join(folder, 'new/')]) {
      await expect(fileOutput(path)).rejects.toBeInstanceOf(InputError);
    }
  });

  it('says that there is no space left', async () => {
    const output = await fileOutput('/dev/full');
    await output.write('x').catch(() => {});
    await expect(output.publish()).rejects.toThrow(/dev.full: no space left/);
  });
});
