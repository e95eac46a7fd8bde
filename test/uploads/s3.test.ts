import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuthError, RefusedError } from '../../src/errors.ts';
import { parseBucketTarget } from '../../src/uploads/bucket.ts';
import { createS3Uploader } from '../../src/uploads/s3.ts';
import { wholeParts } from '../../src/uploads/s3-multipart.ts';
import { openUploadState } from '../../src/uploads/upload-state.ts';
import { cuttingProxy } from '../helpers/cutting-proxy.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { KEYS, type S3Server, s3Server } from '../helpers/s3-server.ts';
import { content, sha256, signal, uploaderParts } from './uploading.ts';

const MiB = 1024 * 1024;

function s3(
  port: number,
  more: Parameters<typeof uploaderParts>[1] & { target?: string; keys?: typeof KEYS } = {},
) {
  const target = parseBucketTarget(more.target ?? 's3://media/prompts', '--upload-to');
  const { baseUrl: endpoint, ...parts } = uploaderParts(port, more);
  return createS3Uploader({ ...parts, endpoint, keys: more.keys ?? KEYS, target });
}

function talk(byteLength: number, seed?: number) {
  return { ...content(byteLength, seed), mimeType: 'video/mp4', displayName: 'talk.mp4' };
}

function storedDigest({ objects }: S3Server, uri: string): string {
  const { bytes } = objects.get(uri.replace('s3:/', '')) ?? expect.unreachable(`no ${uri}`);
  return createHash('sha256').update(bytes).digest('hex');
}

describe('an upload', () => {
  test('of a small file goes in one request, signed, under a name that needs encoding', async () => {
    const server = await s3Server();
    const upload = talk(1_000_000);
    const target = "s3://media/a b/ü+(1)*'!";
    const fileData = await s3(server.port, { target }).upload(upload, { signal });
    const digest = await sha256(upload.source);
    expect(fileData).toEqual({ mimeType: 'video/mp4', fileUri: `${target}/${digest}.mp4` });
    expect(storedDigest(server, fileData.fileUri)).toBe(digest);
    expect([...server.objects.values()].map(({ type }) => type)).toEqual(['video/mp4']);
    expect(server.log).toEqual(['HEAD  404', 'PUT  200']);
    await s3(server.port, { target }).upload(upload, { signal });
    expect(server.log.slice(2)).toEqual(['HEAD  200']);
  });

  test('of a large file goes in parts', async () => {
    const server = await s3Server();
    const upload = talk(40_000_000);
    const progress: number[] = [];
    const { fileUri } = await s3(server.port).upload(upload, {
      signal,
      onProgress: (sent) => progress.push(sent),
    });
    expect(storedDigest(server, fileUri)).toBe(await sha256(upload.source));
    expect(server.log.filter((line) => line.startsWith('PUT'))).toHaveLength(3);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(40_000_000);
  });

  test('with a wrong key says so, and what to look at', async () => {
    const server = await s3Server();
    const upload = s3(server.port, { keys: { ...KEYS, secretAccessKey: 'wrong' } }).upload(talk(10), {
      signal,
    });
    await expect(upload).rejects.toThrow(AuthError);
    await expect(upload).rejects.toThrow(/talk\.mp4.*SignatureDoesNotMatch & more/);
    await expect(upload).rejects.toMatchObject({ hint: expect.stringContaining('AWS_SECRET_ACCESS_KEY') });
  });

  test('is tried again when the server is busy, and not when it refuses', async () => {
    const server = await s3Server();
    server.fail('PUT', /partNumber=2/, 503, 'SlowDown');
    server.fail('POST', /uploadId/, 500, 'InternalError');
    const { fileUri } = await s3(server.port).upload(talk(20_000_000), { signal });
    expect(storedDigest(server, fileUri)).toBe(await sha256(talk(20_000_000).source));
    server.fail('POST', /uploads/, 400, 'InvalidRequest');
    await expect(s3(server.port).upload(talk(20_000_001), { signal })).rejects.toThrow(RefusedError);
  });
});

describe('a connection that breaks', () => {
  test.each(Array.from({ length: 2 }, (_, seed) => seed))('at any place is resumed (%i)', async (seed) => {
    const server = await s3Server();
    let place = 7 + seed * 104_729;
    let left = 8;
    const proxy = await cuttingProxy(server.port, () => {
      if (left === 0) return undefined;
      left -= 1;
      place = (place * 48_271 + 9973) % 20_000_000;
      return { afterBytes: place, losesAnswer: left % 4 === 0 };
    });
    const upload = talk(40_000_000 + seed, seed);
    // The signature covers the name of the host, which a client behind a proxy does not change: so the proxy is asked.
    const { fileUri } = await s3(proxy.port, { retries: 8 }).upload(upload, { signal });
    expect(proxy.cuts).toBeGreaterThan(3);
    expect(storedDigest(server, fileUri)).toBe(await sha256(upload.source));
  });

  test('for good: the next run sends only the parts that are missing', async () => {
    const server = await s3Server();
    const state = openUploadState(temporaryFolder());
    let broken = true;
    let connections = 0;
    const proxy = await cuttingProxy(server.port, () => {
      connections += 1;
      return broken ? { afterBytes: connections === 1 ? 52_000_000 : 1 } : undefined;
    });
    const upload = talk(60_000_000);
    await expect(s3(proxy.port, { state }).upload(upload, { signal })).rejects.toThrow(/talk\.mp4/);
    broken = false;
    const before = proxy.sent;
    const { fileUri } = await s3(proxy.port, { state }).upload(upload, { signal });
    // Three parts of 16 MiB were whole, on two pages of the list.
    expect(proxy.sent - before).toBeLessThan(60_000_000 - 48 * MiB + 100_000);
    expect(storedDigest(server, fileUri)).toBe(await sha256(upload.source));
  });
});

test('the parts that count are those from the first on without a gap, of the sizes they are cut to', () => {
  const sizes = fc.array(fc.option(fc.constantFrom(4, 10)), { maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 60 }), (listed, total) => {
      const parts = listed.flatMap((size, index) =>
        size === null ? [] : [{ number: index + 1, etag: `${index}`, size }],
      );
      const whole = wholeParts(parts.toReversed(), 10, total);
      const sum = whole.reduce((bytes, { size }) => bytes + size, 0);
      expect(whole).toEqual(parts.slice(0, whole.length));
      expect(whole.map(({ number }) => number)).toEqual(whole.map((_, index) => index + 1));
      expect(sum).toBeLessThanOrEqual(total);
      expect(sum === total || sum % 10 === 0).toBe(true);
    }),
  );
});
