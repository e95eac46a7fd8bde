import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/byte-source.ts';
import { InputError, UsageError } from '../../src/errors.ts';
import { gatherParts, type ReadStdin } from '../../src/prompt/input.ts';
import type { BytesPart, TypedPart } from '../../src/prompt/parts.ts';

const cwd = mkdtempSync(join(tmpdir(), 'input-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const bytes: ByteSource = {
  byteLength: 3,
  name: 'stdin',
  open: () => Promise.reject(new Error('nobody reads it here')),
};
const medium: BytesPart = { bytes, head: Buffer.from('abc') };

/** What stdin gives: text as it is found, bytes when it is an attachment. */
const holding: ReadStdin = async (as) => (as === 'found' ? { text: 'piped' } : medium);
const gather = (typed: TypedPart[], stdin: ReadStdin | undefined = async () => undefined) => {
  const notes: string[] = [];
  return gatherParts(typed, { cwd, stdin, note: (line) => notes.push(line) }).then((parts) => ({
    parts,
    notes,
  }));
};

describe('stdin', () => {
  it('comes first, or where "-" is; media as well as text', async () => {
    expect((await gather([{ text: 'a' }], holding)).parts).toEqual([{ text: 'piped' }, { text: 'a' }]);
    expect((await gather([{ text: 'a' }, { stdin: true }, { text: 'b' }], holding)).parts).toEqual([
      { text: 'a' },
      { text: 'piped' },
      { text: 'b' },
    ]);
    expect((await gather([{ text: 'a' }], async () => medium)).parts).toEqual([medium, { text: 'a' }]);
  });

  it('as a source is an attachment, with its kind and options', async () => {
    expect(
      (await gather([{ text: 'a' }, { source: '-#t=1,2&mime=video/mp4', kind: 'video' }], holding)).parts,
    ).toEqual([
      { text: 'a' },
      { ...medium, kind: 'video', options: { startSeconds: 1, endSeconds: 2, mimeType: 'video/mp4' } },
    ]);
    expect((await gather([{ source: '-' }], holding)).parts).toEqual([medium]);
  });

  it('is wanted at most once, and must be there when it is wanted', async () => {
    await expect(gather([{ stdin: true }, { source: '-' }], holding)).rejects.toThrow(UsageError);
    await expect(gather([{ source: '-' }])).rejects.toThrow(InputError);
    await expect(gather([{ stdin: true }])).rejects.toThrow(InputError);
    await expect(gather([{ source: '-#fsp=1' }], holding)).rejects.toThrow(/stdin.*fsp/);
  });

  it('is nothing when it holds nothing', async () => {
    expect((await gather([{ text: 'a' }])).parts).toEqual([{ text: 'a' }]);
  });
});

it('files of text are read, empty texts dropped, sources left as they are', async () => {
  writeFileSync(join(cwd, 'prompt.txt'), '\uFEFFwhy?');
  const { parts } = await gather([
    { textFile: 'prompt.txt' },
    { text: '' },
    { source: 'x.jpg', kind: 'image' },
  ]);
  expect(parts).toEqual([{ text: 'why?' }, { source: 'x.jpg', kind: 'image' }]);
});

it('the name of a file that is sent as text is told', async () => {
  writeFileSync(join(cwd, 'photo.jpg'), 'x');
  const { parts, notes } = await gather([{ text: 'photo.jpg', positional: true }]);
  expect(parts).toEqual([{ text: 'photo.jpg' }]);
  expect(notes).toEqual([expect.stringContaining('-a photo.jpg')]);
});
