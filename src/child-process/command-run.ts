import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createLineReader } from './line-reader.ts';

export type CommandRun = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Written to stdin, which then ends. */
  readonly input: string;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Bytes of stdout, and of stderr. */
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
  onStderr(line: string): void;
};

/** `failure` goes on where a sentence began with "the command"; undefined after exit code 0. */
export type CommandEnd = { readonly output: Buffer; readonly failure: string | undefined };

/** Milliseconds from SIGTERM to SIGKILL, and from the end of a command to the end of reading what others hold open. */
const GRACE_MS = 1000;

/**
 * Runs a command without a shell, in a process group of its own. When it takes too long, writes too much or the signal
 * is aborted, the whole group is ended: SIGTERM, then SIGKILL. Resolves when the command has ended; never rejects.
 */
export function runCommand(run: CommandRun): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const timers: NodeJS.Timeout[] = [];
    let written = 0;
    let stopped: string | undefined;

    const stop = (reason: string) => {
      if (stopped !== undefined) return;
      stopped = reason;
      killGroup(child, 'SIGTERM');
      timers.push(setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS));
    };
    const onAbort = () => stop('was stopped');
    const settle = (failure: string | undefined) => {
      for (const timer of timers) clearTimeout(timer);
      run.signal.removeEventListener('abort', onAbort);
      stderr.end();
      resolve({ output: Buffer.concat(chunks), failure });
    };

    const stderr = createLineReader(run.onStderr, run.maxOutputBytes);
    let child: ChildProcessWithoutNullStreams;
    try {
      child = start(run);
    } catch (error) {
      return settle(startFailure(error));
    }
    child.on('error', (error) => {
      if (child.pid === undefined) settle(startFailure(error));
    });
    child.on('exit', (code, signal) => {
      if (stopped !== undefined) killGroup(child, 'SIGKILL');
      clearTimeout(timeLimit);
      child.on('close', () => settle(stopped ?? exitFailure(code, signal)));
      // What it left running in the background may hold its stdout open for ever.
      timers.push(
        setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, GRACE_MS),
      );
    });
    child.stdout.on('data', (chunk: Buffer) => {
      written += chunk.length;
      if (written <= run.maxOutputBytes) chunks.push(chunk);
      else stop(`wrote more than ${run.maxOutputBytes} bytes`);
    });
    child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
    // A command need not read what it is given.
    child.stdin.on('error', () => {});
    child.stdin.end(run.input);
    const timeLimit = setTimeout(() => stop(`took longer than ${run.timeoutMs / 1000} s`), run.timeoutMs);
    timers.push(timeLimit);
    run.signal.addEventListener('abort', onAbort, { once: true });
    if (run.signal.aborted) onAbort();
  });
}

function start({ argv: [program, ...args], cwd, env }: CommandRun): ChildProcessWithoutNullStreams {
  return spawn(program, args, {
    cwd,
    env,
    shell: false,
    // On POSIX the child then leads a process group, which a signal can reach as a whole.
    detached: process.platform !== 'win32',
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
}

function killGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

function exitFailure(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal !== null) return `was ended by ${signal}`;
  return code === 0 ? undefined : `ended with exit code ${code}`;
}

const START_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'was not found',
  EACCES: 'may not be run (permission denied)',
  ENOEXEC: 'is no program (a script needs a first line such as #!/bin/sh)',
  E2BIG: 'has too many or too long arguments',
};

function startFailure(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return START_FAILURES[code ?? ''] ?? `cannot be run: ${message}`;
}
