import { type ByteSource, isByteSource } from '../byte-source.ts';
import type { SourceOptions } from '../prompt/parts.ts';
import type { Part } from '../wire/generate-content.ts';
import { bufferSource } from './buffer-source.ts';
import { kindOf } from './media-types.ts';
import type { Medium } from './medium.ts';

/**
 * The medium that a part of a request is, for one that a file of a request holds: the reverse of toPart.
 * @param name for a part that has none of its own
 * @returns undefined for a part that is no medium
 */
export function mediumOf(part: Part, name: string): Medium | undefined {
  const { inlineData, fileData } = part;
  const options = optionsOf(part);
  if (inlineData) {
    const { mimeType, data } = inlineData;
    const bytes = isByteSource(data) ? data : base64Source(data, name);
    return { name: bytes.name, kind: kindOf(mimeType), mimeType, content: { bytes }, options };
  }
  if (!fileData) return undefined;
  const { mimeType, fileUri: uri } = fileData;
  return {
    name: uri,
    kind: mimeType === undefined ? 'document' : kindOf(mimeType),
    mimeType,
    content: { uri },
    options,
  };
}

/** Decoded when it is looked into: a file of a request may hold many. */
function base64Source(data: string, name: string): ByteSource {
  return {
    byteLength: Buffer.byteLength(data, 'base64'),
    name,
    open: () => bufferSource(Buffer.from(data, 'base64'), name).open(),
  };
}

function optionsOf({ videoMetadata, mediaResolution }: Part): SourceOptions {
  const startSeconds = seconds(videoMetadata?.startOffset);
  const endSeconds = seconds(videoMetadata?.endOffset);
  const resolution = /^MEDIA_RESOLUTION_(LOW|MEDIUM|HIGH)$/.exec(mediaResolution?.level ?? '')?.[1];
  return {
    ...(startSeconds !== undefined && { startSeconds }),
    ...(endSeconds !== undefined && { endSeconds }),
    ...(videoMetadata?.fps !== undefined && { fps: videoMetadata.fps }),
    ...(resolution && { resolution: resolution.toLowerCase() as 'low' | 'medium' | 'high' }),
  };
}

/** A Duration, such as "1.5s". */
function seconds(duration: string | undefined): number | undefined {
  const value = Number.parseFloat(duration ?? '');
  return Number.isFinite(value) ? value : undefined;
}
