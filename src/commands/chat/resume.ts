import { sessionsFolder } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { InputError, UsageError } from '../../errors.ts';
import type { SessionState } from '../../sessions/session-records.ts';
import {
  copiesFolder,
  listSessions,
  readSession,
  type Session,
  sessionExists,
} from '../../sessions/session-store.ts';
import type { ChatOptions } from './chat-state.ts';
import { openNamed } from './recorder.ts';

/** A session that a chat goes on with, or begins under a name; without `session`, nothing is written. */
export type Resumed = {
  readonly state: SessionState;
  readonly copies: string;
  readonly session: Session | undefined;
};

/**
 * The session that the command line goes on with, if it does.
 * @throws InputError when there is none to go on with, or another process has it
 */
export async function resume(context: Context, options: ChatOptions): Promise<Resumed | undefined> {
  const folder = sessionsFolder(context.env);
  const name = options.session ?? (options.continue ? await lastSession(folder) : undefined);
  if (name === undefined) return undefined;
  const isThere = folder !== undefined && (await sessionExists(name, folder));
  if (isThere && options.request !== undefined) {
    throw new UsageError(`--request begins a conversation, and the session ${name} has begun`);
  }
  const session = options.store ? await openNamed(context, name) : undefined;
  if (session) return { state: session.state, copies: session.copies, session };
  // What cannot be written to, or is not to be, can still be read.
  const state = isThere ? await readSession(name, { folder, note: context.note }) : NOTHING;
  return { state, copies: isThere ? copiesFolder(name, folder) : '', session };
}

const NOTHING: SessionState = { start: [], turns: [], settings: undefined };

async function lastSession(folder: string | undefined): Promise<string> {
  const [last] = folder === undefined ? [] : await listSessions(folder);
  if (last) return last.name;
  throw new InputError('there is no conversation to go on with', {
    hint: 'gemini chat begins one; --session NAME names it',
  });
}
