import { Storage } from '@google-cloud/storage';
import { describe, expect, test } from 'vitest';
import { NO_CREDENTIAL } from '../../src/auth/credential.ts';
import { AuthError, RefusedError, UnavailableError } from '../../src/errors.ts';
import { parseBucketTarget } from '../../src/uploads/bucket.ts';
import { createGcsUploader } from '../../src/uploads/gcs.ts';
import { openUploadState } from '../../src/uploads/upload-state.ts';
import { cuttingProxy } from '../helpers/cutting-proxy.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
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

function gcs(port: number, more: Parameters<typeof uploaderParts>[1] & { target?: string } = {}) {
  const target = parseBucketTarget(more.target ?? 'gs://media/prompts', '--upload-to');
  return createGcsUploader({ ...uploaderParts(port, more), credential: NO_CREDENTIAL, target });
}

function talk(byteLength: number, seed?: number) {
  return { ...content(byteLength, seed), mimeType: 'video/mp4', displayName: 'talk.MP4' };
}

/** What the official client finds in the bucket; it compares what it gets with the sum that the server gives. */
async function download(port: number, uri: string): Promise<Buffer> {
  const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const storage = new Storage({ apiEndpoint: `http://127.0.0.1:${port}`, projectId: 'p' });
  return (await storage.bucket(bucket).file(name).download({ validation: 'crc32c' }))[0];
}

describe('an upload', () => {
  test('is found by the official client, under the name of its content', async () => {
    const server = await emulator();
    const upload = talk(40_000_000);
    const fileData = await gcs(server.port).upload(upload, { signal });
    const digest = await sha256(upload.source);
    expect(fileData).toEqual({ mimeType: 'video/mp4', fileUri: `gs://media/prompts/${digest}.mp4` });
    const stored = await download(server.port, fileData.fileUri);
    expect(await sha256({ ...upload.source, open: async () => readerOf(stored) })).toBe(digest);
    expect(server.requests.map(({ headers }) => headers['content-range']).filter(Boolean)).toEqual([
      `bytes 0-${32 * MiB - 1}/40000000`,
      `bytes ${32 * MiB}-39999999/40000000`,
    ]);
  });

  test('of what is there already sends nothing', async () => {
    const server = await emulator();
    const first = await gcs(server.port).upload(talk(1_000_000), { signal });
    const sent = bytesAnnounced(server);
    expect(await gcs(server.port).upload(talk(1_000_000), { signal })).toEqual(first);
    expect(bytesAnnounced(server)).toBe(sent);
  });

  test('finds another content under its name: an error, and nothing replaced', async () => {
    const server = await emulator();
    const { fileUri } = await gcs(server.port).upload(talk(1000), { signal });
    const name = encodeURIComponent(fileUri.replace('gs://media/', ''));
    await fetch(`${server.url}/upload/storage/v1/b/media/o?uploadType=media&name=${name}`, {
      method: 'POST',
      body: 'something else',
    });
    const again = gcs(server.port).upload(talk(1000), { signal });
    await expect(again).rejects.toThrow(UnavailableError);
    expect((await download(server.port, fileUri)).toString()).toBe('something else');
  });

  test('that the service damaged on the way is refused by it, since it was told the digest', async () => {
    const server = await emulator();
    const honest = talk(1000);
    let opened = 0;
    const source = {
      ...honest.source,
      async open() {
        opened += 1;
        const reader = await honest.source.open();
        const spoil = opened > 1;
        return {
          ...reader,
          async read(buffer: Buffer) {
            const count = await reader.read(buffer);
            if (spoil && count > 0) buffer[0] = 1 + (buffer[0] ?? 0);
            return count;
          },
        };
      },
    };
    await expect(gcs(server.port).upload({ ...honest, source }, { signal })).rejects.toThrow(RefusedError);
  });

  test('with a token that is refused asks for a fresh one, and says which role is missing', async () => {
    const denied = { error: { code: 403, message: 'no storage.objects.create access' } };
    const server = await emulator({
      script: { replies: [{ status: 401 }, { status: 403, times: 2, body: denied }] },
    });
    const target = parseBucketTarget('gs://media', '--upload-to');
    const credential = credentialOf({ authorization: 'Bearer old' }, { authorization: 'Bearer new' });
    const upload = createGcsUploader({ ...uploaderParts(server.port), credential, target }).upload(talk(10), {
      signal,
    });
    await expect(upload).rejects.toThrow(AuthError);
    await expect(upload).rejects.toMatchObject({ hint: expect.stringContaining('gs://media') });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer old',
      'Bearer new',
      'Bearer new',
    ]);
  });
});

describe('a connection that breaks', () => {
  test.each(Array.from({ length: 2 }, (_, seed) => seed))(
    'at any place is resumed from what the server has (%i)',
    async (seed) => {
      const server = await emulator();
      let place = seed * 104_729;
      let left = 9;
      const proxy = await cuttingProxy(server.port, () => {
        if (left === 0) return undefined;
        left -= 1;
        place = (place * 48_271 + 9973) % 7_000_000;
        // The first is the upload's beginning, which then has to be begun again.
        return left === 8 ? { afterBytes: 1, losesAnswer: true } : { afterBytes: place };
      });
      const upload = talk(36_000_000 + seed, seed);
      const { fileUri } = await gcs(proxy.port, { retries: 9 }).upload(upload, { signal });
      expect(proxy.cuts).toBeGreaterThan(4);
      const stored = await download(server.port, fileUri);
      expect(stored.length).toBe(36_000_000 + seed);
      expect(fileUri).toContain(await sha256({ ...upload.source, open: async () => readerOf(stored) }));
    },
  );

  test('after the last byte, its answer lost: the object is there', async () => {
    const server = await emulator();
    let connections = 0;
    const proxy = await cuttingProxy(server.port, () => {
      connections += 1;
      return connections === 1 ? { afterBytes: 100_000, losesAnswer: true } : undefined;
    });
    const { fileUri } = await gcs(proxy.port).upload(talk(100_000), { signal });
    expect(proxy.cuts).toBe(1);
    expect(await download(server.port, fileUri)).toHaveLength(100_000);
    expect(bytesAnnounced(server)).toBe(100_000);
  });

  test('for good: the next run goes on', async () => {
    const server = await emulator();
    const state = openUploadState(temporaryFolder());
    let broken = true;
    let connections = 0;
    const proxy = await cuttingProxy(server.port, () => {
      connections += 1;
      return broken ? { afterBytes: connections === 1 ? 10_000_000 : 1 } : undefined;
    });
    await expect(gcs(proxy.port, { state }).upload(talk(15_000_000), { signal })).rejects.toThrow(
      /talk\.MP4/,
    );
    broken = false;
    const before = bytesAnnounced(server);
    const progress: number[] = [];
    const onProgress = (sent: number) => progress.push(sent);
    await gcs(proxy.port, { state }).upload(talk(15_000_000), { signal, onProgress });
    expect(progress[0]).toBeGreaterThan(0);
    expect(bytesAnnounced(server) - before).toBe(15_000_000 - (progress[0] ?? 0));
  });
});

function readerOf(bytes: Buffer) {
  let position = 0;
  return {
    async read(buffer: Buffer) {
      const count = bytes.copy(buffer, 0, position, position + buffer.length);
      position += count;
      return count;
    },
    close: async () => {},
  };
}
