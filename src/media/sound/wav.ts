import type { ByteSource } from '../../byte-source.ts';
import { openRandomAccess, type RandomAccess } from '../probe/random-access.ts';
import { createLevels } from './levels.ts';
import { rangeSource } from './range-source.ts';
import type { Sound } from './sound.ts';

/** How the samples of a WAV file are laid out ("Multimedia Programming Interface and Data Specifications 1.0", 1991). */
type WavLayout = {
  /** The content of the `fmt ` chunk, which every piece gets too. */
  readonly format: Buffer;
  /** 1 is PCM, 3 is floating point. */
  readonly tag: number;
  readonly bits: number;
  readonly channels: number;
  /** Sample frames a second. */
  readonly rate: number;
  /** Bytes of a frame: a sample of each channel. */
  readonly frameBytes: number;
  /** Of the samples, from the start of the file. */
  readonly from: number;
  readonly to: number;
};

/**
 * A WAV file as a sound that can be cut anywhere; undefined for one whose samples do not stand side by side, such as
 * ADPCM. A length in the header that cannot be, as recorders in a pipe write it, means the end of the file.
 */
export async function openWav(source: ByteSource, signal: AbortSignal): Promise<Sound | undefined> {
  const access = await openRandomAccess(source, signal);
  const layout = await readLayout(access).finally(() => access.close());
  if (!layout) return undefined;
  const { rate, frameBytes, from, to } = layout;
  const frames = Math.floor((to - from) / frameBytes);
  const frameAt = (seconds: number) => Math.min(Math.max(Math.round(seconds * rate), 0), frames);
  return {
    seconds: frames / rate,
    bytesPerSecond: rate * frameBytes,
    silences: async () => {
      const again = await openRandomAccess(source, signal);
      return findSilences(again, layout).finally(() => again.close());
    },
    cut: async (start, end) => {
      const [first, last] = [frameAt(start), frameAt(end)];
      const range = { from: from + first * frameBytes, to: from + last * frameBytes };
      const bytes = rangeSource(source, range, headerFor(layout.format, range.to - range.from));
      return { bytes, mimeType: 'audio/wav', start: first / rate, end: last / rate };
    },
  };
}

const PCM = 1;
const FLOAT = 3;
/** The tag stands in the first two bytes of the sub-format. */
const EXTENSIBLE = 0xfffe;
const CHUNK_HEAD_BYTES = 8;

async function readLayout(access: RandomAccess): Promise<WavLayout | undefined> {
  const head = await access.read(0, 12);
  if (!/^(RIFF|RF64)$/.test(head.toString('latin1', 0, 4)) || head.toString('latin1', 8, 12) !== 'WAVE') {
    return undefined;
  }
  let format: Buffer | undefined;
  for (let at = 12; ; ) {
    const chunk = await access.read(at, CHUNK_HEAD_BYTES);
    if (chunk.length < CHUNK_HEAD_BYTES) return undefined;
    const size = chunk.readUInt32LE(4);
    const from = at + CHUNK_HEAD_BYTES;
    const name = chunk.toString('latin1', 0, 4);
    if (name === 'fmt ') format = Buffer.from(await access.read(from, Math.min(size, 1024)));
    if (name === 'data') return format && layoutOf(format, from, size, access.size);
    // Chunks begin at even places.
    at = from + size + (size % 2);
  }
}

function layoutOf(format: Buffer, from: number, size: number, fileSize: number): WavLayout | undefined {
  if (format.length < 16) return undefined;
  const said = format.readUInt16LE(0);
  const tag = said === EXTENSIBLE && format.length >= 26 ? format.readUInt16LE(24) : said;
  const channels = format.readUInt16LE(2);
  const rate = format.readUInt32LE(4);
  const frameBytes = format.readUInt16LE(12);
  const bits = format.readUInt16LE(14);
  const sideBySide = (tag === PCM || tag === FLOAT) && frameBytes > 0 && frameBytes === (bits / 8) * channels;
  if (!sideBySide || rate === 0) return undefined;
  const whole = size === 0 || from + size > fileSize ? fileSize - from : size;
  return { format, tag, bits, channels, rate, frameBytes, from, to: from + whole };
}

function headerFor(format: Buffer, dataBytes: number): Buffer {
  const header = Buffer.alloc(12 + CHUNK_HEAD_BYTES + format.length + CHUNK_HEAD_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(header.length - CHUNK_HEAD_BYTES + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(format.length, 16);
  format.copy(header, 20);
  header.write('data', 20 + format.length, 'latin1');
  header.writeUInt32LE(dataBytes, 24 + format.length);
  return header;
}

const PIECE_BYTES = 256 * 1024;
/** So many samples a second tell well enough how loud it is. */
const LOOKED_AT_RATE = 2000;

/** Only the first channel is listened to: speech that is in the other alone is rare, and then it is cut within a word. */
async function findSilences(access: RandomAccess, layout: WavLayout) {
  const { rate, frameBytes, from, to } = layout;
  const readSample = sampleReader(layout);
  const step = Math.max(1, Math.floor(rate / LOOKED_AT_RATE));
  const levels = createLevels(rate / step);
  const stepBytes = step * frameBytes;
  const pieceBytes = Math.max(1, Math.floor(PIECE_BYTES / stepBytes)) * stepBytes;
  for (let position = from; position < to; position += pieceBytes) {
    const piece = await access.read(position, Math.min(pieceBytes, to - position));
    for (let at = 0; at + frameBytes <= piece.length; at += stepBytes) levels.add(readSample(piece, at));
  }
  return levels.silences();
}

/** A sample from -1 to 1. PCM of 8 bits has no sign, all else has. */
function sampleReader({ tag, bits }: WavLayout): (bytes: Buffer, at: number) => number {
  if (tag === FLOAT) {
    return bits === 64 ? (bytes, at) => bytes.readDoubleLE(at) : (bytes, at) => bytes.readFloatLE(at);
  }
  if (bits === 8) return (bytes, at) => ((bytes[at] ?? 128) - 128) / 128;
  if (bits === 16) return (bytes, at) => bytes.readInt16LE(at) / 0x8000;
  const size = bits / 8;
  return (bytes, at) => bytes.readIntLE(at, size) / 2 ** (bits - 1);
}
