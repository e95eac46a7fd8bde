import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { readChunks } from '../../src/backends/stream.ts';
import {
  ClosedPipeError,
  IncompleteError,
  InterruptedError,
  QuotaError,
  UnavailableError,
} from '../../src/errors.ts';
import { endingError } from '../../src/wire/finish-reason.ts';
import { answerText, thoughtText } from '../../src/wire/response.ts';
import { bodyOf, fixture, fold, read, readText } from './read-answer.ts';

describe('what an answer holds', () => {
  test('event stream: thoughts, text and signature', async () => {
    const response = fold((await read([fixture('developer.sse')])).chunks);
    expect(answerText(response)).toBe(' A daisy 🌼 grows through “brown” leaves:\n- größer\n- 花');
    expect(thoughtText(response)).toBe('Looking at the colours first.');
    expect(response.candidates?.[0]?.content?.parts?.at(-1)).toEqual({
      text: '',
      thoughtSignature: 'EpQBCpEBAcu98PC0',
    });
    expect(endingError(response)).toBeUndefined();
  });

  test('JSON array, as Vertex AI prints it', async () => {
    const { chunks, error } = await read([fixture('vertex-array.json')], { type: 'application/json' });
    expect(error).toBeUndefined();
    expect(chunks).toEqual(JSON.parse(fixture('vertex-array.json').toString()));
    expect(answerText(fold(chunks))).toBe(' A daisy 🌼 "grows" \\ {[]}, through brown leaves\\');
  });

  test('chunks of another API, [DONE] and a null error', async () => {
    const body = bodyOf([fixture('chat-completions.sse')]);
    const words: string[] = [];
    for await (const chunks of readChunks<{ choices: { delta: { content: string } }[] }>({
      status: 200,
      headers: {},
      body,
    })) {
      words.push(...chunks.map(({ choices }) => choices[0]?.delta.content ?? ''));
    }
    expect(words).toEqual(['Several freshly', ' baked scones']);
  });

  test('a last event without its blank line counts, one that is cut does not', async () => {
    expect(await readText('data: {"a":1}\n\ndata: {"b":2}')).toEqual({
      chunks: [{ a: 1 }, { b: 2 }],
      error: undefined,
    });
    const { chunks, error } = await readText('data: {"a":1}\n\ndata: {"b":2');
    expect(chunks).toEqual([{ a: 1 }]);
    expect(error).toBeInstanceOf(IncompleteError);
  });

  test('a JSON array or object that is not closed is cut', async () => {
    expect((await readText('[{"a":1},')).error).toBeInstanceOf(IncompleteError);
    expect((await readText('{"a":1')).error).toMatchObject({ exitCode: 7, retryable: true });
  });

  test('chunks are handed on with the read that completes them', async () => {
    const event = (text: string) => `data: {"text":"${text}"}\n\n`;
    const reads = [
      event('a') + event('b'),
      event('c').slice(0, 9),
      `${event('c').slice(9)}${event('d')}data:`,
    ];
    const groups: object[][] = [];
    const body = bodyOf(reads.map((text) => Buffer.from(text)));
    for await (const group of readChunks({ status: 200, headers: {}, body })) groups.push(group);
    expect(groups).toEqual([
      [{ text: 'a' }, { text: 'b' }],
      [{ text: 'c' }, { text: 'd' }],
    ]);
  });
});

describe('errors within a stream', () => {
  test.each(['error-event.sse', 'error-bare.sse', 'error-named.sse', 'error-array.json'])(
    '%s: what came before is handed on, then the server’s error',
    async (name) => {
      const { chunks, error } = await read([fixture(name)]);
      expect(answerText(fold(chunks))).toBe('Once');
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error).toMatchObject({ status: 503, code: 'UNAVAILABLE', retryable: true });
      expect((error as Error).message).toContain('The model is overloaded.');
    },
  );

  test('the code of the error decides, not the 200 of the reply', async () => {
    const quota = '{"error":{"code":429,"message":"Quota.","status":"RESOURCE_EXHAUSTED","details":[]}}';
    for (const text of [quota, `[${quota}]`, `data: ${quota}`, `data: [${quota}]`, `: hello\n\n${quota}`]) {
      const { error } = await readText(text);
      expect(error).toBeInstanceOf(QuotaError);
    }
  });

  test('a bare error is thrown when it is whole, not when the stream ends', async () => {
    async function* endless() {
      yield fixture('error-bare.sse');
      throw new Error('read on after the error');
    }
    const chunks = readChunks({ status: 200, headers: {}, body: endless() });
    await chunks.next();
    await expect(chunks.next()).rejects.toMatchObject({ status: 503 });
  });

  test('a bare error that is cut is a broken stream, its text not shown', async () => {
    const text = fixture('error-bare.sse').toString();
    const { error } = await readText(text.slice(0, -5));
    expect(error).toBeInstanceOf(IncompleteError);
    expect((error as Error).message).not.toContain('overloaded');
  });
});

test('a bare error is read up to 64 KiB', async () => {
  const text = `data: {}\n\n{"error": {"code": 503,\n${'"filler": 1,\n'.repeat(10_000)}"message": "m"}}\n`;
  expect((await readText(text)).error).toBeInstanceOf(IncompleteError);
});

describe('what is no answer', () => {
  const page =
    '<!doctype html>\n<html><head><title>Wi-Fi &amp; login</title></head><body>secret words</body></html>';

  test.each([
    ['a web page', page, 'text/html; charset=utf-8'],
    ['a web page that calls itself an event stream', page, 'text/event-stream'],
    ['plain text', 'upstream connect error', 'text/plain'],
    ['a number', '42', 'application/json'],
    ['a list of numbers', '[4, 2]', 'application/json'],
    ['nothing', '', 'text/event-stream'],
    ['blank space', ' \r\n\n', 'application/json'],
    ['endless text', 'la\n'.repeat(100_000), 'text/plain'],
  ])('%s', async (_what, text, type) => {
    const { chunks, error } = await readText(text, { type });
    expect(chunks).toEqual([]);
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as Error).message).not.toContain('secret words');
  });

  test('names the page, and the type', async () => {
    const { error } = await readText(page, { type: 'text/html' });
    expect(error).toMatchObject({
      message: expect.stringContaining('web page ("Wi-Fi & login")'),
      retryable: false,
    });
    const { error: other } = await readText('hi', { type: 'text/plain; charset=x' });
    expect((other as Error).message).toContain('text/plain instead');
  });

  test('204 is not tried again, an empty 200 is', async () => {
    expect((await readText('', { status: 204 })).error).toMatchObject({ exitCode: 7, retryable: false });
    expect((await readText('', { status: 200 })).error).toMatchObject({ exitCode: 7, retryable: true });
  });

  test('malformed JSON: its length is shown, not its text; retryable only before the first chunk', async () => {
    const { error } = await readText('data: {"secret": nonsense}\n\n');
    expect(error).toMatchObject({
      exitCode: 7,
      retryable: true,
      message: expect.stringContaining('20 bytes'),
    });
    expect((error as Error).message).not.toContain('nonsense');
    const after = await readText('data: {}\n\ndata: {"secret": nonsense}\n\n');
    expect(after.chunks).toEqual([{}]);
    expect(after.error).toMatchObject({ exitCode: 8, retryable: false });
  });
});

describe('a body that fails', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  const worded = new UnavailableError('the connection was reset', { retryable: true });
  const event = 'data: {"candidates":[]}\n\n';

  test.each([reset, worded])(
    'before the first chunk goes on unchanged, after it the answer is incomplete: %s',
    async (failure) => {
      expect((await readText('data: {"cand', { failure })).error).toBe(failure);
      const { chunks, error } = await readText(event, { failure });
      expect(chunks).toEqual([{ candidates: [] }]);
      expect(error).toBeInstanceOf(IncompleteError);
      expect((error as Error).cause).toBe(failure);
    },
  );

  test.each([
    new InterruptedError('SIGINT'),
    new ClosedPipeError(),
    new DOMException('stop', 'AbortError'),
    Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' }),
    new Error('any other reason'),
    'a reason that is no error',
  ])('by an abort goes on unchanged: %s', async (failure) => {
    expect((await readText(event, { failure })).error).toBe(failure);
  });

  test('a socket that is cut in mid-answer, for real', async () => {
    const reply = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"candidates":[{"content":{"parts":[{"text":"Once"}]}}]}\n\ndata: {"cand', () =>
        setImmediate(() => response.destroy()),
      );
    });
    const iterator = readChunks({ status: 200, headers: {}, body: reply });
    expect((await iterator.next()).value).toHaveLength(1);
    await expect(iterator.next()).rejects.toBeInstanceOf(IncompleteError);
  });

  test('is closed when the reader stops', async () => {
    let closed = false;
    async function* body() {
      try {
        for (;;) yield Buffer.from(event);
      } finally {
        closed = true;
      }
    }
    for await (const _ of readChunks({ status: 200, headers: {}, body: body() })) break;
    expect(closed).toBe(true);
  });
});

/** One request to a real server on a free port; the server closes with its only reply. */
function serve(reply: (response: ServerResponse) => void): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const server = createServer((_request, response) => {
      reply(response);
      server.close();
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      get({ host: '127.0.0.1', port, agent: false }, resolve).on('error', reject);
    });
  });
}
