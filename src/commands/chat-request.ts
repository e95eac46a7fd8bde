import type { BackendLimits } from '../backends/backend.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { fromChatRequest } from '../wire/chat-completions/from-request.ts';
import { lossLines } from '../wire/chat-completions/losses.ts';
import type { GenerateContentRequest } from '../wire/generate-content.ts';

/**
 * A chat-completions file as the request to start from. A server of that language gets all that stands in it; a
 * generateContent service what it has words for.
 * @throws UsageError with --strict for the rest; InputError for what cannot be meant
 */
export function readChatRequest(
  chat: Parameters<typeof fromChatRequest>[0],
  file: string,
  { config, note }: Context,
  limits: BackendLimits,
): GenerateContentRequest {
  const { request, extras, losses } = fromChatRequest(chat, file);
  if (limits.language === 'chat-completions') return { ...extras, ...request };
  const leftOut = Object.keys(extras).filter((name) => !SAID_ELSEWHERE.has(name));
  const [first, ...others] = lossLines([...leftOut.map((what) => ({ what })), ...losses], 'generateContent');
  if (first === undefined) return request;
  if (config.is('strict')) throw new UsageError(`--strict: ${file}: ${first}`, { details: others });
  for (const line of [first, ...others]) note(`note: ${file}: ${line}`);
  return request;
}

/** By -m and --no-stream. */
const SAID_ELSEWHERE = new Set(['model', 'model_id', 'stream', 'stream_options']);
