import type { Backend } from '../../backends/backend.ts';
import type { Context } from '../../context.ts';
import type { TypedPart } from '../../prompt/parts.ts';
import type { Frame } from '../../sessions/session-records.ts';
import type { UploadedFrom } from '../../sessions/stored-media.ts';
import type { Consent } from '../../tools/consent.ts';
import type { Content, Part, UsageMetadata } from '../../wire/generate-content.ts';
import type { AnsweringOptions } from '../answering.ts';
import type { PromptLimits } from '../check-prompt.ts';
import type { PromptOptions } from '../prompt-options.ts';
import type { Recorder } from './recorder.ts';

/** A conversation, as the command line put it. */
export type ChatOptions = PromptOptions &
  AnsweringOptions &
  PromptLimits & {
    /** The session to open or make. */
    readonly session: string | undefined;
    /** Go on with the session used last. */
    readonly continue: boolean;
    /** False with --no-store: nothing is written down. */
    readonly store: boolean;
    /** In a pipe: a failed turn does not end the rest. */
    readonly keepGoing: boolean;
    /** In a pipe: lines that are slash commands are run. */
    readonly commands: boolean;
  };

/** One question with its answer: the user's content first, rounds of function calls, the model's content last. */
export type Turn = {
  readonly contents: Content[];
  readonly time: string;
  readonly model: string;
  readonly backend: string;
  readonly finishReason?: string | undefined;
  readonly usage?: UsageMetadata | undefined;
  /** Why the answer is not whole, in a word or two. */
  readonly incomplete?: string | undefined;
};

export type FailedMessage = {
  readonly content: Content;
  /** It was asked in place of the last turn. */
  readonly again: boolean;
  /** What of the queue is in it. */
  readonly taken: readonly TypedPart[];
};

/** A conversation under way. */
export type Chat = {
  readonly context: Context;
  options: ChatOptions;
  readonly backend: Backend;
  /** Whether a person types. */
  readonly interactive: boolean;
  readonly consent: Consent;
  /** Of the turn or command under way, if there is one. */
  signal: AbortSignal;
  model: string;
  /** What is sent with every turn. */
  frame: Frame;
  /** What answers must fit. */
  readonly schema: Record<string, unknown> | undefined;
  /** What stands before the first turn, from a request file. */
  start: Content[];
  turns: Turn[];
  /** What goes with the next message. */
  queued: TypedPart[];
  /** A message that was not answered, to be sent again. */
  failed: FailedMessage | undefined;
  /** Whose bytes the uploaded files of the conversation are. */
  readonly uploads: WeakMap<Part, UploadedFrom>;
  readonly recorder: Recorder;
};

/** The context of what is under way, which can be ended without the chat. */
export function contextOf({ context, signal }: Pick<Chat, 'context' | 'signal'>): Context {
  const { config } = context;
  return { ...context, config, signal };
}

/** The contents of the conversation, without its last `less` turns. */
export function contentsOf({ start, turns }: Pick<Chat, 'start' | 'turns'>, less = 0): Content[] {
  return [...start, ...turns.slice(0, turns.length - less).flatMap(({ contents }) => contents)];
}

/** The text of a user's content, for lists and messages; media as their kind. */
export function textOfContent(content: Content | undefined): string {
  return (content?.parts ?? [])
    .map(({ text, inlineData, fileData }) => {
      if (text !== undefined) return text;
      const type = inlineData?.mimeType ?? fileData?.mimeType;
      return inlineData || fileData ? `[${type ?? 'file'}]` : '';
    })
    .filter((text) => text !== '')
    .join(' ');
}
