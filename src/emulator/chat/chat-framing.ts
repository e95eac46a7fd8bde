import { randomBytes } from 'node:crypto';
import type { Candidate, GenerateContentResponse, UsageMetadata } from '../../wire/generate-content.ts';
import { type Answer, jsonAnswer } from '../answer.ts';
import { foldChunks } from '../fold-chunks.ts';
import { chatErrorAnswer } from './chat-refusal.ts';
import type { ReceivedChat } from './received-chat.ts';

type Chunks = AsyncIterable<GenerateContentResponse>;

/**
 * Sends chunks in the language of chat completions: as events when a stream was asked for, else as one answer.
 * @param empty leaves fields as empty as the guide of Distributed Cloud shows them in a whole answer
 */
export async function frameChat(chat: ReceivedChat, chunks: Chunks, empty: boolean): Promise<Answer> {
  const common = {
    id: `chatcmpl-${randomBytes(12).toString('base64url')}`,
    created: Math.floor(Date.now() / 1000),
    model: chat.model ?? chat.model_id ?? '',
  };
  if (chat.stream) {
    const usage = chat.stream_options?.include_usage === true;
    const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
    return {
      status: 200,
      headers,
      body: events(chunks, { ...common, object: 'chat.completion.chunk' }, usage),
    };
  }
  const folded = await foldChunks(chunks);
  const error = errorIn(folded);
  if (error) return chatErrorAnswer(Number(error.code ?? 500), { message: String(error.message) });
  const choices = candidatesOf(folded).map((candidate) => wholeChoice(candidate, empty));
  if (empty) return jsonAnswer({ ...EMPTY, choices });
  const usage = usageOf(folded.usageMetadata);
  return jsonAnswer({ ...common, object: 'chat.completion', choices, usage });
}

/** The guide's answer to its own sample: "send a multimodal prompt", Distributed Cloud. */
const EMPTY = {
  id: '',
  object: '',
  created: 0,
  model: '',
  service_tier: null,
  system_fingerprint: null,
  usage: { completion_tokens: 0, prompt_tokens: 0, total_tokens: 0 },
};

/**
 * The reasons of the end, the usage and `[DONE]` are one piece: an answer without its last piece is unfinished, and half
 * a piece is half of something.
 */
async function* events(
  chunks: Chunks,
  common: Record<string, unknown>,
  withUsage: boolean,
): AsyncGenerator<Buffer> {
  const event = (fields: object) =>
    `data: ${JSON.stringify({ ...common, ...fields, ...(withUsage && !('usage' in fields) ? { usage: null } : {}) })}\n\n`;
  const begun = new Map<number, number>();
  let ending = '';
  let usage: UsageMetadata | undefined;
  for await (const chunk of chunks) {
    const error = errorIn(chunk);
    if (error) {
      const { message = '', code = null } = error;
      yield Buffer.from(
        `data: ${JSON.stringify({ error: { message, type: 'server_error', param: null, code } })}\n\n`,
      );
      continue;
    }
    usage = chunk.usageMetadata ?? usage;
    for (const candidate of candidatesOf(chunk)) {
      const index = candidate.index ?? 0;
      const calls = begun.get(index);
      const deltas = [
        ...(calls === undefined ? [{ role: 'assistant', content: '' }] : []),
        ...deltasOf(candidate, calls ?? 0),
      ];
      begun.set(index, (calls ?? 0) + callsOf(candidate).length);
      const said = deltas.map((delta) => event({ choices: [choiceOf(index, { delta }, null)] })).join('');
      if (said !== '') yield Buffer.from(said);
      const reason = finishOf(candidate, begun.get(index) ?? 0);
      if (reason !== null) ending += event({ choices: [choiceOf(index, { delta: {} }, reason)] });
    }
  }
  if (withUsage) ending += event({ choices: [], usage: usageOf(usage) });
  yield Buffer.from(`${ending}data: [DONE]\n\n`);
}

/** A prompt that was blocked has no candidates; here it is a choice that a filter ended. */
function candidatesOf({ candidates, promptFeedback }: GenerateContentResponse): Candidate[] {
  if (candidates) return candidates;
  return promptFeedback?.blockReason ? [{ finishReason: 'SAFETY' }] : [];
}

function choiceOf(index: number, said: object, finishReason: string | null): object {
  return { index, ...said, logprobs: null, finish_reason: finishReason };
}

const partsOf = ({ content }: Candidate) => content?.parts ?? [];
const callsOf = (candidate: Candidate) =>
  partsOf(candidate).flatMap(({ functionCall }) => functionCall ?? []);

/** Calls come as servers send them: first the name, then the arguments piece by piece. */
function deltasOf(candidate: Candidate, callsBefore: number): object[] {
  let index = callsBefore;
  return partsOf(candidate).flatMap(({ text, thought, functionCall: call }): object[] => {
    if (text !== undefined) return [thought === true ? { reasoning_content: text } : { content: text }];
    if (call === undefined) return [];
    const args = JSON.stringify(call.args ?? {});
    const half = Math.floor(args.length / 2);
    const start = {
      id: call.id ?? `call_${index}`,
      type: 'function',
      function: { name: call.name, arguments: '' },
    };
    const pieces = [
      start,
      ...[args.slice(0, half), args.slice(half)].map((piece) => ({ function: { arguments: piece } })),
    ];
    const deltas = pieces.map((piece) => ({ tool_calls: [{ index, ...piece }] }));
    index += 1;
    return deltas;
  });
}

function wholeChoice(candidate: Candidate, empty: boolean): object {
  const text = (thought: boolean) =>
    partsOf(candidate)
      .map((part) => ((part.thought === true) === thought ? (part.text ?? '') : ''))
      .join('');
  const calls = callsOf(candidate);
  const toolCalls = calls.map(({ id, name, args = {} }, index) => ({
    id: id ?? `call_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));
  const content = text(false);
  const thoughts = text(true);
  const message = {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    refusal: null,
    ...(thoughts === '' ? {} : { reasoning_content: thoughts }),
    ...(calls.length > 0
      ? { tool_calls: toolCalls }
      : empty
        ? { function_call: null, tool_calls: null }
        : {}),
  };
  const reason = finishOf(candidate, calls.length);
  const index = candidate.index ?? 0;
  if (!empty) return choiceOf(index, { message }, reason);
  return { index, message, logprobs: 0, finish_reason: reason === 'stop' ? '' : reason };
}

const FILTERED = /SAFETY|RECITATION|BLOCKLIST|PROHIBITED|SPII|MODEL_ARMOR/;

function finishOf({ finishReason }: Candidate, calls: number): string | null {
  if (finishReason === undefined) return null;
  if (finishReason === 'STOP') return calls > 0 ? 'tool_calls' : 'stop';
  if (finishReason === 'MAX_TOKENS') return 'length';
  return FILTERED.test(finishReason) ? 'content_filter' : finishReason.toLowerCase();
}

function usageOf(usage: UsageMetadata = {}): object {
  const {
    promptTokenCount: prompt = 0,
    candidatesTokenCount: text = 0,
    thoughtsTokenCount: thoughts = 0,
  } = usage;
  return {
    prompt_tokens: prompt,
    completion_tokens: text + thoughts,
    total_tokens: prompt + text + thoughts,
    prompt_tokens_details: { cached_tokens: usage.cachedContentTokenCount ?? 0 },
    completion_tokens_details: { reasoning_tokens: thoughts },
  };
}

/** A script may have an error in the place of a chunk. */
function errorIn(chunk: object): Record<string, unknown> | undefined {
  const error: unknown = 'error' in chunk ? chunk.error : undefined;
  return typeof error === 'object' && error !== null ? { ...error } : undefined;
}
