import type { SourceOptions } from '../prompt/parts.ts';
import { decimal } from '../prompt/source-options.ts';
import type { Part, VideoMetadata } from '../wire/generate-content.ts';
import type { Medium } from './medium.ts';

/**
 * The part of the request that a medium is: its bytes in the request itself, or the URI that the service reads, with what
 * its options say. After an upload the medium's content is the uploaded file's URI.
 */
export function toPart({ content, mimeType, options }: Medium): Part {
  const data =
    'bytes' in content
      ? { inlineData: { mimeType: mimeType ?? 'application/octet-stream', data: content.bytes } }
      : { fileData: { ...(mimeType !== undefined && { mimeType }), fileUri: content.uri } };
  return { ...data, ...modifiers(options) };
}

function modifiers({
  startSeconds,
  endSeconds,
  fps,
  resolution,
}: SourceOptions): Pick<Part, 'videoMetadata' | 'mediaResolution'> {
  const videoMetadata: VideoMetadata = {
    ...(startSeconds !== undefined && { startOffset: `${decimal(startSeconds)}s` }),
    ...(endSeconds !== undefined && { endOffset: `${decimal(endSeconds)}s` }),
    ...(fps !== undefined && { fps }),
  };
  return {
    ...(Object.keys(videoMetadata).length > 0 && { videoMetadata }),
    ...(resolution && { mediaResolution: { level: `MEDIA_RESOLUTION_${resolution.toUpperCase()}` } }),
  };
}
