import { stat } from 'node:fs/promises';
import { sessionsFolder } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { GeminiError } from '../../errors.ts';
import type { SessionRecord, SettingsRecord } from '../../sessions/session-records.ts';
import { createSession, isInUse, openSession, type Session } from '../../sessions/session-store.ts';
import { storeContents } from '../../sessions/stored-media.ts';
import type { Chat, Turn } from './chat-state.ts';

/** Writes a conversation down. Where that cannot be, it says so once, and the conversation goes on without. */
export type Recorder = {
  /** The session that is written to; undefined when there is none, or none yet. */
  session(): Session | undefined;
  /** Takes another session to write to, in place of the one before. */
  take(session: Session | undefined, settings: SettingsRecord | undefined): Promise<void>;
  /** A turn has come to its end; with `again` it stands in place of the last one. */
  turn(chat: Chat, turn: Turn, again: boolean): Promise<void>;
  /** The last turn was taken back. */
  undo(): Promise<void>;
  close(): Promise<void>;
};

/** @param store false: nothing is written until a session is taken */
export function createRecorder(context: Context, store: boolean): Recorder {
  const { note } = context;
  let session: Session | undefined;
  let settings: SettingsRecord | undefined;
  let isNew = true;
  let storing = store;

  const attempt = async (write: () => Promise<void>) => {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof GeminiError)) throw error;
      storing = false;
      note(`warning: the conversation is not stored: ${error.message}`);
    }
  };
  /** Begun with the first turn, so that a chat without one leaves nothing. */
  const begin = async () => {
    const folder = sessionsFolder(context.env);
    if (folder !== undefined) return createSession(context.now(), { folder, note });
    storing = false;
    note('warning: the conversation is not stored: there is no home folder');
    return undefined;
  };

  return {
    session: () => session,
    async take(taken, known) {
      await session?.close();
      session = taken;
      settings = known;
      isNew = taken !== undefined && isEmpty(taken);
      storing = taken !== undefined;
    },
    turn: (chat, turn, again) =>
      attempt(async () => {
        if (!storing) return;
        session ??= await begin();
        if (!session) return;
        const records = await recordsOf(chat, turn, { session, settings, again, isNew });
        await session.append(...records);
        settings = records.findLast((record) => record.kind === 'settings') ?? settings;
        isNew = false;
      }),
    undo: () =>
      attempt(async () => {
        if (storing) await session?.append({ kind: 'undo', time: context.now().toISOString() });
      }),
    async close() {
      await session?.close();
      session = undefined;
    },
  };
}

function isEmpty({ state: { start, turns, settings } }: Session): boolean {
  return start.length + turns.length === 0 && !settings;
}

/**
 * Opens a session by name. Undefined, and said, where none can be kept.
 * @throws InputError when another process has it; UsageError for a name that cannot be
 */
export async function openNamed(context: Context, name: string): Promise<Session | undefined> {
  const folder = sessionsFolder(context.env);
  if (folder === undefined) {
    context.note('warning: the conversation is not stored: there is no home folder');
    return undefined;
  }
  try {
    return await openSession(name, { folder, note: context.note });
  } catch (error) {
    if (!(error instanceof GeminiError) || error.exitCode !== 3 || isInUse(error)) throw error;
    context.note(`warning: the conversation is not stored: ${error.message}`);
    return undefined;
  }
}

/** All of a conversation as records of a new session. */
export async function allRecords(chat: Chat, session: Session): Promise<SessionRecord[]> {
  const records: SessionRecord[] = [];
  for (const [index, turn] of chat.turns.entries()) {
    const settings = records.findLast((record) => record.kind === 'settings');
    records.push(...(await recordsOf(chat, turn, { session, settings, again: false, isNew: index === 0 })));
  }
  return records;
}

type Place = {
  readonly session: Session;
  readonly settings: SettingsRecord | undefined;
  readonly again: boolean;
  readonly isNew: boolean;
};

/** What is written of a turn: before it, how it was asked, when that has changed; before the first, what it began with. */
async function recordsOf(chat: Chat, turn: Turn, place: Place): Promise<SessionRecord[]> {
  const { time, model, backend, finishReason, usage, incomplete } = turn;
  const options = {
    copies: place.session.copies,
    uploadedFrom: (part: object) => chat.uploads.get(part),
    changedAt: async (path: string) => (await stat(path).catch(() => undefined))?.mtimeMs,
  };
  const records: SessionRecord[] = [];
  if (place.isNew && chat.start.length > 0) {
    records.push({ kind: 'start', time, contents: await storeContents(chat.start, options) });
  }
  const settings: SettingsRecord = { kind: 'settings', time, model: chat.model, frame: chat.frame };
  if (!place.settings || !sameSettings(place.settings, settings)) records.push(settings);
  records.push({
    kind: 'turn',
    time,
    model,
    backend,
    contents: await storeContents(turn.contents, options),
    ...(finishReason !== undefined && { finishReason }),
    ...(usage && { usage }),
    ...(incomplete !== undefined && { incomplete }),
    ...(place.again && { again: true }),
  });
  return records;
}

function sameSettings(a: SettingsRecord, b: SettingsRecord): boolean {
  return a.model === b.model && JSON.stringify(a.frame) === JSON.stringify(b.frame);
}
