import type { ByteSource } from '../../byte-source.ts';
import { openRandomAccess, type RandomAccess } from '../probe/random-access.ts';
import { frameAt, tagEnd } from '../probe/sound-frames.ts';
import { rangeSource } from './range-source.ts';
import type { Sound } from './sound.ts';

/**
 * MPEG sound (MP3) as a sound that can be cut where one frame ends and the next begins; undefined for what has too few
 * frames to be that. A decoder may keep silent for the first frames of a piece, since they draw on bits of those before:
 * pieces that overlap lose nothing by it.
 */
export async function openMp3(source: ByteSource, signal: AbortSignal): Promise<Sound | undefined> {
  const access = await openRandomAccess(source, signal);
  const index = await indexFrames(access).finally(() => access.close());
  if (!index) return undefined;
  const { positions, frameSeconds, to } = index;
  const frameNear = (seconds: number) =>
    Math.min(Math.max(Math.round(seconds / frameSeconds), 0), positions.length);
  return {
    seconds: positions.length * frameSeconds,
    bytesPerSecond: (to - (positions[0] ?? 0)) / (positions.length * frameSeconds),
    // What is quiet would have to be decoded.
    silences: async () => [],
    cut: async (start, end) => {
      const [first, last] = [frameNear(start), frameNear(end)];
      const range = { from: positions[first] ?? to, to: positions[last] ?? to };
      return {
        bytes: rangeSource(source, range),
        mimeType: 'audio/mpeg',
        start: first * frameSeconds,
        end: last * frameSeconds,
      };
    },
  };
}

type FrameIndex = {
  /** Of each frame of sound in the file: 8 bytes for 26 milliseconds, a megabyte an hour. */
  readonly positions: readonly number[];
  readonly frameSeconds: number;
  /** Where the last one ends. */
  readonly to: number;
};

const PIECE_BYTES = 512 * 1024;
const HEADER_BYTES = 7;
/** The headers of Xing, LAME and Fraunhofer stand in a frame without sound, within its first bytes. */
const INDEX_FRAME_BYTES = 200;
const FEWEST_FRAMES = 3;

async function indexFrames(access: RandomAccess): Promise<FrameIndex | undefined> {
  const positions: number[] = [];
  let frameSeconds: number | undefined;
  let to = 0;
  for (let position = await tagEnd(access); position + HEADER_BYTES <= access.size; ) {
    const piece = await access.read(position, PIECE_BYTES);
    const last = position + piece.length >= access.size;
    let at = 0;
    while (at + HEADER_BYTES <= piece.length) {
      const frame = frameAt(piece, at);
      const fits = frame && (frameSeconds === undefined || frame.seconds === frameSeconds);
      if (!frame || !fits || (last && at + frame.bytes > piece.length)) {
        const next = piece.indexOf(0xff, at + 1);
        at = next < 0 ? piece.length : next;
        continue;
      }
      // Decided for a whole frame at a time.
      if (!last && at + frame.bytes > piece.length) break;
      if (positions.length > 0 || !isIndexFrame(piece, at, frame.bytes)) {
        positions.push(position + at);
        frameSeconds = frame.seconds;
        to = position + at + frame.bytes;
      }
      at += frame.bytes;
    }
    position += Math.max(at, 1);
  }
  if (frameSeconds === undefined || positions.length < FEWEST_FRAMES) return undefined;
  return { positions, frameSeconds, to };
}

function isIndexFrame(bytes: Buffer, at: number, length: number): boolean {
  const head = bytes.toString('latin1', at, at + Math.min(length, INDEX_FRAME_BYTES));
  return /Xing|Info|VBRI/.test(head);
}
