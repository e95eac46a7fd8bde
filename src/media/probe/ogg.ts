import type { RandomAccess } from './random-access.ts';

/** A page is at most 65,307 bytes long, so that one begins in an end of this length. */
const END_BYTES = 128 * 1024;

/**
 * The length of an Ogg file with one stream of Opus or Vorbis: the position of its last page, in samples (RFC 3533, and
 * RFC 7845 for Opus). music-metadata reads all pages for it.
 * @returns undefined for other streams
 */
export async function measureOgg(access: RandomAccess): Promise<number | undefined> {
  const head = await access.read(0, 512);
  const serial = head.toString('latin1', 14, 18);
  const packet = head.subarray(27 + (head[26] ?? 0));
  const rate = sampleRate(packet);
  if (rate === undefined) return undefined;
  const start = Math.max(access.size - END_BYTES, 0);
  const tail = await access.read(start, END_BYTES);
  const last = tail.lastIndexOf('OggS', undefined, 'latin1');
  // Another stream's number: several stand one after the other, or within each other.
  if (last < 0 || last + 18 > tail.length || tail.toString('latin1', last + 14, last + 18) !== serial)
    return undefined;
  const samples = Number(tail.readBigInt64LE(last + 6)) - rate.before;
  return samples > 0 ? samples / rate.hertz : undefined;
}

/** Samples a second, and those before the sound begins. */
function sampleRate(packet: Buffer): { hertz: number; before: number } | undefined {
  if (packet.length < 30) return undefined;
  if (packet.toString('latin1', 0, 8) === 'OpusHead')
    return { hertz: 48_000, before: packet.readUInt16LE(10) };
  const hertz = packet.toString('latin1', 1, 7) === 'vorbis' ? packet.readUInt32LE(12) : 0;
  return hertz > 0 ? { hertz, before: 0 } : undefined;
}
