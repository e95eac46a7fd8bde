import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ByteSource } from '../../src/byte-source.ts';
import { type GeminiError, InputError } from '../../src/errors.ts';
import { openFileSource } from '../../src/media/file-source.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'file-source-'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const makeFifo = (path: string) => execFileSync('sh', ['-c', 'mkfifo "$0"', path]);

async function failure(promise: Promise<unknown>): Promise<GeminiError> {
  return promise.then(
    () => expect.fail('no error'),
    (error) => error,
  );
}

async function readAll(source: ByteSource, size: number): Promise<Buffer> {
  const reader = await source.open();
  const pieces: Buffer[] = [];
  try {
    for (;;) {
      const buffer = Buffer.alloc(size);
      const count = await reader.read(buffer);
      if (count === 0) return Buffer.concat(pieces);
      pieces.push(buffer.subarray(0, count));
    }
  } finally {
    await reader.close();
  }
}

const bytes = (length: number) =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff));

describe('a file', () => {
  test('is given whole, as often as asked, whatever the size of the reads', async () => {
    const content = bytes(200_000);
    writeFileSync(join(cwd, 'whole.bin'), content);
    const { source, head } = await openFileSource('whole.bin', { cwd });
    expect(source).toMatchObject({ byteLength: content.length, name: 'whole.bin' });
    expect(head.equals(content.subarray(0, head.length)) && head.length >= 8192).toBe(true);
    for (const size of [49_152, 1000, 200_000, 300_000]) {
      expect((await readAll(source, size)).equals(content)).toBe(true);
    }
  });

  test('fills each buffer but the last, which is what base64 without gaps needs', async () => {
    writeFileSync(join(cwd, 'filled.bin'), bytes(100_000));
    const reader = await (await openFileSource('filled.bin', { cwd })).source.open();
    const buffer = Buffer.alloc(49_152);
    const counts = [
      await reader.read(buffer),
      await reader.read(buffer),
      await reader.read(buffer),
      await reader.read(buffer),
    ];
    await reader.close();
    expect(counts).toEqual([49_152, 49_152, 1696, 0]);
  });

  test('is not held open: far more files than descriptors can be looked at', async () => {
    writeFileSync(join(cwd, 'many.bin'), 'x');
    const opened = await Promise.all(Array.from({ length: 100 }, () => openFileSource('many.bin', { cwd })));
    // The lowest free descriptor is what it was, so none of the hundred is still taken.
    const before = openSync(join(cwd, 'many.bin'), 'r');
    closeSync(before);
    expect(before).toBeLessThan(100);
    expect(opened).toHaveLength(100);
  });

  test('may have any name the file system takes', async () => {
    const folder = join(cwd, 'names');
    mkdirSync(folder);
    const names = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 60 })
      .filter((name) => !/[/\0]/.test(name) && name !== '.' && name !== '..')
      .filter((name) => Buffer.byteLength(name) < 255);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(names, fc.constantFrom('a#t=1.jpg', '*', '-', ' ', 'a\nb', '\x1b[31m', 'é')),
        async (name) => {
          writeFileSync(join(folder, name), name);
          const { head, source } = await openFileSource(name, { cwd: folder });
          expect([head.toString(), source.name]).toEqual([name, name]);
          unlinkSync(join(folder, name));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('is found under the other Unicode form of its name, and that is said', async () => {
    writeFileSync(join(cwd, 'cafe\u0301.jpg'), 'x');
    const notes: string[] = [];
    const { source } = await openFileSource('caf\u00e9.jpg', { cwd, onNote: (line) => notes.push(line) });
    expect(await readAll(source, 10)).toEqual(Buffer.from('x'));
    expect(notes).toHaveLength(1);
  });
});

describe('what is no readable file fails at once, by name and cause', () => {
  const cases: [string, () => void, RegExp][] = [
    ['missing.jpg', () => {}, /no such file/],
    ['empty.jpg', () => writeFileSync(join(cwd, 'empty.jpg'), ''), /empty/],
    ['folder', () => mkdirSync(join(cwd, 'folder')), /folder/],
    ['fifo', () => makeFifo(join(cwd, 'fifo')), /pipe/],
    ['/dev/null', () => {}, /device/],
    ['dangling.jpg', () => symlinkSync('gone.jpg', join(cwd, 'dangling.jpg')), /link to gone\.jpg/],
    ['loop.jpg', () => symlinkSync('loop.jpg', join(cwd, 'loop.jpg')), /link that leads back/],
    [`${'n'.repeat(300)}.jpg`, () => {}, /too long/],
    ['inside/a.jpg', () => writeFileSync(join(cwd, 'inside'), 'x'), /not a folder/],
    ['nul\0.jpg', () => {}, /not a possible/],
    ['~/photo.jpg', () => {}, /no such file/],
  ];
  test.each(cases)('%j', async (name, make, words) => {
    make();
    const error = await failure(openFileSource(name, { cwd }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(words);
  });

  test('a socket', async () => {
    const server = createServer().listen(join(cwd, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const error = await failure(openFileSource('socket', { cwd }));
    server.close();
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/socket/);
  });

  test('no permission', async ({ skip }) => {
    const asRoot = process.getuid?.() === 0;
    if (asRoot && !process.seteuid)
      skip('root reads everything, and this system cannot be anybody else for a while');
    writeFileSync(join(cwd, 'secret.jpg'), 'x');
    chmodSync(join(cwd, 'secret.jpg'), 0);
    chmodSync(cwd, 0o755);
    // Root sees no EACCES: for this one test the process is "nobody".
    if (asRoot) process.seteuid?.(65534);
    const error = await failure(openFileSource('secret.jpg', { cwd })).finally(() => {
      if (asRoot) process.seteuid?.(0);
    });
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/permission denied/);
  });

  test('control characters of a name do not reach the message', async () => {
    for (const name of ['new\nline.png', '\x1b[2J.png', '\u202egnp.exe', '\x9b31m.png']) {
      const { message } = await failure(openFileSource(name, { cwd }));
      expect(message).toMatch(/^"[\x20-\x7e]+": there is no such file$/);
    }
  });
});

describe('a slip that can be told', () => {
  test('a name that is not UTF-8', async () => {
    expect((await failure(openFileSource('gr\ufffdn.jpg', { cwd }))).hint).toMatch(/UTF-8/);
  });
});

describe('a file that is no longer what it was', () => {
  const SIZE = 120_000;
  const changes: [string, (path: string) => void][] = [
    ['shrank', (path) => truncateSync(path, 1000)],
    ['grew', (path) => appendFileSync(path, 'more')],
    [
      'was written anew in place',
      (path) => {
        writeFileSync(path, bytes(SIZE));
        utimesSync(path, 1, 1);
      },
    ],
  ];
  const replaced = (path: string) => {
    writeFileSync(`${path}.new`, bytes(SIZE));
    renameSync(`${path}.new`, path);
  };

  async function fresh(): Promise<{ path: string; source: ByteSource }> {
    const path = join(mkdtempSync(join(cwd, 'change-')), 'a.bin');
    writeFileSync(path, bytes(SIZE));
    return { path, source: (await openFileSource(path, { cwd })).source };
  }

  test.each([...changes, ['was replaced', replaced], ['vanished', unlinkSync]] as typeof changes)(
    '%s before it was opened for sending',
    async (_label, change) => {
      const { path, source } = await fresh();
      change(path);
      expect(await failure(source.open())).toBeInstanceOf(InputError);
    },
  );

  test('became a pipe before it was opened for sending', async () => {
    const { path, source } = await fresh();
    unlinkSync(path);
    makeFifo(path);
    expect((await failure(source.open())).message).toMatch(/pipe/);
  });

  test.each(changes)('%s while it was read: its last bytes are not given', async (_label, change) => {
    const { path, source } = await fresh();
    const reader = await source.open();
    const buffer = Buffer.alloc(49_152);
    let given = await reader.read(buffer);
    change(path);
    const error = await failure(
      (async () => {
        for (;;) given += await reader.read(buffer);
      })(),
    );
    await reader.close();
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/changed while/);
    expect(given).toBeLessThan(SIZE);
  });

  test('taken out of its folder while it was read: its content is still whole', async () => {
    const { path, source } = await fresh();
    const reader = await source.open();
    const buffer = Buffer.alloc(SIZE + 1);
    unlinkSync(path);
    expect(await reader.read(buffer)).toBe(SIZE);
    await reader.close();
  });
});
