import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClosedPipeError, InputError } from '../../src/errors.ts';
import { createOutputStream } from '../../src/terminal/output-stream.ts';
import { bundleChild } from './children/bundle.ts';

const PIPE = { isTTY: false, columns: () => undefined, colorLevel: 0 } as const;
const asClosed = () => new ClosedPipeError();

describe('a stream of output', () => {
  it('waits for the reader only when the stream is full', async () => {
    const passed: (() => void)[] = [];
    const stream = new Writable({ highWaterMark: 4, write: (_chunk, _encoding, done) => passed.push(done) });
    const out = createOutputStream(stream, { ...PIPE, failure: asClosed });
    await out.write('ab');
    let drained = false;
    const waiting = out.write('cdef').then(() => {
      drained = true;
    });
    await new Promise(setImmediate);
    expect(drained).toBe(false);
    passed[0]?.();
    await new Promise(setImmediate);
    passed[1]?.();
    await waiting;
    expect(drained).toBe(true);
  });

  it('rejects the write in progress and every later one, and tells the listener, when the reader goes away', async () => {
    const stream = new Writable({ highWaterMark: 1, write() {} });
    const out = createOutputStream(stream, { ...PIPE, failure: asClosed });
    const reasons: unknown[] = [];
    out.onClosed((reason) => reasons.push(reason));
    const waiting = out.write('more than fits');
    stream.destroy(Object.assign(new Error('gone'), { code: 'EPIPE' }));
    await expect(waiting).rejects.toBeInstanceOf(ClosedPipeError);
    await expect(out.write('x')).rejects.toBeInstanceOf(ClosedPipeError);
    out.onClosed((reason) => reasons.push(reason));
    expect(reasons).toEqual([expect.any(ClosedPipeError), expect.any(ClosedPipeError)]);
  });

  it('rejects the very write that fails', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('full')) });
    const out = createOutputStream(stream, { ...PIPE, failure: () => new InputError('full') });
    await expect(out.write('x')).rejects.toBeInstanceOf(InputError);
  });

  it('drops what a closed stderr would have got', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });
    const out = createOutputStream(stream, { ...PIPE, failure: () => undefined });
    await out.write('x');
    await out.write('y');
    expect(stream.errored).toBeInstanceOf(Error);
  });
});

describe('stdout of a process', () => {
  let child: Awaited<ReturnType<typeof bundleChild>>;
  beforeAll(async () => {
    child = await bundleChild('write-answer');
  });
  afterAll(() => child.remove());

  const shell = (command: string) =>
    spawn('sh', ['-c', command], { env: { ...process.env, NODE: process.execPath, SCRIPT: child.script } });

  it.each([
    ['1 MiB', 1],
    ['512 MiB', 512],
  ])('arrives whole through a pipe: %s', async (_name, mebibytes) => {
    const running = shell(`"$NODE" "$SCRIPT" ${mebibytes} | wc -c`);
    const peak = text(running.stderr);
    expect(Number(await text(running.stdout))).toBe(mebibytes * 2 ** 20);
    expect(Number(/peak (\d+)/.exec(await peak)?.[1])).toBeLessThan(150);
  });

  it('arrives whole when the reader begins late, with flat memory', async () => {
    const running = shell('"$NODE" "$SCRIPT" 128');
    const peak = text(running.stderr);
    await new Promise((resolve) => running.stdout.once('readable', resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    let length = 0;
    for await (const chunk of running.stdout) length += (chunk as Buffer).length;
    expect(length).toBe(128 * 2 ** 20);
    expect(Number(/peak (\d+)/.exec(await peak)?.[1])).toBeLessThan(110);
  });

  it('ends quietly with 0 soon after its reader has gone', async () => {
    // Without a prompt end this would write for minutes.
    const running = shell('{ "$NODE" "$SCRIPT" 1000000 100; echo "code $?" >&2; } | head -1');
    const said = await text(running.stderr);
    expect(said).toBe('closed\ncode 0\n');
  });

  it.skipIf(!existsSync('/dev/full'))('says that there is no space left', async () => {
    const running = shell('"$NODE" "$SCRIPT" 1 > /dev/full; echo "code $?"');
    expect(await text(running.stderr)).toMatch(/^gemini: .*no space left\nhint: .*\nclosed\n$/);
    expect(await text(running.stdout)).toBe('code 3\n');
  });

  it('runs on when stderr is closed', async () => {
    const running = shell('"$NODE" "$SCRIPT" 1 2>&- | wc -c');
    expect(Number(await text(running.stdout))).toBe(2 ** 20);
  });
});
