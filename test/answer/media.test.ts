import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { chunk, media, showAnswer, temporaryFolder, text } from './show-answer.ts';

const PNG = Buffer.from('89504e470d0a1a0a00ff', 'hex');
const image = media('image/png', PNG);

describe('media on a terminal or with --output-dir', () => {
  it('are files of the folder, their paths where they stand in the answer', async () => {
    const chunks = [chunk(text('Before'), image), chunk(media('image/jpeg', PNG)), chunk(text('After'))];
    const { stdout, cwd } = await showAnswer(chunks, { outputDir: 'made/here' });
    expect(stdout).toBe('Before\nmade/here/answer-1.png\nmade/here/answer-2.jpg\nAfter\n');
    expect(readFileSync(join(cwd, 'made/here/answer-1.png'))).toEqual(PNG);
  });

  it('are files of the current folder on a terminal', async () => {
    const { stdout, cwd } = await showAnswer([chunk(image)], { terminal: true, output: '-' });
    expect(stdout).toBe('answer-1.png\n');
    expect(readFileSync(join(cwd, 'answer-1.png'))).toEqual(PNG);
  });

  it('never overwrite a file, nor follow a link, dangling or not', async () => {
    const cwd = temporaryFolder();
    const elsewhere = join(temporaryFolder(), 'target');
    writeFileSync(join(cwd, 'answer-1.png'), 'mine');
    symlinkSync(elsewhere, join(cwd, 'answer-2.png'));
    symlinkSync('answer-1.png', join(cwd, 'answer-3.png'));
    mkdirSync(join(cwd, 'answer-4.png'));
    const { stdout } = await showAnswer([chunk(image, image)], { cwd, outputDir: '.' });
    expect(stdout).toBe('answer-5.png\nanswer-6.png\n');
    expect(existsSync(elsewhere)).toBe(false);
    expect(readFileSync(join(cwd, 'answer-1.png'), 'utf8')).toBe('mine');
    expect(readdirSync(cwd)).toHaveLength(6);
  });

  it('have a name of ours, whatever the server calls them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.constantFrom(
            'image/../../x',
            'text/html',
            'application/x-sh',
            '__proto__',
            'image/png;name=../x.sh',
          ),
        ),
        fc.string(),
        async (mimeType, displayName) => {
          const cwd = temporaryFolder();
          const blob = { mimeType, data: PNG.toString('base64'), displayName };
          const { stdout } = await showAnswer([chunk({ inlineData: blob })], { cwd, outputDir: 'out' });
          expect(stdout).toMatch(/^out\/answer-1\.(bin|png)\n$/);
          expect(readdirSync(cwd, { recursive: true })).toEqual(['out', stdout.trim()]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([
    ['IMAGE/PNG; charset=x', 'png'],
    ['audio/mpeg', 'mp3'],
    ['application/pdf', 'pdf'],
    ['image/svg+xml', 'bin'],
    ['', 'bin'],
  ])('of type %j end in .%s', async (mimeType, extension) => {
    const { stdout } = await showAnswer([chunk(media(mimeType, PNG))], { outputDir: '.' });
    expect(stdout).toBe(`answer-1.${extension}\n`);
  });

  it('without readable bytes are mentioned and not written', async () => {
    const blobs = [{ mimeType: 'image/png', data: '!!' }, { mimeType: 'image/png' }, {}];
    const chunks = blobs.map((inlineData) => chunk({ inlineData: inlineData as never }));
    const { stdout, notes, cwd } = await showAnswer(chunks, { outputDir: '.' });
    expect(stdout).toBe('');
    expect(notes).toHaveLength(3);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('among the thoughts are not part of the answer', async () => {
    const draft = { ...image, thought: true };
    const shown = await showAnswer([chunk(draft, image)], {
      outputDir: '.',
      showThoughts: true,
      terminal: true,
    });
    expect(shown.screen).toBe('answer-1.png\n');
  });

  it('of several candidates are all saved', async () => {
    const candidates = [
      { content: { parts: [image] } },
      { index: 1, content: { parts: [text('b'), image] } },
    ];
    const { stdout } = await showAnswer([{ candidates }], { outputDir: '.', candidates: 2 });
    expect(stdout).toBe('[1]\nanswer-1.png\n\n[2]\nb\nanswer-2.png\n');
  });

  it('that cannot be written are an error at the end, after all the text', async () => {
    const cwd = join(temporaryFolder(), 'gone');
    const { stdout, error } = await showAnswer([chunk(text('a'), image, text('b'))], { cwd, terminal: true });
    expect(stdout).toBe('a\n\nb\n');
    expect(error).toBeInstanceOf(InputError);
  });

  it.each(['taken', 'taken/below', '', 'dangling', 'dangling/below', '/proc/nowhere'])(
    '--output-dir %j is refused at once',
    async (outputDir) => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, 'taken'), '');
      symlinkSync('nowhere', join(cwd, 'dangling'));
      const { error, stdout } = await showAnswer([chunk(text('a'))], { cwd, outputDir });
      expect(error).toBeInstanceOf(InputError);
      expect(stdout).toBe('');
    },
  );

  it('leave nothing behind when the disk does not take them whole', async () => {
    const folder = temporaryFolder();
    const program = join(temporaryFolder(), 'media-folder.cjs');
    const bundle = await rolldown({ input: resolve('src/answer/media-folder.ts'), external: [/^node:/] });
    await bundle.write({ file: program, format: 'cjs' });
    await bundle.close();
    const script = `require(process.argv[1]).writeNewFile(process.argv[2], { from: 1, extension: 'png' },
      Buffer.alloc(1 << 20)).catch((error) => console.log(error.message))`;
    const limited = 'ulimit -f 64 && exec "$0" -e "$1" "$2" "$3"';
    const said = execFileSync('sh', ['-c', limited, process.execPath, script, program, folder]).toString();
    expect(said).toMatch(/answer-1\.png: the file would be too big/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('may be large', async () => {
    const large = Buffer.alloc(30_000_000, 7);
    const { cwd } = await showAnswer([chunk(media('image/png', large))], { outputDir: '.' });
    expect(readFileSync(join(cwd, 'answer-1.png')).equals(large)).toBe(true);
  });
});

describe('speech', () => {
  const pcm = (bytes: string) => media('audio/L16;codec=pcm;rate=16000', Buffer.from(bytes, 'latin1'));

  it('of many parts is one WAV file', async () => {
    const chunks = [
      chunk(pcm('ab')),
      chunk(text('')),
      chunk(pcm('c'), pcm('')),
      chunk(pcm('d')),
      chunk(text('end')),
    ];
    const { stdout, cwd } = await showAnswer(chunks, { outputDir: '.' });
    expect(stdout).toBe('answer-1.wav\nend\n');
    const wav = readFileSync(join(cwd, 'answer-1.wav'));
    expect(wav.toString('latin1', 0, 4) + wav.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
    // Size, PCM, channels, rate, bytes a second, bytes a frame, bits, length.
    expect([wav.readUInt32LE(4), wav.readUInt16LE(20), wav.readUInt16LE(22)]).toEqual([40, 1, 1]);
    expect([wav.readUInt32LE(24), wav.readUInt32LE(28)]).toEqual([16_000, 32_000]);
    expect([wav.readUInt16LE(32), wav.readUInt16LE(34), wav.readUInt32LE(40)]).toEqual([2, 16, 4]);
    expect(wav.toString('latin1', 44)).toBe('abcd');
  });

  it('that something came between, or of another rate, is two', async () => {
    const chunks = [
      chunk(pcm('ab'), text('x'), pcm('cd')),
      chunk(media('audio/pcm;rate=99999999;channels=0', PNG)),
    ];
    const { stdout, cwd } = await showAnswer(chunks, { outputDir: '.' });
    expect(stdout).toBe('answer-1.wav\nx\nanswer-2.wav\nanswer-3.wav\n');
    const third = readFileSync(join(cwd, 'answer-3.wav'));
    expect([third.readUInt16LE(22), third.readUInt32LE(24)]).toEqual([1, 24_000]);
  });
});

describe('media in a pipe', () => {
  it('without a place are an error with the next step; the text is all there', async () => {
    const { stdout, error } = await showAnswer([chunk(text('Here:'), image), chunk(text('Nice?'))]);
    expect(stdout).toBe('Here:\n\nNice?\n');
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ hint: expect.stringContaining('--output-dir') });
  });

  it('go to stdout as bytes alone with -o -, text to stderr', async () => {
    const chunks = [chunk(text('Here \x1b:')), chunk(image), chunk(text('Nice?'))];
    const shown = await showAnswer(chunks, { output: '-', stderrTerminal: true });
    expect(shown.stdoutBytes).toEqual(PNG);
    expect(shown.stderr).toBe('Here ␛:\n\nNice?\n');
    expect(shown.error).toBeUndefined();
  });

  it('go to the file of -o, which may also be text after all', async () => {
    const drawn = await showAnswer([chunk(text('Here:'), image)], { output: 'cat.png' });
    expect(readFileSync(join(drawn.cwd, 'cat.png'))).toEqual(PNG);
    expect([drawn.stdout, drawn.stderr]).toEqual(['', 'Here:\n']);
    const told = await showAnswer([chunk(text('No.'))], { output: '-' });
    expect([told.stdout, told.stderr]).toEqual(['No.\n', '']);
  });

  it('must be a single one for -o: the first is kept, the second an error', async () => {
    const { error, cwd } = await showAnswer([chunk(image, image)], { output: 'cat.png' });
    expect(error).toBeInstanceOf(InputError);
    expect(readdirSync(cwd)).toEqual(['cat.png.partial']);
    expect(readFileSync(join(cwd, 'cat.png.partial'))).toEqual(PNG);
  });

  it('do not follow a text that is already out', async () => {
    const long = 'x'.repeat(70_000);
    const { error, stdout } = await showAnswer([chunk(text(long)), chunk(image)], { output: '-' });
    expect(error).toBeInstanceOf(InputError);
    expect(stdout).toBe(`${long}\n`);
  });

  it('go to the folder when there is one, beside a text in a file', async () => {
    const { cwd } = await showAnswer([chunk(text('a'), image)], { output: 'a.md', outputDir: 'media' });
    expect(readFileSync(join(cwd, 'a.md'), 'utf8')).toBe('a\nmedia/answer-1.png\n');
  });
});
