import { randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lockFile } from '../record-log/lock.ts';

/** What was typed in all chats, the oldest first, for the arrow keys. */
export type History = {
  readonly lines: readonly string[];
  /** Adds what was typed. It only saves typing, so that nothing here fails. */
  add(text: string): Promise<void>;
};

const KEPT_LINES = 1000;
/** A file that has grown beyond is cut to the lines that are kept. */
const LARGEST_BYTES = 512 * 1024;

/**
 * Reads the history: a JSON string a line, for its owner's eyes only. Several processes may add to it: each adds a
 * line with one write.
 */
export async function openHistory(path: string): Promise<History> {
  const lines = await readLines(path);
  if (((await stat(path).catch(() => undefined))?.size ?? 0) > LARGEST_BYTES) await shorten(path);
  return {
    lines: lines.slice(-KEPT_LINES),
    async add(text) {
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await appendFile(path, `${JSON.stringify(text)}\n`, { mode: 0o600 });
        await chmod(path, 0o600);
      } catch {
        // A full disk is told of by the session.
      }
    },
  };
}

async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === 'string' ? [value] : [];
    } catch {
      return [];
    }
  });
}

async function shorten(path: string): Promise<void> {
  const release = await lockFile(path).catch(() => undefined);
  if (!release) return;
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    let kept = (await readLines(path)).slice(-KEPT_LINES).map((line) => `${JSON.stringify(line)}\n`);
    // Long pastes: half the room is for what comes.
    while (kept.length > 1 && Buffer.byteLength(kept.join('')) > LARGEST_BYTES / 2) {
      kept = kept.slice(Math.ceil(kept.length / 4));
    }
    await writeFile(temporary, kept.join(''), { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  } finally {
    await release();
  }
}
