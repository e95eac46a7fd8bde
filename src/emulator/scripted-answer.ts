import { setTimeout } from 'node:timers/promises';
import type { GenerateContentResponse } from '../wire/generate-content.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import type { Call } from './call.ts';
import type { ScriptedReply, ScriptedWrite } from './script.ts';

/** A reply's `writes` or `body` as an answer; undefined when a route has to answer. */
export function rawAnswer(call: Call, reply: ScriptedReply): Answer | undefined {
  const { status = 200, headers = {} } = reply;
  if (reply.writes !== undefined) {
    const type = call.query.get('alt') === 'sse' ? 'text/event-stream' : 'application/json; charset=UTF-8';
    return {
      status,
      headers: { 'content-type': type, ...headers },
      body: written(reply.writes, call.signal),
    };
  }
  if (reply.body === undefined && reply.status === undefined) return undefined;
  if (typeof reply.body !== 'string' && reply.body !== undefined) {
    const answer = jsonAnswer(reply.body, status);
    return { ...answer, headers: { ...answer.headers, ...headers } };
  }
  const body = Buffer.from(reply.body ?? '');
  return { status, headers: { 'content-length': String(body.length), ...headers }, body: [body] };
}

/** A reply's `chunks`, in their time. */
export async function* scriptedChunks(
  reply: ScriptedReply,
  signal: AbortSignal,
): AsyncGenerator<GenerateContentResponse> {
  for (const [index, chunk] of (reply.chunks ?? []).entries()) {
    if (index > 0) await pause(reply.chunkDelayMs, signal);
    yield chunk;
  }
}

/** Waits; returns early, without an error, when the client has gone away. */
export async function pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
  if (ms === undefined || ms === 0) return;
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}

async function* written(writes: readonly ScriptedWrite[], signal: AbortSignal): AsyncGenerator<Buffer> {
  for (const write of writes) {
    if (typeof write === 'string') {
      yield Buffer.from(write);
    } else {
      await pause(write.delayMs, signal);
      yield write.base64 === undefined ? Buffer.from(write.text ?? '') : Buffer.from(write.base64, 'base64');
    }
  }
}
