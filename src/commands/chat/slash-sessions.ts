import { sessionsFolder } from '../../config/paths.ts';
import { UsageError } from '../../errors.ts';
import { listSessions, readSession, type Session, sessionExists } from '../../sessions/session-store.ts';
import { oneLine } from '../../terminal/sanitize.ts';
import { styleFor } from '../../terminal/style.ts';
import { renderTable, type TableColumn } from '../../terminal/table.ts';
import { type Chat, contextOf } from './chat-state.ts';
import { loadConversation } from './load-session.ts';
import { allRecords, openNamed } from './recorder.ts';
import type { SlashHost } from './slash-commands.ts';

/** `/save`: the conversation so far as a session of its own, which goes on from here. */
export async function save(chat: Chat, name: string, { print }: SlashHost): Promise<void> {
  if (name === '') throw new UsageError('/save: name the session', { hint: '/save trip-to-rome' });
  const folder = folderOf(chat);
  if (await sessionExists(name, folder)) {
    throw new UsageError(`/save: there is a session ${name} already`, {
      hint: '/load it, or take another name',
    });
  }
  const session = await openNamed(chat.context, name);
  if (!session) return;
  const records = await closingOnFailure(session, async () => {
    const all = await allRecords(chat, session);
    if (all.length > 0) await session.append(...all);
    return all;
  });
  const settings = records.findLast((record) => record.kind === 'settings');
  await chat.recorder.take(session, settings);
  await print(`kept as ${name}\n`);
}

/** `/load` */
export async function load(chat: Chat, name: string, { print }: SlashHost): Promise<void> {
  if (name === '') throw new UsageError('/load: name the session', { hint: '/sessions lists them' });
  if (name === chat.recorder.session()?.name)
    throw new UsageError(`/load: ${name} is the session of this chat`);
  if (!(await sessionExists(name, folderOf(chat)))) {
    throw new UsageError(`/load: there is no session ${name}`, { hint: '/sessions lists them' });
  }
  const session = await openNamed(chat.context, name);
  if (!session) return;
  const { state } = session;
  const loaded = await closingOnFailure(session, () =>
    loadConversation(contextOf(chat), session, chat.backend.name),
  );
  await chat.recorder.take(session, state.settings);
  chat.start = loaded.start;
  chat.turns = loaded.turns;
  for (const content of [...loaded.start, ...loaded.turns.flatMap(({ contents }) => contents)]) {
    for (const part of content.parts) {
      const from = loaded.uploads.get(part);
      if (from) chat.uploads.set(part, from);
    }
  }
  chat.failed = undefined;
  if (state.settings) {
    chat.frame = state.settings.frame;
    chat.model = state.settings.model;
  }
  const turns = chat.turns.length === 1 ? '1 turn' : `${chat.turns.length} turns`;
  await print(`${name}: ${turns}, ${oneLine(chat.model)}\n`);
}

/** What fails leaves the session to others. */
async function closingOnFailure<Result>(session: Session, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** More than a screen holds is asked for. */
const LISTED = 20;

/** `/sessions` */
export async function sessions(chat: Chat, rest: string, { print }: SlashHost): Promise<void> {
  const { context } = chat;
  const folder = folderOf(chat);
  const all = await listSessions(folder);
  if (all.length === 0) return print('no session is kept yet\n');
  const rows: string[][] = [];
  for (const { name, lastUsed } of rest === 'all' ? all : all.slice(0, LISTED)) {
    // Whoever opens one is told what is broken in it.
    const state = await readSession(name, { folder, note: () => {} }).catch(() => undefined);
    const current = name === chat.recorder.session()?.name;
    const first = state?.turns[0]?.contents[0]?.parts.find(({ text }) => text)?.text ?? '';
    rows.push([
      `${current ? '* ' : '  '}${oneLine(name)}`,
      state ? String(state.turns.length) : '?',
      oneLine(state?.turns.at(-1)?.model ?? ''),
      timeInWords(lastUsed),
      oneLine(first.slice(0, 200)),
    ]);
  }
  const { stdout } = context.io;
  const table = renderTable(COLUMNS, rows, { width: stdout.columns(), style: await styleFor(stdout) });
  const more = all.length > rows.length ? [`… and ${all.length - rows.length} more: /sessions all`] : [];
  await print(`${[...table, ...more].join('\n')}\n`);
}

const COLUMNS: readonly TableColumn[] = [
  { title: '  session' },
  { title: 'turns', align: 'right' },
  { title: 'model', flexible: true },
  { title: 'last used' },
  { title: 'begins with', flexible: true },
];

function timeInWords(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

function folderOf({ context }: Chat): string {
  const folder = sessionsFolder(context.env);
  if (folder !== undefined) return folder;
  throw new UsageError('there is no home folder to keep sessions in', { hint: 'set HOME or XDG_STATE_HOME' });
}
