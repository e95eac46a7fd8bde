import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AuthError, RefusedError } from '../../src/errors.ts';
import { createFilesApi } from '../../src/uploads/files-api.ts';
import { openUploadState } from '../../src/uploads/upload-state.ts';
import { cuttingProxy } from '../helpers/cutting-proxy.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { serveHttp } from '../http/servers.ts';
import {
  bytesAnnounced,
  content,
  credentialOf,
  emulator,
  sha256,
  signal,
  uploaderParts,
} from './uploading.ts';

const MiB = 1024 * 1024;

function filesApi(port: number, more: Parameters<typeof uploaderParts>[1] & { key?: string } = {}) {
  const credential = credentialOf({ 'x-goog-api-key': more.key ?? 'a-key' });
  return createFilesApi({ ...uploaderParts(port, more), credential });
}

/** Text is not processed, so that it can be used at once. */
function talk(byteLength: number, seed?: number) {
  return { ...content(byteLength, seed), mimeType: 'text/plain', displayName: 'talk.mp4' };
}

describe('an upload', () => {
  test('goes in chunks of 8 MiB, is waited for, and arrives as it is', async () => {
    const server = await emulator();
    const api = filesApi(server.port);
    const progress: number[] = [];
    const upload = { ...talk(20_000_000), mimeType: 'video/mp4' };
    const fileData = await api.upload(upload, { signal, onProgress: (sent) => progress.push(sent) });
    expect(fileData).toEqual({
      mimeType: 'video/mp4',
      fileUri: expect.stringMatching(
        /^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\/[a-z0-9-]+$/,
      ),
    });
    const lengths = server.requests
      .filter(({ headers }) => String(headers['x-goog-upload-command']).startsWith('upload'))
      .map(({ headers }) => headers['content-length']);
    expect(lengths).toEqual([8 * MiB, 8 * MiB, 20_000_000 - 16 * MiB].map(String));
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect([progress[0], progress.at(-1)]).toEqual([0, 20_000_000]);

    const name = `files/${fileData.fileUri.split('/').at(-1)}`;
    const file = await api.files.get(name, signal);
    expect(file).toMatchObject({ state: 'ACTIVE', sizeBytes: '20000000', displayName: 'talk.mp4' });
    const digest = Buffer.from(file.sha256Hash ?? '', 'base64').toString();
    expect(digest).toBe(await sha256(upload.source));
    // Read once to be digested, and once to be sent.
    expect(upload.readers.opened).toBe(3);
  });

  test('of the same content is not sent again, by any name; for another account it is', async () => {
    const server = await emulator();
    const state = openUploadState(temporaryFolder());
    const first = await filesApi(server.port, { state }).upload(talk(1_000_000), { signal });
    const sent = bytesAnnounced(server);
    const renamed = { ...talk(1_000_000), displayName: 'copy of talk.mp4' };
    expect(await filesApi(server.port, { state }).upload(renamed, { signal })).toEqual(first);
    expect(bytesAnnounced(server)).toBe(sent);

    const other = await filesApi(server.port, { state, key: 'b-key' }).upload(talk(1_000_000), { signal });
    expect(other.fileUri).not.toBe(first.fileUri);
  });

  test('is sent again once the file was deleted, or will soon expire', async () => {
    const server = await emulator();
    const parts = uploaderParts(server.port);
    const credential = credentialOf({ 'x-goog-api-key': 'a-key' });
    const api = createFilesApi({ ...parts, credential });
    const first = await api.upload(talk(1000), { signal });
    await api.files.delete(`files/${first.fileUri.split('/').at(-1)}`, signal);
    const second = await api.upload(talk(1000), { signal });
    expect(second.fileUri).not.toBe(first.fileUri);

    const almostTwoDaysLater = () => new Date(Date.now() + 47.5 * 3600 * 1000);
    const later = createFilesApi({ ...parts, credential, now: almostTwoDaysLater });
    expect((await later.upload(talk(1000), { signal })).fileUri).not.toBe(second.fileUri);
  });

  test('that cannot be processed fails with the reason the service gives', async () => {
    const failed = {
      name: 'files/x',
      uri: 'https://generativelanguage.googleapis.com/v1beta/files/x',
      state: 'FAILED',
      error: { code: 3, message: 'the video has no frames' },
    };
    const server = await emulator({
      script: { replies: [{ match: { method: 'GET', path: '/files/' }, body: failed }] },
    });
    const upload = filesApi(server.port).upload({ ...talk(1000), mimeType: 'video/mp4' }, { signal });
    await expect(upload).rejects.toThrow(RefusedError);
    await expect(upload).rejects.toThrow(/talk\.mp4.*the video has no frames/);
  });

  test('that is refused names the file', async () => {
    const body = { error: { code: 403, status: 'PERMISSION_DENIED', message: 'the key is leaked' } };
    const server = await emulator({ script: { replies: [{ status: 403, body }] } });
    const upload = filesApi(server.port).upload(talk(1000), { signal });
    await expect(upload).rejects.toThrow(AuthError);
    await expect(upload).rejects.toThrow(/talk\.mp4.*the key is leaked/);
  });
});

test('an upload address at another server is not followed: key and bytes go where they were to go', async () => {
  const strangers: string[] = [];
  const stranger = await serveHttp((request, response) => {
    strangers.push(String(request.url));
    response.end();
  });
  const server = await emulator();
  const base = await serveHttp(async (request, response) => {
    // A gateway below a path, which hands on the address that the service behind it gave.
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { host, 'content-length': _, ...headers } = request.headers as Record<string, string>;
    const body = pieces.length > 0 ? Buffer.concat(pieces) : null;
    const answer = await fetch(`${server.url}${request.url?.replace('/v1/models', '')}`, {
      method: request.method ?? 'GET',
      headers,
      body,
    });
    const forged = answer.headers.get('x-goog-upload-url')?.replace(server.url, stranger.origin);
    for (const name of ['x-goog-upload-status', 'x-goog-upload-size-received']) {
      const value = answer.headers.get(name);
      if (value) response.setHeader(name, value);
    }
    if (forged) response.setHeader('x-goog-upload-url', forged);
    response.statusCode = answer.status;
    response.end(await answer.text());
  });
  const credential = credentialOf({ 'x-goog-api-key': 'a-key' });
  const api = createFilesApi({ ...uploaderParts(0), baseUrl: base, credential });
  await api.upload(talk(1000), { signal });
  expect(strangers).toEqual([]);
  expect(server.requests.every(({ headers }) => headers['x-goog-api-key'] === 'a-key')).toBe(true);
});

describe('a connection that breaks', () => {
  test.each(Array.from({ length: 4 }, (_, seed) => seed))(
    'at any place is resumed from what the server has (%i)',
    async (seed) => {
      const server = await emulator();
      let place = (seed * 7919 + 104_729) % 3_000_000;
      let left = 8;
      const proxy = await cuttingProxy(server.port, () => {
        if (left === 0) return undefined;
        left -= 1;
        place = (place * 48_271 + 11) % 5_000_000;
        return { afterBytes: place, losesAnswer: place % 3 === 0 };
      });
      const state = openUploadState(temporaryFolder());
      const upload = talk(18_000_000 + seed, seed + 1);
      const fileData = await filesApi(proxy.port, { state, retries: 8 }).upload(upload, { signal });
      expect(proxy.cuts).toBeGreaterThan(3);
      const file = await filesApi(server.port).files.get(
        `files/${fileData.fileUri.split('/').at(-1)}`,
        signal,
      );
      expect(Buffer.from(file.sha256Hash ?? '', 'base64').toString()).toBe(await sha256(upload.source));
      expect(file.sizeBytes).toBe(String(18_000_000 + seed));
    },
  );

  test('after the last byte, its answer lost: the file is found by its name', async () => {
    const server = await emulator();
    const upload = talk(100_000);
    let connections = 0;
    const losing = await cuttingProxy(server.port, () => {
      connections += 1;
      return connections === 1 ? { afterBytes: 100_000, losesAnswer: true } : undefined;
    });
    const fileData = await filesApi(losing.port).upload(upload, { signal });
    expect(losing.cuts).toBe(1);
    expect(fileData.fileUri).toMatch(/files\//);
    const listed = [];
    for await (const file of filesApi(server.port).files.list(signal)) listed.push(file.uri);
    expect(listed).toEqual([fileData.fileUri]);
  });

  test('for good fails with what is wrong, and the next run goes on where this one ended', async () => {
    const server = await emulator();
    const state = openUploadState(temporaryFolder());
    let connections = 0;
    let broken = true;
    const proxy = await cuttingProxy(server.port, () => {
      connections += 1;
      return broken ? { afterBytes: connections === 1 ? 10 * MiB : 1 } : undefined;
    });
    const upload = talk(18_000_000);
    await expect(filesApi(proxy.port, { state }).upload(upload, { signal })).rejects.toThrow(
      /cannot upload talk\.mp4: .*closed the connection/,
    );
    broken = false;
    const before = bytesAnnounced(server);
    const progress: number[] = [];
    const onProgress = (sent: number) => progress.push(sent);
    await filesApi(proxy.port, { state }).upload(upload, { signal, onProgress });
    // The first chunk was whole; what the server got of the second before it lost the connection may be less than was sent.
    expect(progress[0]).toBeGreaterThanOrEqual(8 * MiB);
    expect(bytesAnnounced(server) - before).toBe(18_000_000 - (progress[0] ?? 0));
    expect(
      server.requests.filter(({ headers }) => headers['x-goog-upload-command'] === 'start'),
    ).toHaveLength(1);
  });

  test('an upload that the service has forgotten is begun again, and so is one that nobody can read', async () => {
    const server = await emulator({
      script: {
        replies: [{ match: { path: 'upload_id' }, times: 1, status: 404, body: { error: { code: 404 } } }],
      },
    });
    const folder = temporaryFolder();
    const state = openUploadState(folder);
    await filesApi(server.port, { state }).upload(talk(1000), { signal });
    expect(
      server.requests.filter(({ headers }) => headers['x-goog-upload-command'] === 'start'),
    ).toHaveLength(2);

    const [file = ''] = readdirSync(folder);
    writeFileSync(join(folder, file), '{"file":');
    await filesApi(server.port, { state }).upload(talk(1000), { signal });
    expect(
      server.requests.filter(({ headers }) => headers['x-goog-upload-command'] === 'start'),
    ).toHaveLength(3);
  });
});
