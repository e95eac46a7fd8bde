import { createRequire } from 'node:module';
import { expect, onTestFinished, test } from 'vitest';
import { signS3 } from '../../src/auth/aws.ts';
import { parseBucketTarget } from '../../src/uploads/bucket.ts';
import { sha256Hex } from '../../src/uploads/digest.ts';
import { createS3Uploader } from '../../src/uploads/s3.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';
import { content, sha256, signal, uploaderParts } from './uploading.ts';

/** An S3 server that nobody here wrote. It has no types, and checks no signatures of version 4. */
type Server = { run(): Promise<{ port: number }>; close(): Promise<void> };
type ServerClass = new (options: Record<string, unknown>) => Server;

const keys = {
  accessKeyId: 'S3RVER',
  secretAccessKey: 'S3RVER',
  sessionToken: undefined,
  region: 'us-east-1',
};

test.each([1000, 40_000_000])('%i bytes arrive at s3rver as they are, once', async (size) => {
  const S3rver: ServerClass = createRequire(import.meta.url)('s3rver');
  const configureBuckets = [{ name: 'media', configs: [] }];
  const server = new S3rver({ port: 0, silent: true, directory: temporaryFolder(), configureBuckets });
  const { port } = await server.run();
  onTestFinished(() => server.close());
  const { baseUrl: endpoint, ...parts } = uploaderParts(port);
  const target = parseBucketTarget('s3://media/a b/ü(1)', '--upload-to');
  const uploader = createS3Uploader({ ...parts, endpoint, keys, target });
  const upload = { ...content(size), mimeType: 'video/mp4', displayName: 'talk.mp4' };

  const { fileUri } = await uploader.upload(upload, { signal });
  const opened = upload.readers.opened;
  await uploader.upload(upload, { signal });
  // The second time it was only digested.
  expect(upload.readers.opened).toBe(opened + 1);

  const url = new URL(endpoint);
  url.pathname = fileUri.replace('s3:/', '');
  const request = { method: 'GET', url, headers: {}, payloadSha256: sha256Hex('') };
  const stored = await fetch(url, { headers: await signS3(keys, request, new Date()) });
  expect(stored.headers.get('content-type')).toBe('video/mp4');
  expect(sha256Hex(Buffer.from(await stored.arrayBuffer()))).toBe(await sha256(upload.source));
});
