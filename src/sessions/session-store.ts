import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { openRecordLog, type RecordLog, readRecordLog } from '../record-log/record-log.ts';
import { checkSessionName, isSessionName, sessionNameAt } from './session-name.ts';
import { createSessionFold, type SessionRecord, type SessionState } from './session-records.ts';

/** A session that this process alone writes to. */
export type Session = {
  readonly name: string;
  readonly path: string;
  /** The folder of copies of media that are no files. */
  readonly copies: string;
  /** What it held when it was opened. */
  readonly state: SessionState;
  /** Resolves when the records are on the disk. @throws InputError when they cannot be written */
  append(...records: readonly SessionRecord[]): Promise<void>;
  close(): Promise<void>;
};

export type SessionStoreOptions = {
  /** The folder of sessions; made when one is opened. */
  readonly folder: string;
  /** One line to the person: what was found broken. */
  note(line: string): void;
};

const ENDING = '.jsonl';

/**
 * Opens the session of this name, or makes it.
 * @throws UsageError for a name that cannot be; InputError when another process has it open (without a cause), or it
 * cannot be read or written
 */
export async function openSession(name: string, options: SessionStoreOptions): Promise<Session> {
  const path = sessionPath(name, options.folder);
  const fold = createSessionFold();
  const log = await openRecordLog(path, { onRecord: fold.add, note: options.note });
  return sessionOf(log, name, fold.state());
}

/** Makes a session with the time as its name. @throws InputError when that cannot be */
export async function createSession(time: Date, options: SessionStoreOptions): Promise<Session> {
  for (let attempt = 1; ; attempt++) {
    const name = sessionNameAt(time, attempt);
    if (await isThere(sessionPath(name, options.folder))) continue;
    try {
      return await openSession(name, options);
    } catch (error) {
      // Another process began one in the same second.
      if (!isInUse(error) || attempt >= 100) throw error;
    }
  }
}

/** Whether there is a session of this name. */
export async function sessionExists(name: string, folder: string): Promise<boolean> {
  return isThere(sessionPath(name, folder));
}

/** Whether a session could not be opened because another process has it. */
export function isInUse(error: unknown): boolean {
  return error instanceof InputError && error.cause === undefined;
}

/** A session as a list shows it. */
export type ListedSession = { readonly name: string; readonly lastUsed: Date };

/** All sessions, the one that was used last first. */
export async function listSessions(folder: string): Promise<ListedSession[]> {
  const names = await readdir(folder).catch(() => []);
  const sessions: (ListedSession | undefined)[] = await Promise.all(
    names
      .filter((name) => name.endsWith(ENDING) && isSessionName(name.slice(0, -ENDING.length)))
      .map(async (file) => {
        const facts = await stat(join(folder, file)).catch(() => undefined);
        return facts?.isFile() && facts.size > 0
          ? { name: file.slice(0, -ENDING.length), lastUsed: facts.mtime }
          : undefined;
      }),
  );
  return sessions
    .filter((session) => session !== undefined)
    .sort((a, b) => b.lastUsed.getTime() - a.lastUsed.getTime() || (a.name < b.name ? 1 : -1));
}

/** What a session holds, also while another process writes to it. @throws InputError when it cannot be read */
export async function readSession(name: string, options: SessionStoreOptions): Promise<SessionState> {
  const fold = createSessionFold();
  await readRecordLog(sessionPath(name, options.folder), { onRecord: fold.add, note: options.note });
  return fold.state();
}

/** The folder of copies of a session's media. */
export function copiesFolder(name: string, folder: string): string {
  return join(folder, `${checkSessionName(name)}.media`);
}

function sessionPath(name: string, folder: string): string {
  return join(folder, checkSessionName(name) + ENDING);
}

function sessionOf(log: RecordLog, name: string, state: SessionState): Session {
  return {
    name,
    path: log.path,
    copies: log.path.slice(0, -ENDING.length).concat('.media'),
    state,
    append: (...records) => log.append(...records),
    close: () => log.close(),
  };
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
