import type { Backend } from '../../backends/backend.ts';
import type { Context } from '../../context.ts';
import type { TypedPart } from '../../prompt/parts.ts';
import type { SettingsRecord } from '../../sessions/session-records.ts';
import type { Content } from '../../wire/generate-content.ts';
import { composeRequest } from '../compose-request.ts';
import type { Chat, ChatOptions } from './chat-state.ts';
import type { Message } from './take-turn.ts';

type Begun = Pick<Chat, 'frame' | 'schema' | 'start' | 'queued'> & { readonly first: Message | undefined };

/** What the command line says: the settings of every turn, what stands before the first, and the first message. */
export async function begin(
  context: Context,
  options: ChatOptions,
  known: { backend: Backend; model: string; settings: SettingsRecord | undefined; reading: boolean },
): Promise<Begun> {
  const { backend, model, settings, reading } = known;
  const ownTools =
    options.tools !== undefined || options.googleSearch || options.codeExecution || options.urlContext;
  const { tools, ...others } = settings?.frame ?? {};
  // Tools are added to those of a file; a session's are given again, or they are other ones.
  const base = settings && { ...others, ...(tools && !ownTools && { tools }), contents: [] };
  const composed = await composeRequest(
    context,
    { ...options, base, mayBeEmpty: true, stdin: options.stdin && options.parts.some(isStdinPart) },
    model,
    async () => ({ ...backend.limits, requestBytes: Number.POSITIVE_INFINITY }),
  );
  const { contents, ...frame } = composed.request;
  const last = contents.at(-1);
  const first: Content | undefined = last && last.role !== 'model' ? last : undefined;
  // Media alone wait for the question that is asked next.
  const waits = options.request === undefined && reading && options.parts.every((part) => 'source' in part);
  return {
    frame,
    schema: composed.schema,
    start: first ? contents.slice(0, -1) : contents,
    queued: waits ? [...options.parts] : [],
    first: first && !waits ? { content: first } : undefined,
  };
}

/** `-`, as a part or as a source. */
export function isStdinPart(part: TypedPart): boolean {
  return 'stdin' in part || ('source' in part && /^-(#|$)/.test(part.source));
}
