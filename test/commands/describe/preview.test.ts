import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, temporaryFolder } from '../../helpers/run-gemini.ts';
import { startAnswering } from './answering-server.ts';
import { pictures } from './picture.ts';
import { recordsOf, runDescribe } from './run-describe.ts';

describe('without sending', () => {
  it('each request is a line, the very one that a run sends', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 3);
    const bodies: string[] = [];
    const { env, args, asked } = await startAnswering();
    const dry = await runDescribe([...args, '*.png', 'gone.png', '--dry-run'], { env, cwd });
    const lines = recordsOf(dry.stdout) as { contents: { parts: { inlineData?: { data: string } }[] }[] }[];
    for (const { contents } of lines) bodies.push(contents[0]?.parts[0]?.inlineData?.data ?? '');
    expect(new Set(bodies).size).toBe(3);
    expect(dry.error?.exitCode).toBe(9);
    expect(dry.error?.message).toContain('1 of 4');
    const http = await runDescribe([...args, '000000.png', '--dry-run=http'], { env, cwd });
    expect(http.stdout).toMatch(/^POST http.*:generateContent\n(.*\n)*\n\{"contents"/);
    expect(http.stdout).not.toContain(env.GEMINI_API_KEY);
    // One alone fails as itself.
    expect((await runDescribe([...args, 'gone.png', '--dry-run'], { env, cwd })).error?.exitCode).toBe(3);
    expect(asked).toEqual([]);
    // Nothing counts as done.
    expect(readdirSync(cwd)).toEqual(['000000.png', '000001.png', '000002.png']);
  });

  it('a plan says what all of it comes to', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 4);
    copyFileSync(join(EXAMPLES, 'coffee.jpg'), join(cwd, 'coffee.jpg'));
    const { env, args, asked } = await startAnswering();
    const model = ['-m', 'gemini-3.5-flash'];
    const plan = async (...more: string[]) =>
      JSON.parse(
        (await runDescribe([...args, ...model, '--plan', '--format', 'json', ...more], { env, cwd })).stdout,
      );
    const one = await plan('coffee.jpg');
    const all = await plan('.');
    expect(all).toMatchObject({ requests: 5, unknown: 0, kinds: { image: { files: 5, uploads: 0 } } });
    expect(all.kinds.image.bytes).toBeGreaterThan(one.kinds.image.bytes);
    expect(all.tokens).toBe(5 * one.tokens);
    expect(all.price.input).toBeCloseTo(5 * one.price.input);
    expect(await plan('.', '--upload', 'always')).toMatchObject({ kinds: { image: { uploads: 5 } } });
    const table = await runDescribe([...args, ...model, '.', '--plan'], { env, cwd });
    expect(table.stdout).toMatch(/^image +5 /m);
    expect(table.stdout).toContain('$');
    expect(asked).toEqual([]);
  });
});
