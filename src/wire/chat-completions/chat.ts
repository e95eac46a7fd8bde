import type { ByteSource } from '../../byte-source.ts';

/**
 * The words of chat completions (https://platform.openai.com/docs/api-reference/chat) as far as they are written here;
 * what servers add or leave out is read field by field (answer.ts).
 */
export type ChatRequest = {
  model?: string;
  messages: ChatMessage[];
  /** Parameters and whatever the server knows beside them. */
  [field: string]: unknown;
};

export type ChatMessage = {
  role: string;
  content?: string | ContentPart[] | null;
  tool_calls?: ToolCall[];
  tool_call_id?: string;
  [field: string]: unknown;
};

/** `{type: 'text', text}`, or a medium: its content stands in the field that `type` names. */
export type ContentPart = { type: string; [field: string]: unknown };

/** `arguments` is JSON as text. */
export type ToolCall = { id: string; type: 'function'; function: { name: string; arguments: string } };

/** A chunk of a stream, a whole answer, or whatever came in its place. */
export type ChatAnswer = {
  id?: unknown;
  object?: unknown;
  model?: unknown;
  choices?: unknown;
  usage?: unknown;
};

/** Base64 that is encoded while the body is sent; http/json-body puts `prefix` before it, in the same string. */
export type PrefixedSource = ByteSource & { readonly prefix: string };
