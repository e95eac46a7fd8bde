import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  BIN,
  cleanEnvironment,
  EXAMPLES,
  runGemini,
  startGemini,
  temporaryFolder,
} from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';
import { serveHttp } from '../http/servers.ts';

type Part = {
  text?: string;
  inlineData?: { mimeType: string; data: string };
  fileData?: { mimeType?: string; fileUri: string };
};

const example = (name: string) => readFileSync(join(EXAMPLES, name));
const talk = example('talk.mp3');
const photo = example('coffee.jpg');
const inline = (mimeType: string, bytes: Buffer) => ({
  inlineData: { mimeType, data: bytes.toString('base64') },
});

/** The parts of what the emulator was sent. */
function partsOf(requests: readonly { body: unknown }[]): Part[] | undefined {
  return (requests[0]?.body as { contents: { parts: Part[] }[] } | undefined)?.contents[0]?.parts;
}

/** Runs against an emulator of its own and gives what it was sent. */
async function sent(args: string[], options: Parameters<typeof runGemini>[1] = {}) {
  const { env, requests } = await withEmulator();
  const run = await runGemini(['ask', ...args], { ...options, env: { ...env, ...options.env } });
  return { ...run, parts: partsOf(requests) };
}

/** Runs a command line of the shell, in which $G is the program. */
async function shell(line: string, options: { cwd?: string; env?: Record<string, string> } = {}) {
  const { env, requests } = await withEmulator();
  const G = `"${process.execPath}" "${BIN}"`;
  const child = spawn('sh', ['-c', line.replaceAll('$G', G)], {
    cwd: options.cwd ?? EXAMPLES,
    env: cleanEnvironment({ ...env, ...options.env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const code = await new Promise<number | null>((done) => child.on('close', done));
  clearTimeout(timer);
  return { code, stderr, parts: partsOf(requests) };
}

describe('media from the web', () => {
  const serve = async (pages: Record<string, RequestListener>) => {
    const url = await serveHttp((request, response) => {
      const page = pages[request.url ?? ''];
      if (page) page(request, response);
      else response.writeHead(404).end();
    });
    return (path: string) => new URL(path, url).href;
  };

  it('the three landmarks of the Vertex documents, with their captions between them', async () => {
    const file = resolve(import.meta.dirname, '../fixtures/seeds/vertex-landmarks.canonical.json');
    const expected = JSON.parse(readFileSync(file, 'utf8')).contents[0].parts as Part[];
    const images = expected.flatMap((part) => part.inlineData ?? []);
    // What follows the end of a PNG tells them apart and means nothing.
    for (const [index, image] of images.entries()) {
      image.data = Buffer.concat([Buffer.from(image.data, 'base64'), Buffer.from([index])]).toString(
        'base64',
      );
    }
    const at = await serve(
      Object.fromEntries(
        images.map(({ data }, index) => [
          `/prompts/landmark${index + 1}.png`,
          (_request, response) => response.end(Buffer.from(data, 'base64')),
        ]),
      ),
    );
    const args = expected.flatMap(({ text }, index) =>
      text === undefined ? ['--image', at(`/prompts/landmark${index / 2 + 1}.png`)] : [text],
    );
    const { code, stderr, parts } = await sent([...args, '--allow-private-urls']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(parts).toEqual(expected);
  });

  it('from this machine is fetched only if allowed, and never where nothing may be sent', async () => {
    let asked = 0;
    const at = await serve({
      '/a.jpg': (_request, response) => {
        asked++;
        response.end(photo);
      },
    });
    const refused = await sent(['-a', at('/a.jpg')]);
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('--allow-private-urls') });
    const dry = await sent(['-a', at('/a.jpg'), '--allow-private-urls', '--dry-run']);
    expect(dry).toMatchObject({ code: 3, stdout: '' });
    expect(asked).toBe(0);
  });

  it('over the limit, or not to be had, ends with the exit code of its cause', async () => {
    const at = await serve({
      '/a.jpg': (_request, response) => response.end(photo),
      '/page': (_request, response) => response.end('<!doctype html>'),
      '/busy': (_request, response) => response.writeHead(503).end(),
    });
    const ask = async (...args: string[]) =>
      (await sent([...args, '--allow-private-urls', '--retries', '0'])).code;
    expect(await ask('-a', at('/a.jpg'), '--max-fetch-size', '50kB')).toBe(3);
    expect(await ask('-a', at('/a.jpg'), '--max-fetch-size', '1.5x')).toBe(2);
    expect(await ask('-a', at('/page'))).toBe(3);
    expect(await ask('-a', at('/gone'))).toBe(3);
    expect(await ask('-a', at('/busy'))).toBe(7);
    expect(await ask('--audio', at('/a.jpg'))).toBe(2);
    expect(await ask('-a', at('/a.jpg'), '--max-fetch-size', '60kB')).toBe(0);
  });

  it('is handed to the service with --url-mode pass, and uploaded files by name', async () => {
    const { parts } = await sent([
      '-a',
      'https://example.com/a.jpg',
      '-a',
      'files/abc-123',
      'what',
      '--url-mode',
      'pass',
    ]);
    expect(parts).toEqual([
      { fileData: { mimeType: 'image/jpeg', fileUri: 'https://example.com/a.jpg' } },
      { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc-123' } },
      { text: 'what' },
    ]);
    expect(
      (await sent(['-b', 'vertex', '-a', 'files/abc-123'], { env: { GOOGLE_CLOUD_PROJECT: 'p' } })).code,
    ).toBe(2);
  });
});

describe('files', () => {
  it('of any name, by pattern and folder, labelled, with options', async () => {
    const cwd = temporaryFolder();
    const names = [' .jpg', '-x.jpg', '[1].jpg', 'a b.jpg', 'cafe\u0301.jpg', 'new\nline.jpg', 'x#t=1.jpg'];
    mkdirSync(join(cwd, 'd'));
    for (const name of names) writeFileSync(join(cwd, 'd', name), Buffer.concat([photo, Buffer.from(name)]));
    writeFileSync(join(cwd, 'd/.hidden.jpg'), photo);
    writeFileSync(join(cwd, 'd/notes.zip'), 'PK\x03\x04\x14\0\0\0');
    const images = names.map((name) => inline('image/jpeg', Buffer.concat([photo, Buffer.from(name)])));

    expect((await sent(['-a', 'd/*.jpg', 'what'], { cwd })).parts).toEqual([...images, { text: 'what' }]);
    const folder = await sent(['--image', 'd#resolution=low', '--label'], { cwd });
    expect(folder.stderr).toMatch(/notes\.zip/);
    expect(folder.parts).toEqual(
      images.flatMap((image, index) => [
        { text: `image ${index + 1}:` },
        { ...image, mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } },
      ]),
    );
    const typed = names.flatMap((name) => ['-a', name]);
    expect((await sent(typed, { cwd: join(cwd, 'd') })).parts).toEqual(images);
    expect((await sent(['-a', 'd/*'], { cwd })).code).toBe(3);
  });

  it.each([
    [3, ['-a', '*.tiff']],
    [2, ['-a', 'coffee.jpg#fsp=2']],
    [2, ['-a', 'coffee.jpg#fps=2']],
    [3, ['-a', 'gone.jpg#resolution=low']],
  ])('exit %i for %j, nothing sent', async (exit, args) => {
    const { code, stderr, parts } = await sent(args);
    expect({ code, parts }).toEqual({ code: exit, parts: undefined });
    expect(stderr).toMatch(/^gemini: [^\n]+\n(hint: [^\n]+\n)?$/);
  });

  it('ten thousand of them by one pattern, by code unit', async () => {
    const cwd = temporaryFolder();
    const lines = Array.from({ length: 10_000 }, (_, index) => `${index}\n`);
    // xaaa, xaab, …: one line each, far faster than files written one by one.
    execFileSync('split', ['-l', '1', '-a', '3'], { cwd, input: lines.join('') });
    const args = ['ask', '-b', 'emulator', '-a', 'x*', '--dry-run'];
    const { stdout } = await runGemini(args, { cwd, timeoutMs: 60_000 });
    const parts = JSON.parse(stdout).contents[0].parts as Part[];
    const held = parts.map(({ inlineData, text }) =>
      inlineData ? Buffer.from(inlineData.data, 'base64').toString() : text,
    );
    expect(held).toEqual(lines);
  }, 60_000);
});

describe('stdin', () => {
  it.each([
    ['at once', [talk.length]],
    ['byte by byte at first', [1, 1, 1, 1, 5, 100_000, talk.length]],
    ['in odd pieces', [4097, 13, 65_537, talk.length]],
  ])('that is a recording is an attachment and comes first: %s', async (_label, sizes) => {
    const { env, requests } = await withEmulator();
    const child = startGemini(['ask', 'summarise'], { env, stdin: '' });
    let start = 0;
    for (const size of sizes) {
      child.stdin?.write(talk.subarray(start, start + size));
      start += size;
      await new Promise((done) => setTimeout(done, 2));
    }
    child.stdin?.end();
    child.stdout?.resume();
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
    expect(partsOf(requests)).toEqual([inline('audio/mp3', talk), { text: 'summarise' }]);
  });

  it('stands where "-" is, as a part or as a source of a kind', async () => {
    expect((await sent(['a', '-', 'b'], { stdin: photo })).parts).toEqual([
      { text: 'a' },
      inline('image/jpeg', photo),
      { text: 'b' },
    ]);
    expect((await sent(['a', '--image', '-#resolution=low'], { stdin: photo })).parts).toEqual([
      { text: 'a' },
      { ...inline('image/jpeg', photo), mediaResolution: { level: 'MEDIA_RESOLUTION_LOW' } },
    ]);
    expect((await sent(['a', '-a', '-'], { stdin: 'text' })).parts).toEqual([
      { text: 'a' },
      inline('text/plain', Buffer.from('text')),
    ]);
    expect((await sent(['--image', '-'], { stdin: talk })).code).toBe(2);
    expect((await sent(['-', '-a', '-'], { stdin: talk })).code).toBe(2);
  });

  it('that is text stays text, whatever it begins with', async () => {
    for (const stdin of [
      'BM is a prefix',
      '{\\rtf is not read as such',
      '%!PS',
      'FORM',
      '\x01\x1b[1m',
      'é'.repeat(40_000),
    ]) {
      expect((await sent(['a'], { stdin })).parts).toEqual([{ text: stdin }, { text: 'a' }]);
    }
  });

  it.each([
    ['nobody knows what', Buffer.from([1, 2, 3, 0, 0xff])],
    ['not UTF-8', Buffer.from('caf\xe9', 'latin1')],
    ['not UTF-8 further on', Buffer.concat([Buffer.alloc(100_000, 'a'), Buffer.from([0xff])])],
    ['with a NUL further on', Buffer.concat([Buffer.alloc(100_000, 'a'), Buffer.from([0])])],
    ['UTF-16', Buffer.from('\ufeffabc', 'utf16le')],
    ['an archive', Buffer.from('PK\x03\x04\x14\0\0\0', 'latin1')],
  ])('that is %s is an error', async (_label, stdin) => {
    const { code, stderr, parts } = await sent(['a'], { stdin });
    expect({ code, parts }).toEqual({ code: 3, parts: undefined });
    expect(stderr).toMatch(/^gemini: stdin /);
  });

  it('without an end is an error at once', async () => {
    expect(await shell('cat /dev/urandom | $G ask a')).toMatchObject({ code: 3, parts: undefined });
    expect(await shell('cat /dev/urandom | $G ask -a - a')).toMatchObject({ code: 3, parts: undefined });
    expect(await shell('yes | $G ask a')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('64 MiB'),
    });
  });

  it('that is closed, /dev/null or empty is nothing', async () => {
    for (const from of ['<&-', '</dev/null', '< empty']) {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, 'empty'), '');
      expect(await shell(`$G ask a ${from}`, { cwd })).toMatchObject({ code: 0, parts: [{ text: 'a' }] });
    }
    expect((await shell('$G ask -a - </dev/null')).code).toBe(3);
    expect(await shell('$G ask a < .')).toMatchObject({ code: 3, stderr: expect.stringContaining('folder') });
  });

  it('that is a file is read in place, from where it stands', async () => {
    const cwd = temporaryFolder();
    // Where nothing can be written, nothing is copied.
    const env = { TMPDIR: join(cwd, 'nowhere') };
    const large = Buffer.concat([talk, Buffer.alloc(8_000_000, 7)]);
    writeFileSync(join(cwd, 'large.mp3'), large);
    writeFileSync(join(cwd, 'mixed'), Buffer.concat([Buffer.from('a title\n'), photo]));
    expect((await shell('$G ask summarise < large.mp3', { cwd, env })).parts).toEqual([
      inline('audio/mp3', large),
      { text: 'summarise' },
    ]);
    const rest = await shell('{ read title; $G ask --image - "$title"; } < mixed', { cwd, env });
    expect(rest.parts).toEqual([inline('image/jpeg', photo), { text: 'a title' }]);
  });
});

describe('much on stdin', () => {
  let folder: string;
  beforeAll(() => {
    folder = temporaryFolder();
  });

  it('is kept in a file without a name, so that nothing stays behind, even of a killed run', async () => {
    const { env, requests } = await withEmulator();
    const large = Buffer.concat([talk, Buffer.alloc(9_000_000, 7)]);
    const start = () => startGemini(['ask', 'summarise'], { env: { ...env, TMPDIR: folder }, stdin: '' });
    const opened = (pid: number | undefined) =>
      readdirSync(`/proc/${pid}/fd`).filter((fd) => {
        try {
          return execFileSync('readlink', [`/proc/${pid}/fd/${fd}`]).includes(`${folder}/`);
        } catch {
          return false;
        }
      });
    const killed = start();
    killed.stdin?.on('error', () => {});
    killed.stdin?.write(large);
    if (process.platform === 'linux')
      await expect.poll(() => opened(killed.pid), { timeout: 5000 }).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
    killed.kill('SIGKILL');
    const whole = start();
    whole.stdout?.resume();
    whole.stdin?.end(large);
    expect(await new Promise((done) => whole.on('close', done))).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
    expect(requests).toHaveLength(1);
    const data = partsOf(requests)?.[0]?.inlineData?.data ?? '';
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(hash(Buffer.from(data, 'base64'))).toBe(hash(large));
  });

  it('900 MB come whole while memory stays flat', async () => {
    const peak = join(folder, 'peak');
    const preload = resolve(import.meta.dirname, '../../bench/peak-memory.cjs');
    const env = {
      TMPDIR: folder,
      NODE_OPTIONS: `--require "${preload}"`,
      BENCH_PEAK_FILE: peak,
      GOOGLE_CLOUD_PROJECT: 'p',
    };
    const { code, stderr } = await shell(
      '{ cat talk.mp3; head -c 900000000 /dev/zero; } | $G ask -b vertex summarise',
      { env },
    );
    // More than one request holds, and no bucket is named: the size that is told is what came.
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/stdin.*900 MB/) });
    // Node 24 alone takes more than Node 20.
    expect(Number(readFileSync(peak, 'utf8')) / 1024).toBeLessThan(160);
    expect(readdirSync(folder)).toEqual(['peak']);
  }, 60_000);

  it('9 MB of text come whole from a file too', async () => {
    const file = join(folder, 'text');
    const text = '0123456789abcdé\n'.repeat(600_000);
    writeFileSync(file, text);
    const { env, requests } = await withEmulator();
    const fd = openSync(file, 'r');
    const child = spawn(process.execPath, [BIN, 'ask', 'a'], {
      env: cleanEnvironment(env),
      stdio: [fd, 'ignore', 'pipe'],
    });
    expect(await new Promise((done) => child.on('close', done))).toBe(0);
    closeSync(fd);
    expect(partsOf(requests)?.[0]?.text === text).toBe(true);
  });
});
