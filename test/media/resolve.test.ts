import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackendLimits } from '../../src/backends/backend.ts';
import { isByteSource } from '../../src/byte-source.ts';
import { type GeminiError, InputError, InterruptedError, UsageError } from '../../src/errors.ts';
import { locateMedia, type ResolveOptions, resolveParts } from '../../src/media/resolve.ts';
import type { PromptPart } from '../../src/prompt/parts.ts';
import type { Part } from '../../src/wire/generate-content.ts';

const VERTEX: BackendLimits = {
  requestBytes: 100_000_000,
  uriSchemes: ['gs:', 'https:'],
  mimeNames: 'vertex',
};
const DEVELOPER: BackendLimits = {
  requestBytes: 100_000_000,
  uriSchemes: ['https:'],
  mimeNames: 'developer',
};
const CHAT: BackendLimits = { ...DEVELOPER, language: 'chat-completions' };
const examples = new URL('../../examples/', import.meta.url);

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'resolve-'));
  for (const name of ['coffee.jpg', 'talk.mp3']) copyFileSync(new URL(name, examples), join(cwd, name));
  copyFileSync(new URL('coffee.jpg', examples), join(cwd, 'really.png'));
  copyFileSync(new URL('coffee.jpg', examples), join(cwd, 'a#t=1,2.jpg'));
  writeFileSync(join(cwd, 'notes.md'), '# Notes\n');
  writeFileSync(join(cwd, 'logo.svg'), '<svg/>');
  writeFileSync(
    join(cwd, 'clip.mp4'),
    Buffer.from('0000001c667479706d703432000000006d70343269736f6d', 'hex'),
  );
  writeFileSync(join(cwd, 'scan.pdf'), '%PDF-1.7\n');
  for (const folder of ['mixed', 'none']) {
    mkdirSync(join(cwd, folder));
    writeFileSync(join(cwd, folder, 'c.zip'), 'PK\x03\x04\x14\0\0\0');
    writeFileSync(join(cwd, folder, 'empty.py'), '');
  }
  copyFileSync(new URL('coffee.jpg', examples), join(cwd, 'mixed/b.jpg'));
  writeFileSync(join(cwd, 'mixed/a.txt'), 'text');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

type Overrides = Partial<ResolveOptions>;
const optionsWith = (overrides: Overrides): ResolveOptions => ({
  cwd,
  limits: VERTEX,
  signal: new AbortController().signal,
  ...overrides,
});
const resolve = (parts: PromptPart[], overrides: Overrides = {}): Promise<Part[]> =>
  resolveParts(parts, optionsWith(overrides));

async function failure(promise: Promise<unknown>): Promise<GeminiError> {
  return promise.then(
    () => expect.fail('no error'),
    (error) => error,
  );
}

/** What a part is, with the name and size of bytes in place of the bytes. */
const summary = ({ text, inlineData, fileData }: Part) =>
  inlineData && isByteSource(inlineData.data)
    ? [inlineData.mimeType, inlineData.data.name, inlineData.data.byteLength]
    : (text ?? fileData);

test('parts stay in the order given, whatever they are', async () => {
  const parts = await resolve([
    { text: 'before' },
    { source: 'talk.mp3', kind: 'audio' },
    { source: 'gs://bucket/clip.mov' },
    { text: 'after' },
    { source: 'coffee.jpg', kind: 'image' },
    { source: 'notes.md', kind: 'document' },
    { source: 'coffee.jpg' },
    { text: '' },
  ]);
  expect(parts.map(summary)).toEqual([
    'before',
    ['audio/mpeg', 'talk.mp3', 147_501],
    { mimeType: 'video/quicktime', fileUri: 'gs://bucket/clip.mov' },
    'after',
    ['image/jpeg', 'coffee.jpg', 56_108],
    ['text/plain', 'notes.md', 8],
    ['image/jpeg', 'coffee.jpg', 56_108],
    '',
  ]);
});

test('types are spelled as the backend wants them', async () => {
  const parts = await resolve([{ source: 'talk.mp3' }], { limits: DEVELOPER });
  expect(parts.map(summary)).toEqual([['audio/mp3', 'talk.mp3', 147_501]]);
});

test.each([
  ['a file whose name holds #', 'a#t=1,2.jpg'],
  ['a path', './coffee.jpg'],
])('%s', async (_label, source) => {
  expect((await resolve([{ source }])).map(summary)).toEqual([['image/jpeg', source, 56_108]]);
});

test('an absolute path and a file: URL', async () => {
  const path = join(cwd, 'coffee.jpg');
  const parts = await resolve([{ source: path }, { source: pathToFileURL(path).href }]);
  expect(parts.map(summary)).toEqual([
    ['image/jpeg', path, 56_108],
    ['image/jpeg', path, 56_108],
  ]);
});

test('a data: URL is a medium by its content, and its bytes can be read twice', async () => {
  const [part] = await resolve([{ source: 'data:image/png;base64,/9j/4AAQ', kind: 'image' }]);
  expect(part?.inlineData?.mimeType).toBe('image/jpeg');
  const data = part?.inlineData?.data;
  if (!isByteSource(data)) return expect.fail('no source');
  for (let pass = 0; pass < 2; pass++) {
    const reader = await data.open();
    const buffer = Buffer.alloc(4);
    const read = [
      await reader.read(buffer),
      buffer.toString('hex'),
      await reader.read(buffer),
      await reader.read(buffer),
    ];
    expect(read).toEqual([4, 'ffd8ffe0', 2, 0]);
  }
});

test('a type that was given wins over content and name', async () => {
  const parts = await resolve([
    { source: 'notes.md#mime=audio/pcm;rate=16000' },
    { source: 'gs://bucket/object', options: { mimeType: 'image/jpg' } },
  ]);
  expect(parts.map((part) => (part.inlineData ?? part.fileData)?.mimeType)).toEqual([
    'audio/pcm;rate=16000',
    'image/jpeg',
  ]);
});

test('content decides against the name, with a note', async () => {
  const notes: string[] = [];
  const onNote = (line: string) => notes.push(line);
  const parts = await resolve([{ source: 'really.png' }, { source: 'logo.svg' }], { onNote });
  expect(parts.map((part) => part.inlineData?.mimeType)).toEqual(['image/jpeg', 'text/plain']);
  expect(notes).toEqual([
    expect.stringMatching(/really\.png.*image\/jpeg.*image\/png/),
    expect.stringContaining('logo.svg'),
  ]);
});

describe('a kind that was said is checked', () => {
  test.each([
    ['talk.mp3', 'image', /talk\.mp3 is audio .*not an image/, /--audio/],
    ['coffee.jpg', 'document', /is an image .*not a document/, /--image/],
    ['notes.md', 'video', /is a document .*not video/, /--document/],
    ['logo.svg', 'image', /not an image/, /PNG/],
    ['gs://bucket/a.mp4', 'image', /is video/, /--video/],
    ['data:image/png;base64,/9j/4AAQ', 'audio', /^data:image\/png;base64 is an image/, /--image/],
  ] as const)('%s as %s', async (source, kind, message, hint) => {
    const error = await failure(resolve([{ source, kind }]));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});

describe('addresses', () => {
  test.each([
    ['https://www.youtube.com/watch?v=abcdefghijk', 'https://www.youtube.com/watch?v=abcdefghijk'],
    ['https://www.youtube.com/watch?v=abcdefghijk&t=10', 'https://www.youtube.com/watch?v=abcdefghijk&t=10'],
    ['https://youtu.be/abcdefghijk?si=x', 'https://www.youtube.com/watch?v=abcdefghijk'],
    ['http://m.youtube.com/shorts/abcdefghijk', 'https://www.youtube.com/watch?v=abcdefghijk'],
  ])('%s', async (source, fileUri) => {
    expect(await resolve([{ source }])).toEqual([{ fileData: { mimeType: 'video/mp4', fileUri } }]);
    expect(await resolve([{ source }], { limits: DEVELOPER })).toEqual([{ fileData: { fileUri } }]);
  });

  const withoutHttps = { ...DEVELOPER, uriSchemes: ['s3:'] };
  test.each([
    ['gs://bucket/a.jpg', DEVELOPER, InputError],
    ['s3://bucket/a.jpg', VERTEX, InputError],
    ['gs://bucket/object', VERTEX, InputError],
    ['gs://bucket/a.docx', VERTEX, InputError],
    ['gs://bucket', VERTEX, InputError],
    ['gs://bucket/folder/', VERTEX, InputError],
    ['https://youtu.be/abcdefghijk', withoutHttps, InputError],
    ['https://example.com/a.jpg?X-Goog-Signature=SECRET', VERTEX, InputError],
    ['https://user:SECRET@example.com/a.jpg', VERTEX, InputError],
    ['https://www.youtube.com/@channel', VERTEX, InputError],
    ['ftp://example.com/a.jpg', VERTEX, UsageError],
    ['', VERTEX, UsageError],
    ['files/abc-123', VERTEX, UsageError],
    ['files/abc-123', CHAT, UsageError],
    ['https://youtu.be/abcdefghijk', CHAT, InputError],
    ['files/ABC', DEVELOPER, InputError],
  ] as const)('%j is refused', async (source, limits, type) => {
    const error = await failure(resolve([{ source }], { limits }));
    expect(error).toBeInstanceOf(type);
    expect(`${error.message} ${error.hint}`).not.toContain('SECRET');
  });

  test('where the service finds the type itself, none is demanded', async () => {
    const limits = { ...DEVELOPER, uriSchemes: ['s3:'] };
    expect(await resolve([{ source: 's3://bucket/object' }], { limits })).toEqual([
      { fileData: { fileUri: 's3://bucket/object' } },
    ]);
  });
});

describe('options after "#"', () => {
  test.each([
    ['clip.mp4#t=0:30,2:00.5&fps=2', { videoMetadata: { startOffset: '30s', endOffset: '120.5s', fps: 2 } }],
    ['clip.mp4#t=,90', { videoMetadata: { endOffset: '90s' } }],
    ['coffee.jpg#resolution=low', { mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } }],
    ['scan.pdf#resolution=high', { mediaResolution: { level: 'MEDIA_RESOLUTION_HIGH' } }],
    ['https://youtu.be/abcdefghijk#t=1:00,', { videoMetadata: { startOffset: '60s' } }],
    ['gs://bucket/a.mov#fps=0.5', { videoMetadata: { fps: 0.5 } }],
  ])('%s', async (source, modifiers) => {
    const [part] = await resolve([{ source }]);
    const { inlineData, fileData, ...rest } = part ?? {};
    expect(inlineData ?? fileData).toBeDefined();
    expect(rest).toEqual(modifiers);
  });

  test.each([
    ['coffee.jpg#fps=2', /coffee\.jpg.*fps=2/],
    ['coffee.jpg#t=1,2', /t=1,2/],
    ['gs://bucket/talk.mp3#t=1,2', /t=1,2/],
    ['talk.mp3#resolution=low', /resolution=low/],
    ['notes.md#resolution=low', /resolution=low/],
    ['coffee.jpg#pages=3-7', /coffee\.jpg.*pages=3-7/],
    ['gs://bucket/scan.pdf#pages=3-7', /scan\.pdf.*pages=3-7/],
    ['gs://bucket/a.jpg#fps=1', /gs:\/\/bucket\/a\.jpg.*fps=1/],
  ])('%s means nothing there, and is told', async (source, message) => {
    const error = await failure(resolve([{ source }]));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(message);
  });
});

describe('folders', () => {
  test('what cannot be sent is left out with one note', async () => {
    const notes: string[] = [];
    const onNote = (line: string) => notes.push(line);
    const parts = await resolve([{ source: 'mixed' }], { onNote });
    expect(parts.map(summary)).toEqual([
      ['text/plain', 'mixed/a.txt', 4],
      ['image/jpeg', 'mixed/b.jpg', 56_108],
    ]);
    expect(notes).toEqual([expect.stringMatching(/mixed\/c\.zip, mixed\/empty\.py/)]);
  });

  test('a kind that was said chooses among the files', async () => {
    const parts = await resolve([{ source: 'mixed', kind: 'image' }]);
    expect(parts.map(summary)).toEqual([['image/jpeg', 'mixed/b.jpg', 56_108]]);
  });

  test('a pattern names its files: one that cannot be sent is an error', async () => {
    const error = await failure(resolve([{ source: 'mixed/*' }]));
    expect(error.message).toMatch(/c\.zip is an archive/);
    expect(error.details).toEqual([expect.stringMatching(/empty\.py is empty/)]);
  });
});

describe('labels', () => {
  test('stand before the media, counted by kind', async () => {
    const sources = ['coffee.jpg', 'talk.mp3', 'coffee.jpg', 'https://youtu.be/abcdefghijk'];
    const parts = await resolve([{ text: 'a' }, ...sources.map((source) => ({ source }))], { label: true });
    expect(parts.flatMap(({ text }) => text ?? [])).toEqual([
      'a',
      'image 1:',
      'audio 1:',
      'image 2:',
      'video 1:',
    ]);
    expect(parts.map(({ text }) => text === undefined)).toEqual([
      false,
      false,
      true,
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});

test('an uploaded file is a URI of the Developer API', async () => {
  const fileUri = 'https://generativelanguage.googleapis.com/v1beta/files/abc-123';
  for (const source of ['files/abc-123', fileUri]) {
    expect(await resolve([{ source }], { limits: DEVELOPER })).toEqual([{ fileData: { fileUri } }]);
  }
  expect(await resolve([{ source: 'files/abc-123#mime=video/quicktime' }], { limits: DEVELOPER })).toEqual([
    { fileData: { fileUri, mimeType: 'video/mov' } },
  ]);
});

test('bytes that are here already are a medium', async () => {
  const head = Buffer.from('%PDF-1.7\n');
  const bytes = { byteLength: 9, name: 'stdin', open: () => Promise.reject(new Error('not read')) };
  const located = await locateMedia([{ bytes, head, kind: 'document' }], optionsWith({}));
  expect(located).toEqual([
    { name: 'stdin', kind: 'document', mimeType: 'application/pdf', content: { bytes }, options: {} },
  ]);
  expect(await failure(resolve([{ bytes, head, kind: 'image' }]))).toBeInstanceOf(UsageError);
});

describe('many problems are one error', () => {
  test('in the order of the parts, each once', async () => {
    const error = await failure(
      resolve([
        { source: 'gone.jpg' },
        { source: 'coffee.jpg' },
        { source: 'talk.mp3', kind: 'image' },
        { source: '*.tiff' },
        { source: '*.tiff' },
        { source: 'none' },
      ]),
    );
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/gone\.jpg/);
    expect(error.details).toEqual([
      expect.stringContaining('talk.mp3'),
      expect.stringContaining('*.tiff'),
      expect.stringContaining('none'),
    ]);
  });

  test('wrong usage alone is a UsageError', async () => {
    const error = await failure(
      resolve([{ source: 'talk.mp3', kind: 'image' }, { source: 'coffee.jpg#fps=2' }]),
    );
    expect(error).toBeInstanceOf(UsageError);
    expect(error.details).toHaveLength(1);
  });
});

describe('the size of the request', () => {
  test('counts all media as base64, and lists them when it is too much', async () => {
    for (const name of ['a.mp3', 'b.mp3']) {
      copyFileSync(new URL('talk.mp3', examples), join(cwd, name));
      truncateSync(join(cwd, name), 30_000_000);
    }
    const parts = [{ source: 'a.mp3' }, { source: 'b.mp3' }];
    expect(await resolve(parts, { limits: { ...VERTEX, requestBytes: 80_000_000 } })).toHaveLength(2);
    const error = await failure(resolve(parts, { limits: { ...VERTEX, requestBytes: 79_999_999 } }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/80 MB/);
    expect(error.details).toEqual([
      expect.stringMatching(/a\.mp3.*30 MB.*40 MB/),
      expect.stringMatching(/b\.mp3/),
    ]);
    expect(error.hint).toMatch(/gs:/);
  });
});

test('an aborted run ends with its own reason', async () => {
  const controller = new AbortController();
  controller.abort(new InterruptedError('SIGINT'));
  const error = await failure(resolve([{ source: 'coffee.jpg' }], { signal: controller.signal }));
  expect(error).toBeInstanceOf(InterruptedError);
});

test('hundreds of files are looked at, in order', async () => {
  const parts = Array.from({ length: 300 }, (_, index) => ({
    source: index % 2 ? 'coffee.jpg' : 'notes.md',
  }));
  const types = (await resolve(parts)).map((part) => part.inlineData?.mimeType);
  expect(types).toEqual(parts.map(({ source }) => (source === 'notes.md' ? 'text/plain' : 'image/jpeg')));
});
