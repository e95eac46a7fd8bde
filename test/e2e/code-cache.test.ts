import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runGemini, temporaryFolder } from '../helpers/run-gemini.ts';

const ASK = ['ask', '-b', 'emulator', 'hello'];

/** The files of compiled code that runs with this home have left. */
function kept(home: string): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .map((name) => join(home, name))
    .filter((path) => /\.js\.\d+$/.test(path) && statSync(path).isFile());
}

// Node 22 keeps compiled code itself, and then we do not.
describe.skipIf('enableCompileCache' in module)('compiled code between runs', () => {
  it('is kept for its owner alone, read again, and made anew when it is spoilt or anybody could have written it', async () => {
    const home = temporaryFolder();
    const env = { XDG_CACHE_HOME: home };
    const first = await runGemini(ASK, { env });
    const files = kept(home);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);

    const written = files.map((file) => statSync(file).mtimeMs);
    expect(await runGemini(ASK, { env })).toEqual(first);
    expect(files.map((file) => statSync(file).mtimeMs)).toEqual(written);

    for (const file of files) {
      const code = readFileSync(file);
      // What a power cut may leave: a file of the right length with nothing in it.
      writeFileSync(file, Buffer.alloc(code.length));
    }
    expect(await runGemini(ASK, { env })).toEqual(first);
    for (const file of files) expect(readFileSync(file).some((byte) => byte !== 0)).toBe(true);

    const [open = ''] = files;
    chmodSync(open, 0o666);
    expect(await runGemini(ASK, { env })).toEqual(first);
    expect(statSync(open).mode & 0o777).toBe(0o600);
  });

  it('is done without where there is no home to keep it in', async () => {
    expect(await runGemini(ASK, { env: { XDG_CACHE_HOME: '/dev/null' } })).toMatchObject({ code: 0 });
    expect(await runGemini(ASK, { env: { XDG_CACHE_HOME: '', HOME: '' } })).toMatchObject({ code: 0 });
  });
});
