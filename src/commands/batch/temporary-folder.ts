import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes a folder for files of this process, which its name tells. Those of processes that were killed are removed first:
 * they may hold gigabytes.
 */
export async function makeTemporaryFolder(): Promise<string> {
  // Containers may share the folder, and have numbers of processes of their own.
  const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const prefix = `gemini-batch-${machine}-`;
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const [, pid] = name.startsWith(prefix) ? (/^(\d+)-/.exec(name.slice(prefix.length)) ?? []) : [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    // Somebody else's stays.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
