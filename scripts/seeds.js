// `npm run seeds`: the requests printed in the documents we grew from go in by --request. One line each: what was sent,
// whether an answer came, and whether the body equals the document's in canonical form.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const BIN = join(root, 'bin/gemini.js');
const SEEDS = join(root, 'test/fixtures/seeds');
const run = promisify(execFile);

const names = readdirSync(SEEDS)
  .filter((name) => name.endsWith('.canonical.json'))
  .map((name) => name.replace('.canonical.json', ''));
const emulator = spawn(process.execPath, [BIN, 'emulate', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const [line] = await once(emulator.stdout, 'data');
const env = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GEMINI_EMULATOR_HOST: String(line).trim().split('=')[1],
};

let failed = 0;
try {
  for (const name of names) failed += (await trySample(name)) ? 0 : 1;
} finally {
  emulator.kill();
}
process.stdout.write(`${names.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

async function trySample(name) {
  const backend = name.startsWith('gdc') ? 'gdc' : 'vertex';
  const ask = [
    'ask',
    '-b',
    backend,
    '--project',
    'p',
    '--no-limits',
    '--request',
    join(SEEDS, `${name}.json`),
  ];
  const expected = JSON.parse(readFileSync(join(SEEDS, `${name}.canonical.json`), 'utf8'));
  try {
    const dry = await run(process.execPath, [BIN, ...ask, '--dry-run', '--no-stdin'], { env });
    const answered = await run(process.execPath, [BIN, ...ask, '--no-stdin'], { env });
    const equal = isDeepStrictEqual(JSON.parse(dry.stdout), expected);
    const bytes = Buffer.byteLength(dry.stdout) - 1;
    const says = [
      `sent ${bytes} bytes to ${backend}`,
      answered.stdout.length > 1 ? 'answered' : 'NO ANSWER',
      equal ? 'equal' : 'NOT EQUAL',
    ];
    process.stdout.write(`${name}: ${says.join(', ')}\n`);
    return equal && answered.stdout.length > 1;
  } catch (error) {
    process.stdout.write(`${name}: FAILED ${String(error.stderr || error.message).split('\n')[0]}\n`);
    return false;
  }
}
