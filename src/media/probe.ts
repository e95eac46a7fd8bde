import { knownType } from './media-types.ts';
import type { MediaFacts, Medium } from './medium.ts';
import { probeImage } from './probe/image.ts';
import { openRandomAccess } from './probe/random-access.ts';
import { probeRecording } from './probe/recording.ts';
import { probeText } from './probe/text.ts';

/** The facts of a medium; of text also how much of it is Chinese, Japanese or Korean, whose tokens are shorter. */
export type ProbedFacts = MediaFacts & { readonly wideCharacters?: number };

/**
 * What a medium holds: pixels, seconds, pages, characters. Only headers and indexes are read, but text to its end.
 * Nothing is said of a URI, nor of what the headers do not tell.
 * @throws InputError that names a broken or encrypted file and what is wrong with it
 */
export async function probeMedium(medium: Medium, options: { signal: AbortSignal }): Promise<ProbedFacts> {
  const { content, kind } = medium;
  if ('uri' in content) return {};
  const mimeType = medium.mimeType === undefined ? undefined : knownType(medium.mimeType);
  const access = await openRandomAccess(content.bytes, options.signal);
  try {
    if (kind === 'image') return await probeImage(access, medium.name, mimeType);
    if (kind === 'audio' || kind === 'video') return await probeRecording(access, medium.name, mimeType);
    if (mimeType === 'application/pdf') {
      // It needs Node's compression and hashes, which take some milliseconds to load.
      const { probePdf } = await import('./probe/pdf.ts');
      return await probePdf(access, medium.name);
    }
    return await probeText(access);
  } finally {
    await access.close();
  }
}
