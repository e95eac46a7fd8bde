import { UsageError } from '../../errors.ts';
import { formatBytes } from '../../media/format-bytes.ts';
import { printPlan } from '../plan.ts';
import { uploadMode } from '../prompt-options.ts';
import { type Chat, contentsOf, contextOf } from './chat-state.ts';
import { copyToClipboard } from './clipboard.ts';
import type { SlashHost } from './slash-commands.ts';
import { composeContent } from './take-turn.ts';
import { tokensInWords } from './token-totals.ts';

/** `/tokens` */
export async function tokens({ turns }: Chat, _rest: string, { print }: SlashHost): Promise<void> {
  const last = turns.at(-1);
  if (!last) throw new UsageError('/tokens: nothing was asked yet');
  const all =
    turns.length === 1
      ? ''
      : `all ${turns.length} turns: ${tokensInWords(turns.map(({ usage }) => usage))}\n`;
  await print(`last turn: ${tokensInWords([last.usage])}\n${all}`);
}

/** `/plan` */
export async function plan(chat: Chat, rest: string): Promise<void> {
  const context = contextOf(chat);
  const { backend, model, options } = chat;
  const parts = [...chat.queued, ...(rest === '' ? [] : [{ text: rest }])];
  const next = parts.length > 0 ? [await composeContent(context, chat, parts)] : [];
  const contents = [...contentsOf(chat), ...next];
  if (contents.length === 0)
    throw new UsageError('/plan: there is nothing to send yet', { hint: '/plan TEXT' });
  await printPlan(
    context,
    { limits: options.limits, format: 'text' },
    { backend: backend.name, model },
    { ...chat.frame, contents },
    {
      limits: backend.limits,
      upload: uploadMode(context),
      canUpload: context.uploader(backend.limits.uriSchemes) !== undefined,
    },
  );
}

/** `/copy` */
export async function copy(chat: Chat, _rest: string, { print }: SlashHost): Promise<void> {
  const parts = chat.turns.at(-1)?.contents.at(-1)?.parts ?? [];
  const text = parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join('');
  if (text === '') throw new UsageError('/copy: there is no answer to copy yet');
  const how = await copyToClipboard(contextOf(chat), text);
  await print(`copied ${formatBytes(Buffer.byteLength(text))} ${how}\n`);
}
