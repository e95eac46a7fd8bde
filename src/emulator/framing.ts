import type { GenerateContentResponse } from '../wire/generate-content.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import type { Call } from './call.ts';
import { chatErrorAnswer } from './chat/chat-refusal.ts';
import { foldChunks } from './fold-chunks.ts';
import type { GoogleError } from './google-error.ts';

type Framing = 'events' | 'list' | 'whole';

/** Sends chunks as the request asked: `alt=sse` as events, a stream without it as one growing JSON list, else whole. */
export async function frame(call: Call, chunks: AsyncIterable<GenerateContentResponse>): Promise<Answer> {
  const framing = framingOf(call);
  if (framing === 'events') {
    return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: events(chunks) };
  }
  if (framing === 'list') {
    return {
      status: 200,
      headers: { 'content-type': 'application/json; charset=UTF-8' },
      body: list(chunks),
    };
  }
  return jsonAnswer(await foldChunks(chunks));
}

/** A refusal in the form of the request: inside a list where a list of chunks was asked for, or as OpenAI's. */
export function errorAnswer(call: Call | undefined, error: GoogleError): Answer {
  if (call?.path.endsWith('/chat/completions'))
    return chatErrorAnswer(error.code, { message: error.message });
  const listed = call !== undefined && framingOf(call) === 'list';
  return jsonAnswer(listed ? [error] : error, error.code);
}

function framingOf(call: Call): Framing {
  if (!call.path.endsWith(':streamGenerateContent')) return 'whole';
  return call.query.get('alt') === 'sse' ? 'events' : 'list';
}

async function* events(chunks: AsyncIterable<GenerateContentResponse>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
}

/** The closing bracket travels with the last chunk: a list without its last piece is an unfinished list. */
async function* list(chunks: AsyncIterable<GenerateContentResponse>): AsyncGenerator<Buffer> {
  let opening = '[';
  let held: string | undefined;
  for await (const chunk of chunks) {
    if (held !== undefined) yield Buffer.from(held);
    held = `${opening}${JSON.stringify(chunk, null, 2)}\n`;
    opening = ',\n';
  }
  yield Buffer.from(`${held ?? '['}]\n`);
}
