import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { bufferSource } from '../../src/media/buffer-source.ts';
import { openFileSource } from '../../src/media/file-source.ts';
import { kindOf } from '../../src/media/media-types.ts';
import type { Medium } from '../../src/media/medium.ts';
import { detectMimeType } from '../../src/media/mime-type.ts';
import { probeMedium } from '../../src/media/probe.ts';
import { EXAMPLES, temporaryFolder } from '../helpers/run-gemini.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/media');
const signal = new AbortController().signal;

async function fileMedium(file: string): Promise<Medium> {
  const { source, head } = await openFileSource(file, { cwd: FIXTURES });
  const { mimeType } = await detectMimeType(head, file);
  return { name: file, kind: kindOf(mimeType), mimeType, content: { bytes: source }, options: {} };
}

function bytesMedium(bytes: Buffer, mimeType: string, name = 'it'): Medium {
  return {
    name,
    kind: kindOf(mimeType),
    mimeType,
    content: { bytes: bufferSource(bytes, name) },
    options: {},
  };
}

const fixture = (name: string) => readFileSync(join(FIXTURES, name));
const probe = (medium: Medium) => probeMedium(medium, { signal });
const probePdf = (bytes: Buffer) => probe(bytesMedium(bytes, 'application/pdf', 'it.pdf'));

const MOVIE = { width: 64, height: 48 };
const FACTS: Record<string, object> = {
  '50x30.jpg': { width: 50, height: 30 },
  '50x30.png': { width: 50, height: 30 },
  '50x30.webp': { width: 50, height: 30 },
  '64x128.heic': { width: 64, height: 128 },
  'with-sound.mp4': { ...MOVIE, seconds: 3, sound: true },
  'front.mp4': { ...MOVIE, seconds: 3, sound: true },
  'silent.mp4': { ...MOVIE, seconds: 3, sound: false },
  'fragmented.mp4': { ...MOVIE, seconds: 3, sound: false },
  'silent.3gp': { ...MOVIE, seconds: 3, sound: false },
  'with-sound.mov': { ...MOVIE, seconds: 3, sound: true },
  'with-sound.avi': { ...MOVIE, seconds: 3.2, sound: true },
  'with-sound.webm': { seconds: expect.closeTo(3, 0), sound: true },
  'with-sound.flv': { seconds: expect.closeTo(3, 0), sound: true },
  // It has no header: its clock runs ahead of what it shows.
  'with-sound.mpg': { seconds: expect.closeTo(2.5, 0), sound: true },
  'with-sound.wmv': { seconds: expect.closeTo(3, 0), sound: true },
  'tone.wav': { seconds: 1 },
  'tone.mp3': { seconds: expect.closeTo(3, 0) },
  'no-header.mp3': { seconds: expect.closeTo(3, 0) },
  'vbr-no-header.mp3': { seconds: expect.closeTo(2.5, 0) },
  'tone.mp2': { seconds: expect.closeTo(1, 1) },
  'vorbis.ogg': { seconds: 3 },
  'tone.flac': { seconds: 2 },
  'tone.ogg': { seconds: 3 },
  'tone.m4a': { seconds: 3 },
  'tone.aac': { seconds: expect.closeTo(3.2, 1) },
  'tone.aiff': { seconds: 0.5 },
  '3-pages.pdf': { pages: 3 },
  'object-streams.pdf': { pages: 5 },
  'linearized.pdf': { pages: 4 },
  'restricted-r2.pdf': { pages: 2 },
  'restricted-r3.pdf': { pages: 2 },
  'restricted-r4.pdf': { pages: 2 },
  'restricted-r6.pdf': { pages: 2 },
  // Object streams are encrypted too: that it opens is known, how many pages it has is not.
  'restricted-streams.pdf': {},
};

describe('what a medium holds', () => {
  it.each(Object.entries(FACTS))('%s', async (file, facts) => {
    const medium = await fileMedium(file);
    const found = await probe(medium);
    expect(found).toEqual(facts);
    // The same without a path, as media from a pipe or a data: URL come.
    expect(await probe(bytesMedium(fixture(file), medium.mimeType ?? ''))).toEqual(found);
  });

  it('knows every fixture', () => {
    const files = readdirSync(FIXTURES).filter((name) => !/^password|README|make/.test(name));
    expect(files.sort()).toEqual(Object.keys(FACTS).sort());
  });

  it('of the examples', async () => {
    expect(await probe(await fileMedium(join(EXAMPLES, 'coffee.jpg')))).toEqual({ width: 600, height: 400 });
    const { seconds } = await probe(await fileMedium(join(EXAMPLES, 'talk.mp3')));
    expect(seconds).toBeCloseTo(18.4, 1);
  });

  it('of text: UTF-16 code units, and how many characters are Chinese, Japanese or Korean', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (text) => {
        const found = await probe(bytesMedium(Buffer.from(text), 'text/plain'));
        const wide = [...text].filter((character) =>
          /[\u3000-\u9fff\uac00-\ud7ff\u{20000}-\u{2ffff}]/u.test(character),
        );
        expect(found).toEqual({ characters: text.length, wideCharacters: wide.length });
      }),
    );
    const long = 'aü漢한𠀀😀'.repeat(100_000);
    expect(await probe(bytesMedium(Buffer.from(long), 'text/plain'))).toEqual({
      characters: long.length,
      wideCharacters: 300_000,
    });
  });

  it('of a URI: nothing', async () => {
    const medium = { ...bytesMedium(Buffer.from('x'), 'video/mp4'), content: { uri: 'gs://b/a.mp4' } };
    expect(await probe(medium)).toEqual({});
  });

  it('of a film of 8 GB: its index at the end is found without reading the rest', async () => {
    const film = fixture('silent.mp4');
    const [media, movie] = [film.indexOf('mdat') - 4, film.indexOf('moov') - 4];
    const file = join(temporaryFolder(), 'film.mp4');
    const size = 8 * 1024 ** 3;
    const header = Buffer.alloc(16);
    header.writeUInt32BE(1, 0);
    header.write('mdat', 4);
    header.writeBigUInt64BE(BigInt(size - media), 8);
    writeFileSync(file, Buffer.concat([film.subarray(0, media), header]));
    truncateSync(file, size);
    appendFileSync(file, film.subarray(movie));
    const started = performance.now();
    expect(await probe(await fileMedium(file))).toEqual({ ...MOVIE, seconds: 3, sound: false });
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('a PDF', () => {
  const plain = fixture('3-pages.pdf');
  const text = plain.toString('latin1');

  it.each(['r3', 'r4', 'r6'])('that needs a password is named (%s)', async (revision) => {
    const medium = await fileMedium(`password-${revision}.pdf`);
    await expect(probe(medium)).rejects.toThrow(InputError);
    await expect(probe(medium)).rejects.toThrow(/password-r\d\.pdf is an encrypted PDF.*password/);
  });

  it('counts from its header, wherever that is', async () => {
    expect(await probePdf(Buffer.concat([Buffer.from('mail header\r\n\r\n'), plain]))).toEqual({ pages: 3 });
  });

  it('has the pages of its newest revision', async () => {
    const pages = /(\d+) 0 obj\s*<<(?:(?!endobj)[\s\S])*\/Type \/Pages/.exec(text)?.[1];
    const kids = /\/Kids \[([^\]]*)\]/.exec(text)?.[1];
    const changed = `${pages} 0 obj\n<< /Type /Pages /Count 2 /Kids [${kids}] >>\nendobj\n`;
    const root = /\/Root (\d+ 0 R)/.exec(text)?.[1];
    const before = /startxref\s+(\d+)/.exec(text)?.[1];
    const entry = String(text.length).padStart(10, '0');
    const table = `xref\n${pages} 1\n${entry} 00000 n \ntrailer\n<< /Size 9 /Root ${root} /Prev ${before} >>\n`;
    const appended = `${changed}${table}startxref\n${text.length + changed.length}\n%%EOF\n`;
    expect(await probePdf(Buffer.from(text + appended, 'latin1'))).toEqual({ pages: 2 });
  });

  it('with a wrong index is searched for its pages', async () => {
    for (const offset of ['0', '17', '99999999']) {
      const broken = text.replace(/startxref\s+\d+/, `startxref\n${offset}`);
      expect(await probePdf(Buffer.from(broken, 'latin1'))).toEqual({ pages: 3 });
    }
  });

  it.each(['3-pages.pdf', 'object-streams.pdf'])('that is cut short is named (%s)', async (file) => {
    for (const part of [0.05, 0.15]) {
      const bytes = fixture(file);
      const cut = bytes.subarray(0, Math.floor(bytes.length * part));
      await expect(probePdf(cut)).rejects.toThrow(/it\.pdf is a broken PDF: it is cut short/);
    }
  });

  it('without pages is named', async () => {
    const empty = text.replace(/\/Count 3/, '/Count 0');
    await expect(probePdf(Buffer.from(empty, 'latin1'))).rejects.toThrow(/without pages/);
  });

  it('whose references go in a circle, or that nests without end, ends', async () => {
    const circle = text.replace('/Count 3', '/Count 1 0 R').replace(/1 0 obj\s*<</, '1 0 obj\n1 0 R <<');
    await expect(probePdf(Buffer.from(circle, 'latin1'))).resolves.toEqual({});
    const nested = text.replace('/Count 3', `/Count ${'['.repeat(100_000)}`);
    await expect(probePdf(Buffer.from(nested, 'latin1'))).resolves.toEqual({});
  });
});

describe('a broken medium', () => {
  it('is named with what is wrong', async () => {
    const cutMovie = bytesMedium(fixture('with-sound.mp4').subarray(0, 3000), 'video/mp4', 'clip.mp4');
    await expect(probe(cutMovie)).rejects.toThrow(/clip\.mp4 is a broken recording: its index \(moov\)/);
    const cutImage = bytesMedium(fixture('50x30.jpg').subarray(0, 40), 'image/jpeg', 'photo.jpg');
    await expect(probe(cutImage)).rejects.toThrow(/photo\.jpg is a broken image/);
  });

  it('that merely tells nothing does not stop the run', async () => {
    expect(await probe(bytesMedium(Buffer.alloc(5000, 1), 'audio/mpeg'))).toEqual({});
    expect(await probe(bytesMedium(Buffer.alloc(5000, 1), 'image/heic'))).toEqual({});
    expect(await probe(bytesMedium(Buffer.from('RIFF1234AVI '), 'video/avi'))).toEqual({});
  });

  // Any damage gives facts or a named fault, and ends: never another error.
  it.each(Object.keys(FACTS))('damaged anywhere: %s', async (file) => {
    const whole = fixture(file);
    const { mimeType = '' } = await fileMedium(file);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(Math.min(whole.length, 4000) - 1), fc.integer({ min: 0, max: 255 })), {
          maxLength: 12,
        }),
        fc.option(fc.integer({ min: 1, max: whole.length })),
        async (changes, end) => {
          const bytes = Buffer.from(whole.subarray(0, end ?? whole.length));
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          try {
            const { seconds = 1, pages = 1 } = await probe(bytesMedium(bytes, mimeType));
            expect(seconds).toBeGreaterThan(0);
            expect(pages).toBeGreaterThan(0);
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('stops when the run is interrupted', async () => {
    const reason = new Error('interrupted');
    const medium = await fileMedium('tone.mp3');
    await expect(probeMedium(medium, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
