import { basename, join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { displayName } from '../../media/display-name.ts';
import type { TypedPart } from '../../prompt/parts.ts';
import { type Chat, contextOf, textOfContent } from './chat-state.ts';
import type { SlashHost } from './slash-commands.ts';
import { wordsOf } from './slash-line.ts';
import { composeContent } from './take-turn.ts';

/** `/attach`: each source is looked at now, so that a mistake is told at once, and sent with the next message. */
export async function attach(chat: Chat, rest: string, { send }: SlashHost): Promise<boolean> {
  const [, sources = rest, question = ''] = /^([\s\S]*?)(?:^|\s)--(?:\s+([\s\S]*))?$/.exec(rest) ?? [];
  const parts: TypedPart[] = wordsOf(sources).map((source) => ({
    source: atHome(source, chat.context.env.HOME),
  }));
  if (parts.length === 0) {
    throw new UsageError('/attach: no source is named', { hint: '/attach photo.jpg -- what is this?' });
  }
  if (parts.some((part) => 'source' in part && /^-(#|$)/.test(part.source))) {
    throw new UsageError('/attach: stdin holds the chat itself, so "-" cannot be attached');
  }
  // A page of the web is fetched when it is sent, once.
  const here = parts.filter((part) => !('source' in part && /^https?:/i.test(part.source)));
  if (here.length > 0) await composeContent(contextOf(chat), chat, here);
  chat.queued.push(...parts);
  const text = question.trim();
  return text === '' || send({ parts: [...chat.queued, { text }] });
}

/** No shell stands here to know what "~" is. */
function atHome(source: string, home: string | undefined): string {
  return source.startsWith('~/') && home ? join(home, source.slice(2)) : source;
}

/** `/detach` */
export async function detach(chat: Chat, rest: string, { print }: SlashHost): Promise<void> {
  const names = queuedNames(chat);
  if (names.length === 0) throw new UsageError('/detach: nothing is attached');
  const name = wordsOf(rest).join(' ');
  const index = names.lastIndexOf(name);
  if (name !== '' && index === -1) {
    throw new UsageError(`/detach: "${name}" is not attached`, { hint: `attached: ${names.join(', ')}` });
  }
  const left = name === '' ? names : names.slice(index, index + 1);
  chat.queued = name === '' ? [] : chat.queued.toSpliced(index, 1);
  await print(`left out: ${left.join(', ')}\n`);
}

/** What is attached, by the names a person knows it by. */
export function queuedNames({ queued }: Chat): string[] {
  return queued.flatMap((part) =>
    'source' in part ? [displayName(nameOfSource(part.source)).slice(0, 60)] : [],
  );
}

function nameOfSource(source: string): string {
  if (/^data:/i.test(source)) return source.slice(0, source.search(/[;,]|$/));
  const plain = source.replace(/#.*$/s, '');
  return basename(plain) || plain;
}

/** `/edit` */
export async function edit({ queued }: Chat, rest: string, { send, edit }: SlashHost): Promise<boolean> {
  if (!edit) throw new UsageError('/edit needs somebody at a terminal');
  const text = (await edit(rest)).trimEnd();
  // An empty message is how one changes one's mind in an editor.
  return text.trim() === '' || send({ parts: [...queued, { text }] });
}

/** `/retry`: the message that failed, or the last one once more. */
export async function retry(chat: Chat, _rest: string, { send }: SlashHost): Promise<boolean> {
  if (chat.failed) return send({ content: chat.failed.content }, chat.failed.again);
  const content = chat.turns.at(-1)?.contents[0];
  if (!content) throw new UsageError('/retry: nothing was asked yet');
  return send({ content }, true);
}

/** `/undo` */
export async function undo(chat: Chat, _rest: string, { print }: SlashHost): Promise<void> {
  const turn = chat.turns.pop();
  if (!turn) throw new UsageError('/undo: there is no turn to take back');
  chat.failed = undefined;
  await chat.recorder.undo();
  const text = displayName(textOfContent(turn.contents[0]).replace(/\s+/g, ' ').slice(0, 60));
  await print(`taken back: ${text}\n`);
}
