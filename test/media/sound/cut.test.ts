import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../../src/byte-source.ts';
import { openFileSource } from '../../../src/media/file-source.ts';
import { openMp3 } from '../../../src/media/sound/mp3.ts';
import type { Sound } from '../../../src/media/sound/sound.ts';
import { openWav } from '../../../src/media/sound/wav.ts';
import { temporaryFolder } from '../../helpers/run-gemini.ts';
import {
  FRAME_SECONDS,
  locateTimedMp3,
  locateTimedWav,
  timedMp3,
  writeTimedWav,
} from '../../helpers/timed-sound.ts';

const { signal } = new AbortController();
const fileOf = async (name: string, write: (path: string) => void): Promise<ByteSource> => {
  const path = join(temporaryFolder(), name);
  write(path);
  return (await openFileSource(path, { cwd: '/' })).source;
};
const known = (sound: Sound | undefined): Sound => {
  if (!sound) throw new Error('it cannot be cut');
  return sound;
};

/** Read in slices of an awkward size, as a request body reads. */
async function readAll(source: ByteSource, slice = 1000): Promise<Buffer> {
  const reader = await source.open();
  const buffer = Buffer.alloc(slice);
  const pieces: Buffer[] = [];
  for (let count = await reader.read(buffer); count > 0; count = await reader.read(buffer)) {
    pieces.push(Buffer.from(buffer.subarray(0, count)));
  }
  await reader.close();
  const bytes = Buffer.concat(pieces);
  expect(bytes.length).toBe(source.byteLength);
  return bytes;
}

describe('a WAV file', () => {
  const silences = [
    { start: 3, end: 4 },
    { start: 10, end: 10.5 },
  ];

  it('is cut at samples: each piece says where it is from, and tells the same', async () => {
    const sound = known(await openWav(await fileOf('a.wav', (path) => writeTimedWav(path, 20)), signal));
    expect(sound.seconds).toBe(20);
    const times = fc.tuple(
      fc.double({ min: 0, max: 19, noNaN: true }),
      fc.double({ min: 0.1, max: 5, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 7, max: 5000 }), async ([start, length], slice) => {
        const piece = await sound.cut(start, start + length);
        expect(Math.abs(piece.start - start)).toBeLessThanOrEqual(0.5 / 4000);
        expect(locateTimedWav(await readAll(piece.bytes, slice))).toEqual({
          start: piece.start,
          end: expect.closeTo(piece.end, 6),
        });
      }),
      { numRuns: 25 },
    );
    const own = known(await openWav((await sound.cut(2, 5)).bytes, signal));
    expect(own.seconds).toBe(3);
  });

  it('has its silences found, and a length of no use in the header does not matter', async () => {
    const source = await fileOf('a.wav', (path) => {
      writeTimedWav(path, 15, silences);
    });
    const bytes = await readAll(source, 48 * 1024);
    bytes.writeUInt32LE(0xffffffff, 40);
    const piped = await fileOf('b.wav', (path) => writeFileSync(path, bytes));
    for (const each of [source, piped]) {
      const sound = known(await openWav(each, signal));
      expect(sound.seconds).toBe(15);
      const found = await sound.silences();
      expect(found.map(({ start }) => start)).toEqual(silences.map(({ start }) => expect.closeTo(start, 1)));
      expect(found.map(({ end }) => end)).toEqual(silences.map(({ end }) => expect.closeTo(end, 1)));
    }
  });

  it('is left alone when its samples do not stand side by side', async () => {
    const bytes = await readAll(await fileOf('a.wav', (path) => writeTimedWav(path, 1)));
    bytes.writeUInt16LE(2, 20);
    expect(
      await openWav(await fileOf('b.wav', (path) => writeFileSync(path, bytes)), signal),
    ).toBeUndefined();
    expect(
      await openWav(await fileOf('c.wav', (path) => writeFileSync(path, bytes.subarray(0, 30))), signal),
    ).toBeUndefined();
  });
});

describe('an MP3 file', () => {
  const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x07\x76', 'latin1'), Buffer.alloc(1014, 0xff)]);

  it('is cut at frames, tags before and after it left out', async () => {
    const bytes = Buffer.concat([tag, timedMp3(30), Buffer.from('TAG'.padEnd(128, ' '))]);
    const sound = known(await openMp3(await fileOf('a.mp3', (path) => writeFileSync(path, bytes)), signal));
    expect(sound.seconds).toBeCloseTo(30, 1);
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 28, noNaN: true }),
        fc.double({ min: 1, max: 9, noNaN: true }),
        async (start, length) => {
          const piece = await sound.cut(start, start + length);
          expect(Math.abs(piece.start - start)).toBeLessThanOrEqual(FRAME_SECONDS / 2 + 1e-9);
          const place = locateTimedMp3(await readAll(piece.bytes));
          expect(place?.start).toBeCloseTo(piece.start, 6);
          expect(place?.end).toBeCloseTo(piece.end, 6);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('does not count a frame that holds an index in place of sound', async () => {
    const index = timedMp3(FRAME_SECONDS);
    index.write('Info', 13, 'latin1');
    const file = await fileOf('a.mp3', (path) => writeFileSync(path, Buffer.concat([index, timedMp3(10)])));
    const sound = known(await openMp3(file, signal));
    expect(locateTimedMp3(await readAll((await sound.cut(0, 5)).bytes))?.start).toBe(0);
  });

  it('is no sound when it is something else', async () => {
    const file = await fileOf('a.mp3', (path) => writeFileSync(path, Buffer.alloc(100_000, 0xff)));
    expect(await openMp3(file, signal)).toBeUndefined();
  });
});
