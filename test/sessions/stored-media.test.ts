import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bufferSource } from '../../src/media/buffer-source.ts';
import { openFileSource } from '../../src/media/file-source.ts';
import { storeContents, type UploadedFrom } from '../../src/sessions/stored-media.ts';
import type { Content, Part } from '../../src/wire/generate-content.ts';
import { EXAMPLES, temporaryFolder } from '../helpers/run-gemini.ts';

const store = (parts: Part[], copies = temporaryFolder(), from?: UploadedFrom) => {
  const contents: Content[] = [{ role: 'user', parts }];
  return storeContents(contents, {
    copies,
    uploadedFrom: () => from,
    changedAt: async (path) => statSync(path).mtimeMs,
  });
};

describe('contents in a session', () => {
  it('stay as they are where they hold no media', async () => {
    const parts: Part[] = [
      { text: 'thinking', thought: true },
      { functionCall: { id: '1', name: 'f', args: { a: [1, null] } }, thoughtSignature: 'c2ln' },
      { functionResponse: { id: '1', name: 'f', response: { b: '☕' } } },
      { fileData: { fileUri: 'gs://bucket/a.png', mimeType: 'image/png' } },
    ];
    expect(await store(parts)).toEqual([{ role: 'user', parts }]);
  });

  it('name files by path and content, and do not hold them', async () => {
    const { source } = await openFileSource('cat.jpg', { cwd: EXAMPLES });
    const part: Part = {
      inlineData: { mimeType: 'image/jpeg', data: source },
      mediaResolution: { level: 'L' },
    };
    const copies = temporaryFolder();
    const [content] = await store([part], copies);
    const path = join(EXAMPLES, 'cat.jpg');
    expect(content?.parts[0]).toEqual({
      inlineData: { mimeType: 'image/jpeg' },
      mediaResolution: { level: 'L' },
      $media: {
        name: 'cat.jpg',
        path,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        size: statSync(path).size,
        mtimeMs: statSync(path).mtimeMs,
      },
    });
    expect(readdirSync(copies)).toEqual([]);
  });

  it('keep a copy of what was no file, once, for its owner alone', async () => {
    const bytes = Buffer.from('not a file');
    const copies = join(temporaryFolder(), 'rome.media');
    const parts: Part[] = [
      { inlineData: { mimeType: 'text/plain', data: bufferSource(bytes, 'stdin') } },
      { inlineData: { mimeType: 'text/plain', data: bytes.toString('base64') }, thoughtSignature: 'c2ln' },
    ];
    const [content] = await store(parts, copies);
    const names = new Set(content?.parts.map(({ $media }) => $media?.sha256));
    expect(readdirSync(copies)).toEqual([...names]);
    const [name = ''] = names;
    expect(readFileSync(join(copies, name))).toEqual(bytes);
    expect(statSync(join(copies, name)).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(content)).not.toContain(bytes.toString('base64'));
  });

  it('say of an uploaded file whose bytes it is', async () => {
    const { source } = await openFileSource('cat.jpg', { cwd: EXAMPLES });
    const uploaded = '2026-11-02T08:00:00.000Z';
    const part: Part = { fileData: { fileUri: 'https://host/v1beta/files/a', mimeType: 'image/jpeg' } };
    const [content] = await store([part], undefined, { source, uploaded });
    expect(content?.parts[0]).toMatchObject({ ...part, $media: { name: 'cat.jpg', uploaded } });
  });
});
