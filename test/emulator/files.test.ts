import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { patternBytes } from '../http/servers.ts';
import { generate, prompt, textOf } from './ask-emulator.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ record: true });
});
afterAll(() => emulator.close());

const client = () => new GoogleGenAI({ apiKey: 'a-key', httpOptions: { baseUrl: emulator.url } });

describe('the official client', () => {
  test('uploads, looks at, lists, uses and deletes a file', async () => {
    const { files } = client();
    const uploaded = await files.upload({
      file: 'examples/coffee.jpg',
      config: { mimeType: 'image/jpeg', displayName: 'a cup' },
    });
    expect(uploaded).toMatchObject({
      displayName: 'a cup',
      mimeType: 'image/jpeg',
      sizeBytes: '56108',
      state: 'ACTIVE',
    });
    const name = uploaded.name ?? expect.unreachable();
    expect(await files.get({ name })).toEqual(uploaded);
    const listed = [];
    for await (const file of await files.list({ config: { pageSize: 1 } })) listed.push(file.name);
    expect(listed).toContain(name);

    const fileData = { fileUri: uploaded.uri, mimeType: uploaded.mimeType };
    expect(textOf(await generate(emulator.url, prompt({ fileData })))).toMatch(
      /image\/jpeg, 600×400, 56.1 kB, up/,
    );

    await files.delete({ name });
    await expect(files.get({ name })).rejects.toMatchObject({ status: 403 });
    await expect(generate(emulator.url, prompt({ fileData }))).rejects.toThrow(/may not exist/);
  });

  test('sends a large file in chunks; it takes a moment to be processed', async () => {
    const bytes = patternBytes(20_000_000);
    const path = join(temporaryFolder(), 'talk.mp4');
    writeFileSync(path, bytes);
    const { files } = client();
    const uploaded = await files.upload({ file: path, config: { mimeType: 'video/mp4', name: 'my-talk' } });
    expect(uploaded).toMatchObject({ name: 'files/my-talk', sizeBytes: '20000000', state: 'PROCESSING' });
    const digest = createHash('sha256').update(bytes).digest('hex');
    expect(Buffer.from(uploaded.sha256Hash ?? '', 'base64').toString()).toBe(digest);

    const part = { fileData: { fileUri: uploaded.uri, mimeType: 'video/mp4' } };
    await expect(generate(emulator.url, prompt(part))).rejects.toThrow(/not in an ACTIVE state/);
    await expect
      .poll(async () => (await files.get({ name: 'my-talk' })).state, { interval: 50 })
      .toBe('ACTIVE');
    await expect(
      files.upload({ file: path, config: { mimeType: 'video/mp4', name: 'my-talk' } }),
    ).rejects.toMatchObject({ status: 409 });
  });
});

describe('the protocol', () => {
  const start = async (size: number) => {
    const response = await fetch(`${emulator.url}/upload/v1beta/files`, {
      method: 'POST',
      headers: {
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
        'x-goog-upload-header-content-length': String(size),
        'x-goog-upload-header-content-type': 'text/plain',
      },
      body: JSON.stringify({ file: { display_name: 'notes' } }),
    });
    expect(response.headers.get('x-goog-upload-status')).toBe('active');
    return response.headers.get('x-goog-upload-url') ?? expect.unreachable();
  };
  const send = async (url: string, command: string, offset: number, body = '') => {
    const headers = { 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) };
    const response = await fetch(url, { method: 'POST', headers, body });
    return {
      status: response.status,
      upload: response.headers.get('x-goog-upload-status'),
      received: response.headers.get('x-goog-upload-size-received'),
    };
  };

  test('bytes follow each other; the status says how many there are', async () => {
    const chunk = 'x'.repeat(256 * 1024);
    const url = await start(chunk.length + 3);
    expect(await send(url, 'query', 0)).toEqual({ status: 200, upload: 'active', received: '0' });
    expect(await send(url, 'upload', 0, 'abc')).toMatchObject({ status: 400 });
    expect(await send(url, 'upload', 0, chunk)).toMatchObject({ status: 200, upload: 'active' });
    expect(await send(url, 'upload', 0, chunk)).toMatchObject({ status: 400 });
    expect(await send(url, 'upload, finalize', chunk.length + 1, 'ab')).toMatchObject({ status: 400 });
    expect(await send(url, 'query', 0)).toMatchObject({ received: String(chunk.length) });
    expect(await send(url, 'upload, finalize', chunk.length, 'abc')).toMatchObject({ upload: 'final' });
    expect(await send(url, 'query', 0)).toMatchObject({ status: 200, upload: 'final' });
  });

  test('a cancelled upload is gone, and one may not be larger than 2 GB', async () => {
    const url = await start(10);
    expect(await send(url, 'cancel', 0)).toMatchObject({ upload: 'cancelled' });
    expect(await send(url, 'query', 0)).toMatchObject({ status: 404 });
    await expect(start(3e9)).rejects.toThrow();
  });
});
