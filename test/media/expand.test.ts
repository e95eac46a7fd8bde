import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../src/errors.ts';
import { type ExpandedPart, expandPart } from '../../src/media/expand.ts';

const NFC = 'caf\u00e9.txt';
const NFD = 'cafe\u0301.txt';
/** In the order of code units: the space, the dash, digits, capitals, small letters, what is beyond ASCII. */
const NAMES = [
  ' lead.txt',
  '-x.txt',
  '10.txt',
  '9.txt',
  'Z.txt',
  'a b.txt',
  'a#t=1.txt',
  'a.txt',
  NFD,
  'n\nl.txt',
];

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'expand-'));
  const put = (path: string) => writeFileSync(join(cwd, path), 'x');
  for (const folder of ['d/sub/deep', 'd/.hidden', 'empty/sub', 'br[1]', 'e\u0301']) {
    mkdirSync(join(cwd, folder), { recursive: true });
  }
  for (const name of NAMES) put(`d/${name}`);
  for (const path of ['d/.dot.txt', 'd/.hidden/h.txt', 'd/sub/s.txt', 'd/sub/deep/t.txt', 'd/sub/p.png'])
    put(path);
  for (const path of ['br[1]/x.txt', '[ab].txt', 'a.txt', 'e\u0301/f.txt', '!a.txt', 'clip#fps=2']) put(path);
  symlinkSync('..', join(cwd, 'd/sub/up'));
  symlinkSync('../a.txt', join(cwd, 'd/sub/link.txt'));
  symlinkSync('d', join(cwd, 'to-d'));
  symlinkSync('nowhere', join(cwd, 'dangling.txt'));
  symlinkSync('round.txt', join(cwd, 'round.txt'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const notes: string[] = [];
const expand = (source: string): Promise<ExpandedPart[]> => {
  notes.length = 0;
  const onNote = (line: string) => notes.push(line);
  return expandPart({ source }, { cwd, signal: new AbortController().signal, onNote });
};
const paths = async (source: string) =>
  (await expand(source)).map((part) =>
    'path' in part ? part.path : 'address' in part ? part.address : part,
  );

describe('a pattern', () => {
  it('gives what it matches by code unit, hidden files only where asked, names of any kind', async () => {
    expect(await paths('d/*.txt')).toEqual(NAMES.map((name) => `d/${name}`));
    expect(await paths('d/.*.txt')).toEqual(['d/.dot.txt']);
    expect(await paths('d/!(a*).txt')).not.toContain('d/.dot.txt');
  });

  it.each([
    ['d/[0-9]*.txt', ['d/10.txt', 'd/9.txt']],
    ['d/?.txt', ['d/9.txt', 'd/Z.txt', 'd/a.txt']],
    ['d/{Z,9}.txt', ['d/9.txt', 'd/Z.txt']],
    ['d/s*/*.txt', ['d/sub/link.txt', 'd/sub/s.txt']],
    ['./d/sub/../9*', ['./d/sub/../9.txt']],
    ['br[1]/*.txt', ['br[1]/x.txt']],
    ['br\\[1\\]/*', ['br[1]/x.txt']],
    ['!a*', ['!a.txt']],
    ['to-?/Z*', ['to-d/Z.txt']],
    ['{dangling,round}.txt', ['dangling.txt', 'round.txt']],
  ])('%s', async (pattern, expected) => {
    expect(await paths(pattern)).toEqual(expected);
  });

  it('with "**" goes down, but not round in circles through links', async () => {
    expect(await paths('d/**/*.txt')).toEqual(
      [...NAMES, 'sub/deep/t.txt', 'sub/link.txt', 'sub/s.txt'].map((name) => `d/${name}`),
    );
  });

  it('may be absolute', async () => {
    expect(await paths(join(cwd, 'd/s*/p.png'))).toEqual([join(cwd, 'd/sub/p.png')]);
  });

  it('written with other code points than the disk has is found, and told', async () => {
    expect(await paths(`d/${NFC.replace('.txt', '*')}`)).toEqual([`d/${NFD}`]);
    expect(notes).toHaveLength(1);
  });

  it.each(['d/*.tiff', 'nowhere/*.txt', 'd/.*.png', '*.nothing#fps=2'])(
    '%s matches nothing',
    async (pattern) => {
      await expect(expand(pattern)).rejects.toThrow(InputError);
      await expect(expand(pattern)).rejects.toThrow(pattern.replace(/#.*/, ''));
    },
  );

  it('is no pattern where a file has that very name', async () => {
    expect(await paths('[ab].txt')).toEqual(['[ab].txt']);
  });
});

describe('a folder', () => {
  it('gives its files, not those below, and not hidden ones', async () => {
    const found = await expand('d');
    expect(found).toEqual(NAMES.map((name) => ({ path: `d/${name}`, folder: 'd', options: {} })));
    expect(await paths('d/')).toEqual(NAMES.map((name) => `d/${name}`));
    expect(await paths('br[1]')).toEqual(['br[1]/x.txt']);
  });

  it('with /** gives those below too, each once', async () => {
    const below = ['sub/deep/t.txt', 'sub/link.txt', 'sub/p.png', 'sub/s.txt'];
    expect(await paths('d/**')).toEqual([...NAMES, ...below].map((name) => `d/${name}`));
    expect(await paths('d/sub/**')).toEqual(below.map((name) => `d/${name}`));
    expect((await paths('**')).filter((path) => !String(path).startsWith('d/'))).toEqual([
      '!a.txt',
      '[ab].txt',
      'a.txt',
      'br[1]/x.txt',
      'clip#fps=2',
      'dangling.txt',
      'e\u0301/f.txt',
      'round.txt',
    ]);
  });

  it('without files is an error, which tells of those below', async () => {
    await expect(expand('empty/sub')).rejects.toThrow(InputError);
    await expect(expand('empty')).rejects.toThrow(/empty holds no files/);
    mkdirSync(join(cwd, 'above/sub'), { recursive: true });
    await expect(expand('above')).rejects.toMatchObject({ hint: expect.stringContaining('above/**') });
    await expect(expand('nowhere/**')).rejects.toThrow(InputError);
  });

  it('is found by the other spelling of its letters', async () => {
    expect(await paths('\u00e9/**')).toEqual(['e\u0301/f.txt']);
    expect(notes).toHaveLength(1);
  });
});

describe('options after "#"', () => {
  it('are read, for each file of a folder or pattern', async () => {
    expect(await expand('a.txt#t=1,2&fps=3')).toEqual([
      { path: 'a.txt', options: { startSeconds: 1, endSeconds: 2, fps: 3 } },
    ]);
    expect(await expand('d/[9Z]*#resolution=low')).toEqual([
      { path: 'd/9.txt', options: { resolution: 'low' } },
      { path: 'd/Z.txt', options: { resolution: 'low' } },
    ]);
    expect((await expand('br[1]#fps=1'))[0]).toMatchObject({ path: 'br[1]/x.txt', options: { fps: 1 } });
  });

  it('are none where a file has that very name', async () => {
    expect(await expand('clip#fps=2')).toEqual([{ path: 'clip#fps=2', options: {} }]);
    expect(await expand('d/a#t=1.txt')).toEqual([{ path: 'd/a#t=1.txt', options: {} }]);
    expect(await expand('d/a#t=1.txt#fps=2')).toEqual([{ path: 'd/a#t=1.txt', options: { fps: 2 } }]);
  });

  it('that cannot be are told; a name that is not there is left to be missed', async () => {
    await expect(expand('a.txt#fsp=2')).rejects.toThrow(UsageError);
    await expect(expand('a.txt#fps=99')).rejects.toThrow(/a\.txt.*fps=99/);
    expect(await paths('gone.txt#fps=2')).toEqual(['gone.txt']);
    expect(await paths('gone.txt#1')).toEqual(['gone.txt#1']);
  });
});

describe('addresses', () => {
  it.each([
    ['https://e.org/a.mp4?x=1#t=10', 'https://e.org/a.mp4?x=1', { startSeconds: 10 }],
    ['https://e.org/a#chapter', 'https://e.org/a#chapter', {}],
    ['gs://b/a#1.jpg', 'gs://b/a#1.jpg', {}],
    ['gs://b/a#1.jpg#mime=image/png', 'gs://b/a#1.jpg', { mimeType: 'image/png' }],
    ['data:text/plain,a#b', 'data:text/plain,a#b', {}],
    ['files/abc-1', 'files/abc-1', {}],
    ['files/abc-1#fps=2', 'files/abc-1', { fps: 2 }],
  ])('%s', async (source, address, options) => {
    expect(await expand(source)).toEqual([{ address, options }]);
  });

  it('file: is a path, which may have options', async () => {
    const { href } = pathToFileURL(join(cwd, 'a.txt'));
    expect(await expand(`${href}#fps=2`)).toEqual([{ path: join(cwd, 'a.txt'), options: { fps: 2 } }]);
    await expect(expand('file://elsewhere/a.txt')).rejects.toThrow(InputError);
  });

  it('a folder "files" with such a file in it wins over an uploaded one', async () => {
    mkdirSync(join(cwd, 'files'));
    writeFileSync(join(cwd, 'files/abc'), 'x');
    expect(await expand('files/abc')).toEqual([{ path: 'files/abc', options: {} }]);
  });
});

it('an empty name is refused', async () => {
  await expect(expand('')).rejects.toThrow(UsageError);
});

it('a message about an address shows neither its password nor its query', async () => {
  const error = await expand('https://u:SECRET@e.org/a.mp4?sig=SECRET#fps=99').catch((reason) => reason);
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toContain('https://e.org/a.mp4');
  expect(error.message).not.toContain('SECRET');
});
