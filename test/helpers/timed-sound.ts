import { closeSync, openSync, writeSync } from 'node:fs';

/**
 * Sound that tells where it is: every 20 ms of a WAV file hold their own number in the lowest bits, and every frame of an
 * MP3 file in its unused bytes, so that any piece that is cut out of them says from where to where it goes.
 */

/** From `start` up to `end`, in seconds. */
export type Span = { start: number; end: number };

const RATE = 4000;
const BLOCK_SAMPLES = 80;
const BLOCK_SECONDS = BLOCK_SAMPLES / RATE;
/** 16 samples that begin a block and stand nowhere else, then its number in 32. */
const MARK = [1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0];
const HEADER_BYTES = 44;

/** A WAV file of 8 bits and 4 kHz: loud, but in the silences; written piece by piece. */
export function writeTimedWav(path: string, seconds: number, silences: readonly Span[] = []): void {
  const blocks = Math.round(seconds / BLOCK_SECONDS);
  const file = openSync(path, 'w');
  writeSync(file, wavHeader(blocks * BLOCK_SAMPLES));
  const loud = Buffer.from(
    Array.from({ length: BLOCK_SAMPLES }, (_, sample) => (sample % 2 === 0 ? 158 : 98)),
  );
  const piece = Buffer.alloc(BLOCK_SAMPLES * 3000);
  let filled = 0;
  for (let block = 0; block < blocks; block += 1) {
    const at = block * BLOCK_SECONDS;
    const quiet = silences.some(({ start, end }) => at >= start && at < end);
    if (quiet) piece.fill(128, filled, filled + BLOCK_SAMPLES);
    else loud.copy(piece, filled);
    for (let bit = 0; bit < 16; bit += 1) piece[filled + bit] = 127 + 2 * (MARK[bit] ?? 0);
    for (let bit = 0; bit < 32; bit += 1) piece[filled + 16 + bit] = 127 + 2 * ((block >>> bit) & 1);
    filled += BLOCK_SAMPLES;
    if (filled === piece.length || block === blocks - 1) {
      writeSync(file, piece, 0, filled);
      filled = 0;
    }
  }
  closeSync(file);
}

/** Which part of such a WAV file these bytes are; undefined for other bytes. */
export function locateTimedWav(bytes: Buffer): Span | undefined {
  const samples = bytes.subarray(HEADER_BYTES);
  const mark = Buffer.from(MARK.map((bit) => 127 + 2 * bit));
  const at = samples.subarray(0, 3 * BLOCK_SAMPLES).indexOf(mark);
  if (at < 0) return undefined;
  let block = 0;
  for (let bit = 0; bit < 32; bit += 1) block |= (((samples[at + 16 + bit] ?? 127) - 127) >> 1) << bit;
  const start = (block * BLOCK_SAMPLES - at) / RATE;
  return { start, end: start + samples.length / RATE };
}

function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}

/** MPEG 2.5, layer III, 8 kbit/s, 8 kHz, mono, without a checksum. */
const FRAME_HEADER = Buffer.from([0xff, 0xe3, 0x18, 0xc4]);
const FRAME_BYTES = 72;
export const FRAME_SECONDS = 576 / 8000;
/** Behind the header and the 9 bytes that would say where the sound is. */
const NUMBER_AT = 13;

/** Silent MP3 whose frames are numbered. */
export function timedMp3(seconds: number): Buffer {
  const frames = Math.round(seconds / FRAME_SECONDS);
  const bytes = Buffer.alloc(frames * FRAME_BYTES);
  for (let frame = 0; frame < frames; frame += 1) {
    FRAME_HEADER.copy(bytes, frame * FRAME_BYTES);
    // Bytes of 7 bits: none of them looks like a header.
    for (let byte = 0; byte < 4; byte += 1) {
      bytes[frame * FRAME_BYTES + NUMBER_AT + byte] = (frame >>> (7 * byte)) & 0x7f;
    }
  }
  return bytes;
}

/** Which part of such an MP3 file these bytes are. */
export function locateTimedMp3(bytes: Buffer): Span | undefined {
  if (bytes.compare(FRAME_HEADER, 0, 4, 0, 4) !== 0) return undefined;
  let frame = 0;
  for (let byte = 0; byte < 4; byte += 1) frame |= (bytes[NUMBER_AT + byte] ?? 0) << (7 * byte);
  const start = frame * FRAME_SECONDS;
  return { start, end: start + (bytes.length / FRAME_BYTES) * FRAME_SECONDS };
}
