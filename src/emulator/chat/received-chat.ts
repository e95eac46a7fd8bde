/** A chat-completions request after check-chat has read it; only what the emulator looks at is named. */
export type ReceivedChat = {
  messages: ReceivedMessage[];
  model?: string;
  model_id?: string;
  stream?: boolean | null;
  stream_options?: { include_usage?: boolean } | null;
  tools?: { function: { name: string; description?: string; parameters?: Record<string, unknown> } }[] | null;
  tool_choice?: string | { function: { name: string } } | null;
  response_format?: { type: string; json_schema?: { schema?: unknown }; schema?: unknown } | null;
  stop?: string | string[] | null;
  reasoning_effort?: string | null;
  [parameter: string]: unknown;
};

export type ReceivedMessage = {
  role: string;
  content?: string | ReceivedContentPart[] | null;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[] | null;
  tool_call_id?: string;
};

export type ReceivedContentPart = { type: string; text?: string; [medium: string]: unknown };
