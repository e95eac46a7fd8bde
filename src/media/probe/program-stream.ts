import type { MediaFacts } from '../medium.ts';
import type { RandomAccess } from './random-access.ts';

/** Packs are at most some KiB long, so that one begins in each end of this length. */
const END_BYTES = 256 * 1024;
const CLOCK_HZ = 90_000;

/**
 * Length and sound of an MPEG program stream, which has no header: the clock of its last pack less that of its first
 * (ISO/IEC 13818-1, 2.5.3.3; 11172-1 for MPEG-1).
 */
export async function probeProgramStream(access: RandomAccess): Promise<MediaFacts> {
  const head = await access.read(0, END_BYTES);
  const tail = await access.read(Math.max(access.size - END_BYTES, 0), END_BYTES);
  const first = clockAt(head, head.indexOf(PACK));
  const last = clockAt(tail, tail.lastIndexOf(PACK, tail.length - 10));
  const sound = hasSound(head);
  if (first === undefined || last === undefined || last <= first) return { sound };
  return { seconds: (last - first) / CLOCK_HZ, sound };
}

const PACK = Buffer.from([0, 0, 1, 0xba]);

/** The system clock reference of a pack, in 1/90,000 s; 33 bits with marker bits between. */
function clockAt(bytes: Buffer, pack: number): number | undefined {
  if (pack < 0 || pack + 10 > bytes.length) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.subarray(pack + 4);
  if (a >> 6 === 1) {
    const high = ((a >> 3) & 7) * 2 ** 30 + (((a & 3) << 28) | (b << 20) | ((c >> 3) << 15));
    return high + (((c & 3) << 13) | (d << 5) | (e >> 3));
  }
  if (a >> 4 === 2) return ((a >> 1) & 7) * 2 ** 30 + ((b << 22) | ((c >> 1) << 15)) + ((d << 7) | (e >> 1));
  return undefined;
}

/** An MPEG audio stream (0xC0 to 0xDF), or the private stream of AC-3 and PCM (0xBD). */
function hasSound(bytes: Buffer): boolean {
  for (
    let at = bytes.indexOf('\0\0\x01', 0, 'latin1');
    at >= 0;
    at = bytes.indexOf('\0\0\x01', at + 3, 'latin1')
  ) {
    const stream = bytes[at + 3] ?? 0;
    if (stream === 0xbd || (stream >= 0xc0 && stream <= 0xdf)) return true;
  }
  return false;
}
