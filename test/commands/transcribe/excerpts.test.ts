import { join } from 'node:path';
import { expect, it } from 'vitest';
import { excerptsOf } from '../../../src/commands/transcribe/excerpts.ts';
import { openFileSource } from '../../../src/media/file-source.ts';
import { temporaryFolder } from '../../helpers/run-gemini.ts';
import { writeTimedWav } from '../../helpers/timed-sound.ts';

it('takes shorter pieces where a request is too small and nothing can be uploaded', async () => {
  const path = join(temporaryFolder(), 'talk.wav');
  writeTimedWav(path, 100);
  const { source } = await openFileSource(path, { cwd: '/' });
  const medium = {
    name: 'talk.wav',
    kind: 'audio' as const,
    mimeType: 'audio/wav',
    content: { bytes: source },
    options: {},
  };
  const options = {
    seconds: 100,
    cutter: 'own' as const,
    limits: { requestBytes: 264 * 1024, uriSchemes: [], mimeNames: 'developer' as const },
    env: {},
    signal: new AbortController().signal,
  };
  const small = excerptsOf(medium, { ...options, canUpload: false });
  const seconds = await small.longest();
  expect(seconds).toBeLessThan(100);
  const { medium: piece } = await small.of({ start: 0, end: seconds });
  if (!('bytes' in piece.content)) throw new Error('it holds no bytes');
  expect((piece.content.bytes.byteLength * 4) / 3).toBeLessThan(options.limits.requestBytes);

  const uploading = excerptsOf(medium, { ...options, canUpload: true });
  expect(await uploading.longest()).toBe(Number.POSITIVE_INFINITY);
  expect((await uploading.of({ start: 0, end: 100 })).medium).toBe(medium);
});
