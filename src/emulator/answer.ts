import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';

/** What is sent back: a status, headers, and the body piece by piece, each piece written on its own. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Buffer> | Iterable<Buffer>;
};

/** An answer that is one JSON document, pretty-printed as Google's servers do. */
export function jsonAnswer(value: unknown, status = 200): Answer {
  const body = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  const headers = {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': String(body.length),
  };
  return { status, headers, body: [body] };
}

/**
 * Writes an answer's head and body; ends neither the response nor the connection. Waits for a slow reader.
 * @returns bytes of body written; stops early, without an error, when the client has gone away
 */
export async function writeAnswer(response: ServerResponse, answer: Answer): Promise<number> {
  let written = 0;
  response.writeHead(answer.status, answer.headers);
  response.flushHeaders();
  for await (const piece of answer.body) {
    if (response.destroyed) break;
    written += piece.length;
    if (!response.write(piece)) await drained(response);
    // One turn of the event loop, so that pieces leave one by one instead of as one write.
    await setImmediate();
  }
  return written;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
