import { basename } from 'node:path';
import type { BackendLimits } from '../../backends/backend.ts';
import { isByteSource } from '../../byte-source.ts';
import type { Context } from '../../context.ts';
import { GeminiError } from '../../errors.ts';
import { displayName } from '../../media/display-name.ts';
import { formatBytes } from '../../media/format-bytes.ts';
import type { Content, Part } from '../../wire/generate-content.ts';
import { uploadMode } from '../prompt-options.ts';
import { WORTH_UPLOADING_BYTES } from '../upload-media.ts';
import { type Chat, contentsOf } from './chat-state.ts';

/**
 * Uploads the large media of the turns so far, where the backend has a place for them, so that they are not sent
 * with every turn to come. What cannot be uploaded goes on being sent.
 */
export async function uploadOnce(context: Context, chat: Chat, limits: BackendLimits): Promise<void> {
  if (uploadMode(context) !== 'auto') return;
  const places = largeMedia(contentsOf(chat));
  if (places.length === 0) return;
  const uploader = context.uploader(limits.uriSchemes);
  if (!uploader) return;
  const [{ deliver }, { mediumOf }] = await Promise.all([
    import('../../media/delivery.ts'),
    import('../../media/part-medium.ts'),
  ]);
  for (const { content, index, part } of places) {
    const medium = mediumOf(part, 'medium');
    const source = part.inlineData?.data;
    if (!medium || source === undefined) continue;
    try {
      const { signal } = context;
      const [sent] = await deliver([medium], { limits, upload: 'always', uploader, signal });
      if (!sent?.fileData) continue;
      const { inlineData: _bytes, ...rest } = part;
      const uploaded: Part = { ...rest, fileData: sent.fileData };
      content.parts[index] = uploaded;
      chat.uploads.set(uploaded, { source, uploaded: context.now().toISOString() });
      const name = displayName(basename(medium.name));
      context.note(`${name}: uploaded once, ${formatBytes(base64Bytes(part))} less in every turn`);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof GeminiError)) throw error;
      context.note(`${displayName(basename(medium.name))} is sent with every turn: ${error.message}`);
      return;
    }
  }
}

type Place = { readonly content: Content; readonly index: number; readonly part: Part };

/** Of what the person sent: a part of the model's goes back as it came. */
function largeMedia(contents: readonly Content[]): Place[] {
  return contents
    .filter(({ role }) => role !== 'model')
    .flatMap((content) => content.parts.map((part, index) => ({ content, index, part })))
    .filter(({ part }) => base64Bytes(part) >= WORTH_UPLOADING_BYTES);
}

function base64Bytes({ inlineData }: Part): number {
  const data = inlineData?.data ?? '';
  return isByteSource(data) ? Math.ceil(data.byteLength / 3) * 4 : data.length;
}
