import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEachFile } from './clean-up.ts';
import { checkFilesForSecrets, checkForSecrets, PLANTED } from './secrets.ts';

/** The built program, as a child process: what ships is what is tested. */
export const BIN = resolve(import.meta.dirname, '../../bin/gemini.js');
/** Where the program keeps its compiled code: the same for all runs, as on a person's machine. */
const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache');
export const EXAMPLES = resolve(import.meta.dirname, '../../examples');

export type Finished = { code: number | null; stdout: string; stderr: string; stdoutBytes: Buffer };
export type RunOptions = {
  env?: Record<string, string>;
  cwd?: string;
  /** What stdin holds; nothing at all (/dev/null) when left out. */
  stdin?: string | Buffer;
  timeoutMs?: number;
};

const homes: string[] = [];
const folders: string[] = [];
afterEachFile(() => {
  for (const home of homes) checkFilesForSecrets(home);
  homes.length = 0;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own, removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gemini-test-'));
  folders.push(folder);
  return folder;
}

/** An environment with no credential, proxy or setting of the person who runs the tests. */
export function cleanEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const home = temporaryFolder();
  homes.push(home);
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CACHE_HOME: CACHE,
    CLOUDSDK_CONFIG: join(home, 'gcloud'),
    METADATA_SERVER_DETECTION: 'none',
    LANG: 'C.UTF-8',
    ...(extra.GEMINI_EMULATOR_HOST ? PLANTED : {}),
    ...extra,
  };
}

/** Starts the program; for tests that talk to it while it runs. */
export function startGemini(args: readonly string[], options: RunOptions = {}) {
  return spawn(process.execPath, [BIN, ...args], {
    env: cleanEnvironment(options.env),
    cwd: options.cwd ?? EXAMPLES,
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
}

/** Runs the program to its end. */
export async function runGemini(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = startGemini(args, options);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  if (options.stdin !== undefined) {
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.stdin);
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 15_000);
  const code = await new Promise<number | null>((done) => child.on('close', done));
  clearTimeout(timer);
  const stdoutBytes = Buffer.concat(stdout);
  const finished = {
    code,
    stdout: stdoutBytes.toString(),
    stderr: Buffer.concat(stderr).toString(),
    stdoutBytes,
  };
  checkForSecrets(finished.stdout + finished.stderr, { env: options.env ?? {}, args });
  return finished;
}
