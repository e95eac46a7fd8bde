import { UsageError } from '../errors.ts';
import type { MediaKind } from '../prompt/parts.ts';
import { displayName } from './display-name.ts';
import { kindOf } from './media-types.ts';

const KIND_NAMES: Readonly<Record<MediaKind, string>> = {
  image: 'an image',
  audio: 'audio',
  video: 'video',
  document: 'a document',
};

/** @throws UsageError when `--image` and its kin name something else */
export function checkKind(source: string, asserted: MediaKind, mimeType: string): void {
  const kind = kindOf(mimeType);
  if (kind === asserted) return;
  const name = displayName(source);
  throw new UsageError(`${name} is ${KIND_NAMES[kind]} (${mimeType}), not ${KIND_NAMES[asserted]}`, {
    hint:
      asserted === 'image' && /\.svg$/i.test(source)
        ? 'SVG is text to the model: render it to PNG first, or attach it as text with -a'
        : `use --${kind}, or -a for any kind`,
  });
}
