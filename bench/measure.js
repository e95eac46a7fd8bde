import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A home of its own, so that compiled code is kept between runs, as for everybody who runs the program twice. */
const home = mkdtempSync(join(tmpdir(), 'gemini-bench-home-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
export const ENVIRONMENT = { PATH: process.env.PATH, HOME: home };

/** One run of a command: milliseconds from its start to the first byte on stdout and to its end. */
export function run(command, { env = {}, slowReader = false } = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const [program, ...args] = command;
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...ENVIRONMENT, ...env },
    });
    let firstByte;
    let bytes = 0;
    let errors = '';
    child.stdout.on('data', (chunk) => {
      firstByte ??= performance.now() - started;
      bytes += chunk.length;
      if (slowReader) {
        child.stdout.pause();
        setTimeout(() => child.stdout.resume(), 2);
      }
    });
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0)
        return reject(new Error(`${command.join(' ')} ended with ${code}: ${errors.slice(0, 500)}`));
      resolve({ wall: performance.now() - started, firstByte, bytes });
    });
  });
}

/**
 * Two commands in turn, A B A B …, after one warm-up of each: medians, and the median of the ratios pair by pair, so
 * that a machine that grows slower does not favour either.
 */
export async function compare(ours, floor, { runs, figure = 'wall', ...options }) {
  await run(ours, options);
  await run(floor, options);
  const pairs = [];
  for (let index = 0; index < runs; index++) {
    const a = await run(ours, options);
    const b = await run(floor, options);
    pairs.push([a[figure], b[figure]]);
  }
  return {
    ours: median(pairs.map(([a]) => a)),
    floor: median(pairs.map(([, b]) => b)),
    ratio: median(pairs.map(([a, b]) => a / b)),
  };
}

/** Peak memory of a command's process, in MiB: the median of some runs. */
export async function peakMemory(command, { runs = 3, ...options } = {}) {
  const peaks = await preloaded('peak-memory.cjs', 'BENCH_PEAK_FILE', command, { runs, ...options });
  return median(peaks.map((kib) => kib / 1024));
}

/** Processor time of a command's process, all threads, in milliseconds: of one run. */
export async function cpuTime(command, options = {}) {
  const [ms] = await preloaded('cpu-time.cjs', 'BENCH_CPU_FILE', command, { runs: 1, ...options });
  return ms;
}

/** What a preloaded script leaves in the file that a variable names, of each run. */
async function preloaded(script, variable, command, { runs, env = {}, ...options }) {
  const folder = mkdtempSync(join(tmpdir(), 'gemini-bench-'));
  const file = join(folder, 'figure');
  const preload = join(import.meta.dirname, script);
  const figures = [];
  try {
    for (let index = 0; index < runs; index++) {
      await run(command, {
        ...options,
        env: { ...env, NODE_OPTIONS: `--require ${preload}`, [variable]: file },
      });
      figures.push(Number(readFileSync(file, 'utf8')));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
