import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import {
  type EmulatorScript,
  type Fault,
  loadScript,
  type ScriptedReply,
} from '../../src/emulator/script.ts';
import { generate, post, prompt, stream, textOf } from './ask-emulator.ts';

const emulators: Emulator[] = [];
async function start(script: EmulatorScript, log?: (line: string) => void): Promise<Emulator> {
  const emulator = await startEmulator(log === undefined ? { script } : { script, log });
  emulators.push(emulator);
  return emulator;
}
afterEach(() => Promise.all(emulators.splice(0).map((emulator) => emulator.close())));

const hello = prompt({ text: 'hello' });
const SSE = '/v1beta/models/m:streamGenerateContent?alt=sse';
const says = (text: string, finishReason?: string) => ({
  candidates: [
    {
      content: { role: 'model', parts: [{ text }] },
      ...(finishReason === undefined ? {} : { finishReason }),
    },
  ],
});
const chunks = [says('one '), says('two '), says('three', 'STOP')];

describe('replies', () => {
  test('are given in order, then the emulator answers itself', async () => {
    const { url } = await start({ replies: [{ status: 429, body: { error: { code: 429 } } }, { chunks }] });
    expect((await post(url + SSE, hello)).status).toBe(429);
    expect((await stream(url, hello)).map(textOf)).toEqual(['one ', 'two ', 'three']);
    expect(textOf(await generate(url, hello))).toContain('emulator');
  });

  test('with strict, a request without a reply is an error', async () => {
    const { url } = await start({ strict: true, replies: [{ chunks }] });
    expect(textOf(await generate(url, hello))).toBe('one two three');
    const { status, text } = await post(url + SSE, hello);
    expect(status).toBe(500);
    expect(text).toContain(':streamGenerateContent');
  });

  test('wait for the request they are for', async () => {
    const replies: ScriptedReply[] = [
      { match: { body: 'second' }, body: '2' },
      { match: { path: '/count(To|Be)kens$/i' }, times: 'any', body: { totalTokens: 7 } },
      { match: { method: 'POST', path: 'alt=sse' }, times: 2, body: 'sse' },
    ];
    const { url, unusedReplies } = await start({ replies });
    expect(unusedReplies()).toHaveLength(3);
    expect((await post(url + SSE, hello)).text).toBe('sse');
    expect((await post(url + SSE, prompt({ text: 'second' }))).text).toBe('2');
    expect((await post(`${url}/v1/models/m:countTokens`, hello)).text).toContain('"totalTokens": 7');
    expect(unusedReplies()).toEqual(['reply 3 (body for alt=sse): used 1 of 2 times']);
    expect((await post(url + SSE, hello)).text).toBe('sse');
    expect(unusedReplies()).toEqual([]);
  });

  test('of chunks do not hide a request that the service would refuse', async () => {
    const { url } = await start({ replies: [{ chunks }] });
    expect((await post(url + SSE, { contents: [] })).status).toBe(400);
  });

  test('of writes send the bytes as they are', async () => {
    const writes = [
      'data: {"a',
      { base64: Buffer.from([0xff, 0x00]).toString('base64') },
      { text: '\n', delayMs: 1 },
    ];
    const { url } = await start({ replies: [{ writes, status: 203, headers: { 'content-type': 'x/y' } }] });
    const response = await fetch(url + SSE, { method: 'POST', body: 'not even JSON' });
    expect([response.status, response.headers.get('content-type')]).toEqual([203, 'x/y']);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from('data: {"a\xff\0\n', 'latin1'));
  });

  test('are not taken twice by requests that come at once', async () => {
    const { url } = await start({ replies: [{ match: { body: 'hello' }, body: 'mine' }] });
    const answers = await Promise.all([1, 2, 3, 4].map(() => post(url + SSE, hello)));
    expect(answers.filter(({ text }) => text === 'mine')).toHaveLength(1);
  });
});

/** What of a response arrives, and how it ends. */
function receive(
  url: string,
  body: unknown,
): Promise<{ head?: IncomingMessage; text: string; error?: string }> {
  return new Promise((resolve) => {
    let text = '';
    let head: IncomingMessage | undefined;
    const done = (error?: NodeJS.ErrnoException) => {
      resolve({
        text,
        ...(head === undefined ? {} : { head }),
        ...(error === undefined ? {} : { error: error.code ?? error.message }),
      });
    };
    const outgoing = request(url, { method: 'POST' }, (response) => {
      head = response;
      response.setEncoding('utf8').on('data', (data) => {
        text += data;
        if (text.includes('STALL?')) done();
      });
      response.on('end', () => done()).on('error', done);
    });
    outgoing.on('error', done).end(JSON.stringify(body));
  });
}

describe('faults', () => {
  const whole = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`);
  const faulty = async (fault: Fault, reply: ScriptedReply = { chunks }) => {
    const { url } = await start({ replies: [{ ...reply, fault }] });
    return await receive(url + SSE, hello);
  };

  test('reset before the headers', async () => {
    expect(await faulty({ kind: 'reset' })).toEqual({ text: '', error: 'ECONNRESET' });
  });

  test('reset after some bytes', async () => {
    const { text, error } = await faulty({ kind: 'reset', afterBytes: 20 });
    expect([text, error]).toEqual([whole.join('').slice(0, 20), 'ECONNRESET']);
  });

  test('close after some bytes: the body never ends in proper form', async () => {
    const { text, error, head } = await faulty({ kind: 'close', afterBytes: 200 });
    expect([text, head?.complete]).toEqual([whole.join('').slice(0, 200), false]);
    expect(error).toBeDefined();
  });

  test('half JSON, in a body that ends in proper form', async () => {
    const { text, error, head } = await faulty({ kind: 'half-json' });
    expect([error, head?.complete]).toEqual([undefined, true]);
    const last = whole[2] ?? '';
    expect(text).toBe(`${whole[0]}${whole[1]}${last.slice(0, Math.floor(last.length / 2))}`);
  });

  test('no finish, in a body that ends in proper form', async () => {
    const { text, head } = await faulty({ kind: 'no-finish' });
    expect([text, head?.complete]).toEqual([`${whole[0]}${whole[1]}`, true]);
  });

  test('no finish, of an answer of known length', async () => {
    const { url } = await start({ replies: [{ fault: { kind: 'no-finish' } }] });
    const { text, head } = await receive(`${url}/v1beta/models/m:generateContent`, hello);
    expect([text, head?.complete]).toEqual(['', true]);
  });

  test('a wrong Content-Length', async () => {
    const { text, head } = await faulty({ kind: 'wrong-length', by: 5 });
    expect(Number(head?.headers['content-length'])).toBe(Buffer.byteLength(text) + 5);
    expect([text, head?.complete]).toEqual([whole.join(''), false]);
  });

  test('slow, in small slices', async () => {
    const { text, error } = await faulty({ kind: 'slow', bytes: 40, delayMs: 1 });
    expect([text, error]).toEqual([whole.join(''), undefined]);
  });

  test('a stall after some chunks: what came before it has arrived', async () => {
    const { text, head } = await faulty(
      { kind: 'stall', afterPieces: 2 },
      { chunks: [says('a'), says('STALL?'), says('c')] },
    );
    expect(text).toContain('STALL?');
    expect(head?.complete).toBe(false);
  });

  test('hang: the connection stays, nothing comes, and the client may leave', async () => {
    const { url } = await start({ replies: [{ fault: { kind: 'hang' } }] });
    await expect(
      fetch(url + SSE, { method: 'POST', body: '{}', signal: AbortSignal.timeout(50) }),
    ).rejects.toThrow('timeout');
  });

  test('without reading the body', async () => {
    const replies: ScriptedReply[] = [
      { readBody: false, status: 503, body: { error: {} } },
      { readBody: false, fault: { kind: 'reset' } },
    ];
    const { url } = await start({ replies });
    const headers = { 'content-length': '1000000' };
    const status = await new Promise((resolve, reject) => {
      // The body never comes.
      const outgoing = request(url + SSE, { method: 'POST', headers }, ({ statusCode }) => {
        outgoing.destroy();
        resolve(statusCode);
      });
      outgoing.on('error', reject).flushHeaders();
    });
    expect(status).toBe(503);
    expect(await receive(url + SSE, hello)).toEqual({ text: '', error: 'ECONNRESET' });
  });

  test('spoil the emulator’s own answer too', async () => {
    const { url } = await start({ replies: [{ fault: { kind: 'close', afterBytes: 30 } }] });
    expect((await receive(url + SSE, hello)).text).toHaveLength(30);
  });
});

test('a client that leaves ends the work for it', async () => {
  const lines: string[] = [];
  const { url } = await start(
    { replies: [{ chunks: [says('STALL?'), says('b')], chunkDelayMs: 3_600_000 }] },
    (line) => lines.push(line),
  );
  const abort = new AbortController();
  const response = await fetch(url + SSE, {
    method: 'POST',
    body: JSON.stringify(hello),
    signal: abort.signal,
  });
  await response.body?.getReader().read();
  expect(lines).toEqual([]);
  abort.abort();
  await expect.poll(() => lines.length).toBe(1);
});

describe('loadScript', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emulator-script-'));
    return () => rm(folder, { recursive: true });
  });
  const load = async (script: unknown) => {
    const path = join(folder, 'script.json');
    await writeFile(path, typeof script === 'string' ? script : JSON.stringify(script));
    return await loadScript(path);
  };

  test('gives what the file says', async () => {
    const script: EmulatorScript = {
      strict: true,
      replies: [
        { name: 'first', match: { path: 'x' }, times: 'any', delayMs: 1, chunks, chunkDelayMs: 1 },
        {
          writes: ['a', { base64: 'AAAA', delayMs: 5 }],
          status: 200,
          headers: { a: 'b' },
          fault: { kind: 'stall', afterPieces: 1 },
        },
        { body: null, readBody: false },
      ],
    };
    expect(await load(script)).toEqual(script);
  });

  test.each<[unknown, string]>([
    ['{', 'JSON'],
    [[], 'object'],
    [{}, 'replies'],
    [{ replies: [], stict: true }, 'stict'],
    [{ replies: [{ chunk: [] }] }, 'replies[0] has an unknown field "chunk"'],
    [{ replies: [{}, { times: 0 }] }, 'replies[1].times'],
    [{ replies: [{ chunks: [1] }] }, 'replies[0].chunks'],
    [{ replies: [{ chunks: [], body: '' }] }, 'chunks and body'],
    [{ replies: [{ match: { url: 'x' } }] }, 'replies[0].match'],
    [{ replies: [{ match: { path: '/(/' } }] }, 'replies[0].match.path'],
    [{ replies: [{ writes: [{ txt: 'a' }] }] }, 'replies[0].writes[0]'],
    [{ replies: [{ fault: { kind: 'explode' } }] }, 'replies[0].fault.kind'],
    [{ replies: [{ fault: { kind: 'stall' } }] }, 'afterPieces'],
    [{ replies: [{ fault: { kind: 'hang', afterBytes: 1 } }] }, 'afterBytes'],
  ])('%j is refused', async (script, word) => {
    await expect(load(script)).rejects.toThrow(word);
  });
});
