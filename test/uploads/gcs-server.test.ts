import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { Storage } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_CREDENTIAL } from '../../src/auth/credential.ts';
import { parseBucketTarget } from '../../src/uploads/bucket.ts';
import { createGcsUploader } from '../../src/uploads/gcs.ts';
import { content, sha256, signal, uploaderParts } from './uploading.ts';

/**
 * A Cloud Storage server that nobody here wrote: gcp-storage-emulator, a Python package, which is not among what the
 * tests install.
 */
const PROGRAM = 'gcp-storage-emulator';
const missing = spawnSync(PROGRAM, ['--help']).error !== undefined;

describe.skipIf(missing)(`an independent server (skipped where ${PROGRAM} is not on PATH)`, () => {
  let server: ChildProcess;
  let port: number;
  let storage: Storage;

  beforeAll(async () => {
    port = await freePort();
    server = spawn(PROGRAM, ['start', '--port', String(port), '--in-memory', '--default-bucket', 'media']);
    storage = new Storage({ apiEndpoint: `http://127.0.0.1:${port}`, projectId: 'p' });
    await listening(port);
  });
  afterAll(() => void server.kill());

  it('has the same of our uploader and of the official client, and each finds what the other stored', async () => {
    const target = parseBucketTarget('gs://media/prompts', '--upload-to');
    const uploader = createGcsUploader({ ...uploaderParts(port), credential: NO_CREDENTIAL, target });
    const medium = { ...content(40_000_000), mimeType: 'video/mp4', displayName: 'talk.mp4' };
    const { fileUri } = await uploader.upload(medium, { signal });
    const name = fileUri.replace('gs://media/', '');
    const [ours] = await storage.bucket('media').file(name).download({ validation: 'md5' });
    expect(ours.length).toBe(40_000_000);
    const digest = await sha256(medium.source);
    expect(name).toBe(`prompts/${digest}.mp4`);

    await storage.bucket('media').file('theirs.mp4').save(ours, { resumable: true, validation: 'md5' });
    const [facts] = await storage.bucket('media').file(name).getMetadata();
    const [theirs] = await storage.bucket('media').file('theirs.mp4').getMetadata();
    expect([facts.size, facts.md5Hash, facts.crc32c]).toEqual([theirs.size, theirs.md5Hash, theirs.crc32c]);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** It prints nothing when it is ready. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const up = await fetch(`http://127.0.0.1:${port}/storage/v1/b`).then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
