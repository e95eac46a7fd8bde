import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { InputError } from '../errors.ts';

/** Who holds a lock, as its file says. `started` is what the system counts the start of a process by; not everywhere. */
type Holder = {
  readonly pid: number;
  readonly host: string;
  readonly started: string | undefined;
  readonly since: string;
};

/**
 * Takes the lock of a file, for this process alone, until the returned function is called. The lock of a process that is
 * gone is taken over.
 * @throws InputError that says who holds it
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    started: await startOf(process.pid),
    since: new Date().toISOString(),
  };
  const text = `${JSON.stringify(holder)}\n`;
  // Some turns, since others may be taking over the same stale lock.
  for (let turn = 0; turn < 50; turn++) {
    if (await create(lock, text)) return () => release(lock, text);
    const held = await readFile(lock, 'utf8').catch(() => undefined);
    if (held === undefined) continue;
    const other = parseHolder(held);
    if (other && (await isAlive(other))) throw inUse(path, other);
    await takeAway(lock, held, text);
  }
  throw new InputError(`${path} is in use`, { hint: `if nothing uses it, remove ${lock}` });
}

/** The file appears with its content or not at all: a crash leaves no empty lock. */
async function create(lock: string, text: string): Promise<boolean> {
  const made = `${lock}.${randomBytes(4).toString('hex')}`;
  await writeFile(made, text, { flag: 'wx', mode: 0o600 });
  try {
    await link(made, lock);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // A file system without hard links.
    return await writeFile(lock, text, { flag: 'wx', mode: 0o600 }).then(
      () => true,
      (failure: NodeJS.ErrnoException) => {
        if (failure.code === 'EEXIST') return false;
        throw failure;
      },
    );
  } finally {
    await rm(made, { force: true });
  }
}

/**
 * Removes a stale lock, but not the one that somebody else has put in its place meanwhile: between the look and the
 * removal nobody else may do the same, for which there is a lock of its own.
 */
async function takeAway(lock: string, stale: string, text: string): Promise<void> {
  const guard = `${lock}.takeover`;
  if (!(await create(guard, text))) {
    const held = await readFile(guard, 'utf8').catch(() => undefined);
    const other = held === undefined ? undefined : parseHolder(held);
    // Who died at it has left the guard behind.
    if (held !== undefined && !(other && (await isAlive(other)))) await rm(guard, { force: true });
    else await delay(10);
    return;
  }
  try {
    if ((await readFile(lock, 'utf8').catch(() => undefined)) === stale) await rm(lock, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function release(lock: string, text: string): Promise<void> {
  const held = await readFile(lock, 'utf8').catch(() => undefined);
  if (held === text) await rm(lock, { force: true });
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return Number.isInteger(holder.pid) && holder.pid > 0 ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Nothing is known of another machine's processes: such a lock counts as held. */
async function isAlive({ pid, host, started }: Holder): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // The number may have been given to another process since.
  const now = await startOf(pid);
  return started === undefined || now === undefined || now === started;
}

/** When a process was started, in the kernel's ticks: field 22 of /proc/PID/stat, proc_pid_stat(5). Linux only. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The name in field 2 may hold spaces and brackets of its own.
  return stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .at(19);
}

function inUse(path: string, { pid, host, since }: Holder): InputError {
  const where = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  return new InputError(`${path} is in use by ${where} (since ${since})`, {
    hint: 'wait for it to end, or stop it',
  });
}
