import type { RandomAccess } from './random-access.ts';

/** Walked in well under a second; a larger file without a header is not measured. */
const MAX_BYTES = 512 * 1024 * 1024;
const PIECE_BYTES = 512 * 1024;
/** Fewer say that it is something else. */
const FEWEST_FRAMES = 3;

/**
 * The length of MPEG sound (MP3, MP2) or AAC in ADTS that no header gives: frame by frame, each of which tells how long
 * it is. music-metadata does the same, but takes twenty seconds for an hour of sound.
 */
export async function measureFrames(access: RandomAccess): Promise<number | undefined> {
  if (access.size > MAX_BYTES) return undefined;
  let position = await tagEnd(access);
  let frames = 0;
  let seconds = 0;
  while (position < access.size) {
    const piece = await access.read(position, PIECE_BYTES);
    let at = 0;
    while (at + HEADER_BYTES <= piece.length) {
      const frame = frameAt(piece, at);
      if (frame) {
        frames += 1;
        seconds += frame.seconds;
        at += frame.bytes;
      } else {
        // Something else between the frames: on to the next that may be one.
        const next = piece.indexOf(0xff, at + 1);
        at = next < 0 ? piece.length : next;
      }
    }
    if (piece.length <= HEADER_BYTES) break;
    position += Math.max(at, 1);
  }
  return frames < FEWEST_FRAMES ? undefined : seconds;
}

const HEADER_BYTES = 7;

/** Where an ID3v2 tag at the start ends: its size has 7 bits a byte. */
export async function tagEnd(access: RandomAccess): Promise<number> {
  const head = await access.read(0, 10);
  if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') return 0;
  const [a = 0, b = 0, c = 0, d = 0] = head.subarray(6);
  return 10 + (a << 21) + (b << 14) + (c << 7) + d;
}

type Frame = { readonly bytes: number; readonly seconds: number };

/** The frame whose header stands there, if one does. */
export function frameAt(bytes: Buffer, at: number): Frame | undefined {
  const [sync = 0, second = 0, third = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  if (sync !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  // Layer 0 is ADTS.
  return (second & 0x06) === 0 ? adtsFrame(bytes, at, second, third) : mpegFrame(second, third);
}

/** ISO/IEC 13818-7, 6.2: 1,024 samples a block. */
function adtsFrame(bytes: Buffer, at: number, second: number, third: number): Frame | undefined {
  const rate = AAC_RATES[(third >> 2) & 0x0f];
  const length =
    (((bytes[at + 3] ?? 0) & 3) << 11) | ((bytes[at + 4] ?? 0) << 3) | ((bytes[at + 5] ?? 0) >> 5);
  if ((second & 0xf0) !== 0xf0 || rate === undefined || length < HEADER_BYTES) return undefined;
  return { bytes: length, seconds: (1024 * (((bytes[at + 6] ?? 0) & 3) + 1)) / rate };
}

const AAC_RATES = [96, 88.2, 64, 48, 44.1, 32, 24, 22.05, 16, 12, 11.025, 8, 7.35].map((kHz) => kHz * 1000);

/** ISO/IEC 11172-3, 2.4.1.3, and 13818-3 for the lower rates. */
function mpegFrame(second: number, third: number): Frame | undefined {
  const version = (second >> 3) & 3;
  const layer = 4 - ((second >> 1) & 3);
  const rate = [44_100, 48_000, 32_000][(third >> 2) & 3];
  const kilobits = (version === 3 ? KILOBITS[layer] : layer === 1 ? KILOBITS_LOW_1 : KILOBITS_LOW)?.[
    third >> 4
  ];
  if (version === 1 || rate === undefined || !kilobits) return undefined;
  const hertz = rate / { 3: 1, 2: 2, 0: 4 }[version as 3 | 2 | 0];
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152;
  const padding = (third >> 1) & 1;
  const slots = Math.floor(((samples / 8 / (layer === 1 ? 4 : 1)) * (kilobits * 1000)) / hertz) + padding;
  return { bytes: slots * (layer === 1 ? 4 : 1), seconds: samples / hertz };
}

/** By the index of a header; 0 is a free rate, which says nothing of its length, and 15 is none. */
const KILOBITS: Readonly<Record<number, readonly number[]>> = {
  1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
};
const KILOBITS_LOW_1 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
const KILOBITS_LOW = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
