import { UsageError } from '../errors.ts';
import { renderSourceOptions } from '../prompt/source-options.ts';
import { displayName } from './display-name.ts';
import type { Medium } from './medium.ts';

/**
 * Checks that the options after "#" mean something for what the source is: nothing that was asked for is left out in
 * silence. What a URI holds is known only when its name tells.
 * @throws UsageError naming the source and the option
 */
export function checkOptions({ name, kind, mimeType, content, options }: Medium): void {
  const { startSeconds, endSeconds, fps, resolution, pages } = options;
  const refuse = (option: Medium['options'], why: string, hint?: string) => {
    throw new UsageError(
      `${displayName(name)}: "${renderSourceOptions(option)}" ${why}`,
      hint ? { hint } : {},
    );
  };
  if (pages && mimeType !== undefined && mimeType !== 'application/pdf') refuse({ pages }, 'is for PDFs');
  // No service cuts a document, and it must not be billed for pages that were not meant.
  if (pages && 'uri' in content) {
    refuse({ pages }, 'cannot be: the service reads the document whole', 'attach the file itself');
  }
  if (mimeType === undefined || kind === 'video') return;
  if (fps !== undefined) refuse({ fps }, 'is for videos');
  if (startSeconds !== undefined || endSeconds !== undefined) {
    const time = {
      ...(startSeconds !== undefined && { startSeconds }),
      ...(endSeconds !== undefined && { endSeconds }),
    };
    // VideoMetadata "should only be specified while the video data is presented" (Part, aiplatform v1).
    if (kind !== 'audio') refuse(time, 'is for videos and recordings');
    if ('uri' in content) {
      refuse(time, 'cannot be: of audio the service hears all', 'attach the file itself');
    }
  }
  if (resolution !== undefined && (kind === 'audio' || mimeType.startsWith('text/'))) {
    refuse({ resolution }, 'is for images, videos and PDFs');
  }
}
