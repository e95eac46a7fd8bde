import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../helpers/run-gemini.ts';
import { withEmulator } from '../../helpers/with-emulator.ts';
import { refuse, startAnswering } from './answering-server.ts';
import { picture, pictures } from './picture.ts';
import { recordsOf, runDescribe } from './run-describe.ts';

it('a token that ends in the middle of a run is fetched once more, by one for all', async () => {
  const cwd = temporaryFolder();
  pictures(join(cwd, 'in'), 60);
  const calls = join(cwd, 'calls');
  writeFileSync(calls, '');
  const command = join(cwd, 'token.mjs');
  writeFileSync(
    command,
    `import { appendFileSync, readFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(calls)}, 'x');
     console.log('token-' + readFileSync(${JSON.stringify(calls)}, 'utf8').length);`,
  );
  const answered: string[] = [];
  const server = await startAnswering((_, response, { authorization = '' }) => {
    // Each holds for twenty answers.
    const valid = `Bearer token-${Math.floor(answered.length / 20) + 1}`;
    if (authorization !== valid) return refuse(response, 401, 'UNAUTHENTICATED');
    answered.push(authorization);
    return false;
  });
  const args = ['-b', 'vertex', '--project', 'p', '--base-url', server.baseUrl, '-j', '8'];
  const token = ['--token-command', `"${process.execPath}" "${command}"`];
  const run = await runDescribe([...args, ...token, 'in', '--format', 'jsonl'], { cwd });
  expect(run.error).toBeUndefined();
  expect(recordsOf(run.stdout)).toHaveLength(60);
  expect(new Set(answered).size).toBe(3);
  expect(readFileSync(calls, 'utf8')).toHaveLength(3);
});

it('what is too large for a request is uploaded, and the small ones around it are not', async () => {
  const { env, requests } = await withEmulator();
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'in'));
  const names = ['a.png', 'large.png', 'z.png'];
  names.forEach((name, number) => {
    writeFileSync(join(cwd, 'in', name), picture(number));
  });
  truncateSync(join(cwd, 'in/large.png'), 76_000_000);
  const args = ['-b', 'vertex', '--project', 'p', '--upload-to', 'gs://bucket/folder'];
  const run = await runDescribe([...args, 'in', '--format', 'jsonl'], { env, cwd });
  expect([run.error, run.stderr]).toEqual([undefined, '']);
  expect(recordsOf(run.stdout).map(({ text }) => /uploaded as gs:/.test(String(text)))).toEqual([
    false,
    true,
    false,
  ]);
  expect(requests.filter(({ path }) => path.startsWith('/upload/')).length).toBeGreaterThan(0);
});
