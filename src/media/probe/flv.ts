import type { MediaFacts } from '../medium.ts';
import type { RandomAccess } from './random-access.ts';

/**
 * Length and sound of a Flash video: the time stamp of its last tag, which the size at the very end leads to
 * (Adobe Flash Video File Format Specification 10.1, annex E).
 */
export async function probeFlv(access: RandomAccess): Promise<MediaFacts> {
  const flags = (await access.read(4, 1))[0] ?? 0;
  const sound = (flags & 0x04) !== 0;
  const tail = await access.read(access.size - 4, 4);
  if (tail.length < 4) return {};
  const tag = await access.read(access.size - 4 - tail.readUInt32BE(0), 11);
  if (tag.length < 11 || ![8, 9, 18].includes((tag[0] ?? 0) & 0x1f)) return { sound };
  const milliseconds = tag.readUIntBE(4, 3) + (tag[7] ?? 0) * 2 ** 24;
  return { ...(milliseconds > 0 ? { seconds: milliseconds / 1000 } : {}), sound };
}
