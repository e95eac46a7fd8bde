import { InputError } from '../../errors.ts';
import { displayName } from '../display-name.ts';
import type { MediaFacts } from '../medium.ts';
import type { RandomAccess } from './random-access.ts';

/** Most headers are in the first; profiles, thumbnails and notes of a camera may stand before the rest. */
const HEADS = [16 * 1024, 256 * 1024, 8 * 1024 * 1024];

/** Types whose size stands in a header that nothing but damage can hide. */
const PLAIN = /^image\/(png|jpeg|webp)$/;

/**
 * An image's width and height in pixels.
 * @returns nothing where its header is of a form that the library does not know
 * @throws InputError when the whole file was looked at and its header is damaged
 */
export async function probeImage(
  access: RandomAccess,
  name: string,
  mimeType: string | undefined,
): Promise<Pick<MediaFacts, 'width' | 'height'>> {
  const { imageSize } = await import('image-size');
  for (const length of HEADS) {
    const head = await access.read(0, length);
    try {
      const { width, height } = imageSize(head);
      if (width > 0 && height > 0) return { width, height };
    } catch {
      // Either the header goes on behind these bytes, or it is broken: more bytes tell.
    }
    if (head.length < length) break;
  }
  if (access.size > (HEADS.at(-1) ?? 0) || !PLAIN.test(mimeType ?? '')) return {};
  throw new InputError(`${displayName(name)} is a broken image: its size cannot be read`, {
    hint: 'open and save it again, or fetch it again',
  });
}
