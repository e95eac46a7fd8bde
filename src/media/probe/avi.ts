import type { MediaFacts } from '../medium.ts';
import type { RandomAccess } from './random-access.ts';

/**
 * Length, sound and size of an AVI file by its headers. The main header gives microseconds a frame and frames, but the
 * frames of the first gigabyte only and often none; each stream's own header gives its length.
 */
export async function probeAvi(access: RandomAccess): Promise<MediaFacts> {
  const head = await access.read(0, 64 * 1024);
  const main = head.indexOf('avih') + 8;
  if (main < 8 || head.length < main + 40) return {};
  const lengths = [(head.readUInt32LE(main) * head.readUInt32LE(main + 16)) / 1e6];
  let sound = false;
  for (let at = head.indexOf('strh'); at >= 0 && at + 44 <= head.length; at = head.indexOf('strh', at + 4)) {
    sound ||= head.toString('latin1', at + 8, at + 12) === 'auds';
    const [scale, rate, units] = [28, 32, 40].map((offset) => head.readUInt32LE(at + offset));
    if (scale && rate && units) lengths.push((units * scale) / rate);
  }
  const seconds = Math.max(...lengths);
  const [width, height] = [head.readUInt32LE(main + 32), head.readUInt32LE(main + 36)];
  return {
    ...(seconds > 0 ? { seconds } : {}),
    sound,
    ...(width > 0 && height > 0 ? { width, height } : {}),
  };
}
