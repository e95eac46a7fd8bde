import type { MediaKind, TextPart } from '../prompt/parts.ts';
import type { Medium } from './medium.ts';

/** Puts a text before each medium by which a prompt can name it: "image 1:", "image 2:", "video 1:". */
export function labelMedia(parts: readonly (TextPart | Medium)[]): (TextPart | Medium)[] {
  const counts: Partial<Record<MediaKind, number>> = {};
  return parts.flatMap((part) => {
    if ('text' in part) return [part];
    const count = (counts[part.kind] ?? 0) + 1;
    counts[part.kind] = count;
    return [{ text: `${part.kind} ${count}:` }, part];
  });
}
