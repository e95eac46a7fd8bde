import type { AnswerOutput } from '../../answer/output.ts';
import type { Context } from '../../context.ts';
import type { TypedPart } from '../../prompt/parts.ts';
import type {
  Content,
  GenerateContentRequest,
  GenerateContentResponse,
} from '../../wire/generate-content.ts';
import { answerAndKeep } from '../answering.ts';
import { composeRequest } from '../compose-request.ts';
import { uploadMode } from '../prompt-options.ts';
import { type Chat, contentsOf, contextOf, type Turn } from './chat-state.ts';
import { keptContents, turnOf, unanswered } from './kept-answer.ts';

/** What is said next: typed parts, or a content that was said before. */
export type Message = { readonly parts: readonly TypedPart[] } | { readonly content: Content };

export type TurnOptions = {
  /** Of this turn alone. */
  readonly signal: AbortSignal;
  /** Where the answer goes. */
  open(request: GenerateContentRequest): Promise<AnswerOutput>;
  /** The message is asked in place of the last turn. */
  readonly again?: boolean;
};

/** How a turn ended. Without a turn, the conversation is as it was before, and the message can be sent again. */
export type TurnEnd = {
  readonly turn: Turn | undefined;
  readonly response: GenerateContentResponse | undefined;
  /** What was wrong. */
  readonly fault: unknown;
};

/** One turn: the message is composed and checked, large media are uploaded, the answer is shown and both are kept. */
export async function takeTurn(chat: Chat, message: Message, options: TurnOptions): Promise<TurnEnd> {
  const { again = false, signal } = options;
  chat.signal = signal;
  const context = contextOf(chat);
  let content: Content | undefined;
  const taken = takenFromQueue(chat, message);
  const fail = () => {
    if (content) chat.failed = { content, again, taken };
  };
  try {
    content = 'content' in message ? message.content : await composeContent(context, chat, message.parts);
    const request = await prepare(context, chat, content, again);
    content = request.contents.at(-1) ?? content;
    const { backend, model, schema, consent } = chat;
    const question = { backend, model, schema, request };
    const output = await options.open(request);
    const answer = await answerAndKeep(context, chat.options, question, { output, consent });
    const kept = keptContents(answer, request.contents.length);
    const fault = answer.fault ?? (kept ? undefined : unanswered(answer));
    const turn = kept && turnOf(chat, answer, [content, ...kept]);
    if (!turn) fail();
    else {
      chat.queued = chat.queued.filter((part) => !taken.includes(part));
      await keep(chat, turn, again);
    }
    return { turn, response: answer.response, fault };
  } catch (fault) {
    fail();
    // What was thrown while stopping is only the echo of why we stop.
    return { turn: undefined, response: undefined, fault: signal.aborted ? signal.reason : fault };
  } finally {
    chat.signal = chat.context.signal;
  }
}

/** What of the queue goes with a message; one that failed has taken it already. */
function takenFromQueue({ queued, failed }: Chat, message: Message): readonly TypedPart[] {
  if ('parts' in message) return queued.filter((part) => message.parts.includes(part));
  return message.content === failed?.content ? failed.taken : [];
}

/** The content that parts as typed become; media are looked at, not read. */
export async function composeContent(
  context: Context,
  chat: Pick<Chat, 'options' | 'backend' | 'model'>,
  parts: readonly TypedPart[],
): Promise<Content> {
  const { options, backend, model } = chat;
  const { label, urls } = options;
  const { request } = await composeRequest(
    context,
    { ...NOTHING_SAID, parts, label, urls },
    model,
    // What does not fit is uploaded, or told of when all of the turn is known.
    async () => ({ ...backend.limits, requestBytes: Number.POSITIVE_INFINITY }),
  );
  return request.contents.at(-1) ?? { role: 'user', parts: [] };
}

/** All settings are in the frame of the conversation. */
const NOTHING_SAID = {
  stdin: false,
  request: undefined,
  system: undefined,
  generation: {},
  safety: [],
  schema: undefined,
  tools: undefined,
  googleSearch: false,
  codeExecution: false,
  urlContext: false,
  labels: [],
  cachedContent: undefined,
  set: [],
} as const;

/** The request of a turn: checked against the limits, with its large media uploaded. */
async function prepare(
  context: Context,
  chat: Chat,
  content: Content,
  again: boolean,
): Promise<GenerateContentRequest> {
  const { backend, model, options } = chat;
  const before = () => contentsOf(chat, again ? 1 : 0);
  const whole = (): GenerateContentRequest => ({
    contents: [...before(), content],
    ...chat.frame,
  });
  if (!hasMedia(whole())) {
    if (options.maxTokensIn !== undefined) await check(context, chat, whole());
    return whole();
  }
  if (before().length > 0) {
    const { uploadOnce } = await import('./upload-once.ts');
    await uploadOnce(context, chat, backend.limits);
  }
  await check(context, chat, whole());
  if (!options.limits && uploadMode(context) === 'never') return whole();
  const { uploadMedia } = await import('../upload-media.ts');
  const request = whole();
  const sent = await uploadMedia(context, request, backend.limits);
  takeUploaded(context, chat, request.contents, sent.contents);
  return { ...sent, contents: [...before(), sent.contents.at(-1) ?? content] };

  async function check(own: Context, { options: limits }: Chat, request: GenerateContentRequest) {
    const { checkPrompt } = await import('../check-prompt.ts');
    await checkPrompt(own, limits, { backend: backend.name, model }, request, {
      limits: backend.limits,
      upload: uploadMode(own),
      canUpload: own.uploader(backend.limits.uriSchemes) !== undefined,
    });
  }
}

function hasMedia({ contents }: GenerateContentRequest): boolean {
  return contents.some(({ parts }) => parts.some(({ inlineData, fileData }) => inlineData ?? fileData));
}

/** Keeps what was uploaded, so that the turns to come name it too. */
function takeUploaded(
  context: Context,
  chat: Chat,
  before: readonly Content[],
  after: readonly Content[],
): void {
  for (const [at, content] of after.entries()) {
    for (const [index, part] of content.parts.entries()) {
      const old = before[at]?.parts[index];
      if (old === undefined || old === part) continue;
      const source = old.inlineData?.data;
      if (source !== undefined) chat.uploads.set(part, { source, uploaded: context.now().toISOString() });
      const held = before[at];
      if (held) held.parts[index] = part;
    }
  }
}

async function keep(chat: Chat, turn: Turn, again: boolean): Promise<void> {
  if (again) chat.turns.pop();
  chat.turns.push(turn);
  chat.failed = undefined;
  await chat.recorder.turn(chat, turn, again);
}
