import type { Context } from '../../context.ts';
import type { SessionState } from '../../sessions/session-records.ts';
import type { UploadedFrom } from '../../sessions/stored-media.ts';
import type { Part } from '../../wire/generate-content.ts';
import type { Chat, Turn } from './chat-state.ts';

/** What a session gives back of a conversation. */
export type Loaded = Pick<Chat, 'start' | 'turns' | 'uploads'>;

/**
 * Puts a conversation together from what a session holds; its media are looked for.
 * @param backend who is asked from now on
 */
export async function loadConversation(
  context: Context,
  session: { readonly state: SessionState; readonly copies: string } | undefined,
  backend: string,
): Promise<Loaded> {
  if (!session) return { start: [], turns: [], uploads: new WeakMap() };
  const { start, turns } = session.state;
  const { restoreContents } = await import('./restore-media.ts');
  const uploads = new WeakMap<Part, UploadedFrom>();
  const said = new Set<string>();
  const note = (line: string) => {
    if (!said.has(line)) context.note(line);
    said.add(line);
  };
  const options = { copies: session.copies, now: context.now, note, uploads };
  const loaded: Turn[] = [];
  for (const { kind: _kind, again: _again, ...turn } of turns) {
    const sameBackend = turn.backend === backend;
    const contents = await restoreContents(turn.contents, { ...options, sameBackend });
    loaded.push({ ...turn, contents });
  }
  return {
    start: await restoreContents(start, { ...options, sameBackend: turns[0]?.backend === backend }),
    turns: loaded,
    uploads,
  };
}
