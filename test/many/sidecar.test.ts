import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSidecars } from '../../src/many/sidecar.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { recordOf } from './records.ts';

describe('sidecars', () => {
  it('stand beside their inputs, whole, and are not written over when they are there from before', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'in'));
    const sidecars = createSidecars({ cwd, extension: '.txt', folder: undefined });
    const source = { name: 'in/a.png', path: 'in/a.png' };
    await sidecars.write(recordOf('in/a.png'), source, false);
    expect(readFileSync(join(cwd, 'in/a.png.txt'), 'utf8')).toBe('what in/a.png shows\n');
    writeFileSync(join(cwd, 'in/a.png.txt'), 'better words');
    await sidecars.write(recordOf('in/a.png'), source, true);
    expect(readFileSync(join(cwd, 'in/a.png.txt'), 'utf8')).toBe('better words');
    await sidecars.write(recordOf('in/a.png', { text: 'new' }), source, false);
    expect(readFileSync(join(cwd, 'in/a.png.txt'), 'utf8')).toBe('new\n');
    expect(readdirSync(join(cwd, 'in'))).toEqual(['a.png.txt']);
  });

  it('hold the record as JSON, and two parts of one file are two', async () => {
    const cwd = temporaryFolder();
    const sidecars = createSidecars({ cwd, extension: '.json', folder: undefined });
    for (const name of ['a.mp4#t=0:10', 'a.mp4#t=10']) {
      await sidecars.write(recordOf(name), { name, path: 'a.mp4' }, false);
    }
    const names = readdirSync(cwd);
    expect(names).toHaveLength(2);
    const sources = names.map((name) => JSON.parse(readFileSync(join(cwd, name), 'utf8')).source);
    expect(sources.sort()).toEqual(['a.mp4#t=0:10', 'a.mp4#t=10']);
  });

  it('stay in their folder, whatever an input is called', async () => {
    const cwd = temporaryFolder();
    const folder = join(cwd, 'out');
    const sidecars = createSidecars({ cwd, extension: '.txt', folder: 'out' });
    const segment = fc.oneof(
      fc.constantFrom('..', '.', '', 'con', 'a', 'C:', 'x'.repeat(300)),
      fc.string({ maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 4 }), async (segments) => {
        const name = segments.join('/');
        await sidecars.write(recordOf(name), { name, path: name }, false);
      }),
      { numRuns: 40 },
    );
    const written = readdirSync(cwd, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.txt'),
    );
    expect(written.length).toBeGreaterThan(0);
    expect(written.every((name) => !relative(folder, resolve(cwd, name)).startsWith('..'))).toBe(true);
  });
});
