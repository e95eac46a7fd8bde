import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerTo, sha256, startAnswering } from '../commands/describe/answering-server.ts';
import { picture, pictures } from '../commands/describe/picture.ts';
import { recordsOf } from '../commands/describe/run-describe.ts';
import { BIN, cleanEnvironment, EXAMPLES, runGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

/** The built program, which `stop` may end while it runs. */
async function run(
  args: readonly string[],
  options: { env: Record<string, string>; cwd: string },
  stop?: (child: ReturnType<typeof spawn>) => void,
) {
  const child = spawn(process.execPath, [BIN, 'describe', ...args], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  stop?.(child);
  const ended = await new Promise<{ code: number | null; signal: string | null }>((done) =>
    child.on('close', (code, signal) => done({ code, signal })),
  );
  return { ...ended, stderr };
}

/** `npm run test:large` has 10,000; each of ten kills comes after a fifteenth of them at most. */
const KILLED_FILES = Number(process.env.DESCRIBE_TEST_FILES ?? 150);

describe('gemini describe', () => {
  it('describes a folder of pictures and photographs, and says how it ended', async () => {
    const { env, requests } = await withEmulator();
    const cwd = temporaryFolder();
    pictures(cwd, 5);
    copyFileSync(join(EXAMPLES, 'coffee.jpg'), join(cwd, 'coffee.jpg'));
    const { code, stdout } = await runGemini(['describe', '.', 'gone.jpg', '--format', 'jsonl'], {
      env,
      cwd,
    });
    expect(code).toBe(9);
    const records = recordsOf(stdout);
    expect(records.map(({ source }) => source)).toEqual([
      ...[0, 1, 2, 3, 4].map((number) => `./00000${number}.png`),
      './coffee.jpg',
      'gone.jpg',
    ]);
    expect(records[5]?.text).toContain('600×400');
    expect(requests).toHaveLength(6);
  });

  it('loses nothing and doubles nothing when it is killed again and again', async () => {
    const jobs = 4;
    const cwd = temporaryFolder();
    const names = pictures(join(cwd, 'in'), KILLED_FILES);
    let killAt = 0;
    let kill = () => {};
    const server = await startAnswering(() => {
      if (server.asked.length === killAt) kill();
      return false;
    });
    const env = cleanEnvironment(server.env);
    const args = [...server.args, 'in', '-j', `${jobs}`, '--format', 'jsonl', '-o', 'out.jsonl'];
    for (let times = 0; times < 10; times += 1) {
      killAt = server.asked.length + 1 + Math.floor((Math.random() * KILLED_FILES) / 15);
      const { signal } = await run(args, { env, cwd }, (child) => {
        kill = () => void child.kill('SIGKILL');
      });
      expect(signal).toBe('SIGKILL');
    }
    killAt = Infinity;
    const { code, stderr } = await run(args, { env, cwd });
    expect([code, stderr.includes('earlier run')]).toEqual([0, true]);
    const records = recordsOf(readFileSync(join(cwd, 'out.jsonl'), 'utf8'));
    expect(records.map(({ source, text }) => [source, text])).toEqual(
      names.map((name, number) => [`in/${name}`, answerTo(sha256(picture(number)))]),
    );
    // Each kill costs at most what was under way: three items for each request, some of them on their way to the disk.
    expect(server.asked.length).toBeLessThanOrEqual(names.length + 10 * 3 * jobs);
    const folder = join(env.HOME ?? '', '.local/state/gemini-prompt/describe');
    const [journal = ''] = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    const keys = recordsOf(readFileSync(join(folder, journal), 'utf8')).map(({ key }) => key);
    expect(keys).toHaveLength(names.length);
    expect(new Set(keys).size).toBe(names.length);
  }, 300_000);

  it('describes what is piped into it, when nothing is named', async () => {
    const { env } = await withEmulator();
    const photo = readFileSync(join(EXAMPLES, 'coffee.jpg'));
    const { code, stdout } = await runGemini(['describe'], { env, stdin: photo });
    expect([code, stdout.includes('600×400')]).toEqual([0, true]);
  });

  it.skipIf(process.platform === 'win32')('needs no more than 64 open files', async () => {
    const { env, args, asked } = await startAnswering();
    const cwd = temporaryFolder();
    pictures(cwd, 100);
    const program = ['describe', ...args, '.', '-o', 'out.txt'].map((word) => `'${word}'`).join(' ');
    const child = spawn('sh', ['-c', `ulimit -n 64; exec '${process.execPath}' '${BIN}' ${program}`], {
      env: cleanEnvironment(env),
      cwd,
      stdio: 'ignore',
    });
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
    expect(asked).toHaveLength(100);
  });

  it('finishes what is under way on Ctrl-C, and stops at once when it is pressed again', async () => {
    const cwd = temporaryFolder();
    pictures(cwd, 20);
    let child: ReturnType<typeof spawn> | undefined;
    const release: (() => void)[] = [];
    const server = await startAnswering(async () => {
      if (server.asked.length > 2) await new Promise<void>((resolve) => release.push(resolve));
      return false;
    });
    const env = cleanEnvironment(server.env);
    const args = [...server.args, '.', '-j', '2'];
    const first = run(args, { env, cwd }, (started) => {
      child = started;
      started.stderr?.on('data', (chunk: Buffer) => {
        // It has heard the first one: the second is for those that are still under way.
        if (String(chunk).includes('again')) started.kill('SIGINT');
      });
    });
    while (release.length < 2) await new Promise((resolve) => setImmediate(resolve));
    child?.kill('SIGINT');
    expect((await first).code).toBe(130);
    expect(server.asked).toHaveLength(4);
    for (const answerNow of release.splice(0)) answerNow();
  });
});
