import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { restoreContents } from '../../../src/commands/chat/restore-media.ts';
import { openFileSource } from '../../../src/media/file-source.ts';
import { storeContents, type UploadedFrom } from '../../../src/sessions/stored-media.ts';
import type { Part } from '../../../src/wire/generate-content.ts';
import { temporaryFolder } from '../../helpers/run-gemini.ts';

const NOW = new Date('2026-11-02T08:00:00.000Z');
const HOUR = 3600_000;

/** What is restored of a file that was uploaded some hours ago. */
async function uploaded(fileUri: string, hoursAgo: number, { sameBackend = true, change = false } = {}) {
  const file = join(temporaryFolder(), 'photo.jpg');
  writeFileSync(file, 'bytes');
  const { source } = await openFileSource(file, { cwd: '/' });
  const part: Part = { fileData: { fileUri, mimeType: 'image/jpeg' }, videoMetadata: { fps: 1 } };
  const from: UploadedFrom = { source, uploaded: new Date(NOW.getTime() - hoursAgo * HOUR).toISOString() };
  const copies = temporaryFolder();
  const stored = await storeContents([{ role: 'user', parts: [part] }], {
    copies,
    uploadedFrom: () => from,
    changedAt: async () => 0,
  });
  if (change) writeFileSync(file, 'other');
  const notes: string[] = [];
  const uploads = new WeakMap<Part, UploadedFrom>();
  const [content] = await restoreContents(JSON.parse(JSON.stringify(stored)), {
    copies,
    sameBackend,
    now: () => NOW,
    note: (line) => notes.push(line),
    uploads,
  });
  const [restored = {}] = content?.parts ?? [];
  return { part, restored, notes, known: uploads.has(restored), file };
}

describe('an uploaded file in a session', () => {
  it('is named again while it is there', async () => {
    for (const [uri, hours] of [
      ['https://generativelanguage.googleapis.com/v1beta/files/a', 40],
      ['gs://bucket/a.jpg', 1000],
    ] as const) {
      const { part, restored, notes, known } = await uploaded(uri, hours, { change: true });
      expect(restored).toEqual(part);
      expect({ notes, known }).toEqual({ notes: [], known: true });
    }
  });

  it('is sent from the file again when it has expired, or another service is asked', async () => {
    for (const [uri, hours, sameBackend] of [
      ['https://generativelanguage.googleapis.com/v1beta/files/a', 47, true],
      ['https://generativelanguage.googleapis.com/v1beta/files/a', 1, false],
      ['http://127.0.0.1:8080/v1beta/files/a', 1, true],
      ['gs://bucket/a.jpg', 1, false],
    ] as const) {
      const { restored, notes, file } = await uploaded(uri, hours, { sameBackend });
      expect(restored).toMatchObject({
        inlineData: { mimeType: 'image/jpeg', data: { name: file, byteLength: readFileSync(file).length } },
        videoMetadata: { fps: 1 },
      });
      expect(notes).toEqual([]);
    }
  });

  it('is left out when neither it nor the file is there', async () => {
    const { restored, notes } = await uploaded('gs://bucket/a.jpg', 1, { sameBackend: false, change: true });
    expect(restored).toEqual({ text: expect.stringContaining('photo.jpg') });
    expect(notes).toEqual([expect.stringMatching(/photo\.jpg has changed/)]);
  });
});
