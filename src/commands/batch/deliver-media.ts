import type { BatchService } from '../../backends/batches/batch-service.ts';
import { type ByteSource, isByteSource, readWhole } from '../../byte-source.ts';
import type { Context } from '../../context.ts';
import { InputError, UsageError } from '../../errors.ts';
import { bufferSource } from '../../media/buffer-source.ts';
import { displayName } from '../../media/display-name.ts';
import { formatBytes } from '../../media/format-bytes.ts';
import type { Uploader } from '../../uploads/uploader.ts';
import type { FileData, GenerateContentRequest, Part } from '../../wire/generate-content.ts';
import { uploadMode } from '../prompt-options.ts';

/** Media of at most so many bytes stand in the request itself: an upload takes longer, and is kept for two days only. */
const INLINE_BYTES = 100_000;
/** The longest line that is made of one request. */
const LARGEST_INLINE_BYTES = 20_000_000;

/** Puts media where a batch can read them. */
export type MediaDelivery = {
  /**
   * The request with its media as base64 or as addresses of uploaded files; the same content is uploaded once.
   * @throws InputError for what a batch cannot read
   */
  deliver(request: GenerateContentRequest): Promise<GenerateContentRequest>;
};

/** @param uploader undefined: nothing is sent, and what would be uploaded is only named */
export function createMediaDelivery(
  context: Context,
  service: BatchService,
  uploader: (() => Promise<Uploader>) | undefined,
): MediaDelivery {
  const mode = uploadMode(context);
  if (mode === 'never' && !service.inlineMedia) {
    throw new UsageError('--upload never: a batch of Vertex AI reads media from Cloud Storage alone');
  }
  const uploads = new Map<string | ByteSource, Promise<FileData>>();
  let made: Promise<Uploader> | undefined;
  const upload = async (source: ByteSource, mimeType: string): Promise<FileData> => {
    if (!uploader) return { mimeType, fileUri: `(to be uploaded: ${source.name})` };
    made ??= uploader();
    const { signal } = context;
    return (await made).upload({ source, mimeType, displayName: source.name }, { signal });
  };
  const uploadOnce = (source: ByteSource, mimeType: string) => {
    const content = source.path === undefined ? source : `${mimeType} ${source.path}`;
    const file = uploads.get(content) ?? upload(source, mimeType);
    uploads.set(content, file);
    return file;
  };
  const deliverPart = async (part: Part): Promise<Part> => {
    const { inlineData, ...rest } = part;
    if (part.fileData) checkAddress(part.fileData, service);
    if (!inlineData) return part;
    const { data, mimeType } = inlineData;
    const size = isByteSource(data) ? data.byteLength : Math.floor(data.length * 0.75);
    const inline = service.inlineMedia && (mode === 'never' || (mode === 'auto' && size <= INLINE_BYTES));
    if (inline) {
      if (size > LARGEST_INLINE_BYTES) throw tooLarge(data, size);
      return { ...rest, inlineData: { ...inlineData, data: await base64Of(data) } };
    }
    const source = isByteSource(data) ? data : bufferSource(Buffer.from(data, 'base64'), 'medium');
    return { ...rest, fileData: await uploadOnce(source, mimeType) };
  };
  return {
    async deliver(request) {
      const contents = [];
      for (const content of request.contents) {
        contents.push({ ...content, parts: await Promise.all(content.parts.map(deliverPart)) });
      }
      return { ...request, contents };
    },
  };
}

/** Vertex AI reads gs:// and YouTube in batches, and no other address. */
function checkAddress({ fileUri }: FileData, { name }: BatchService): void {
  if (name !== 'vertex' || /^gs:\/\/|^https:\/\/(www\.|m\.)?(youtube\.com|youtu\.be)\//.test(fileUri)) return;
  throw new InputError(
    `${displayName(fileUri)}: a batch of Vertex AI reads gs:// and YouTube addresses alone`,
    {
      hint: 'leave out --url-mode pass, so that it is fetched here and uploaded',
    },
  );
}

async function base64Of(data: string | ByteSource): Promise<string> {
  return isByteSource(data) ? (await readWhole(data)).toString('base64') : data;
}

function tooLarge(data: string | ByteSource, size: number): InputError {
  const name = isByteSource(data) ? displayName(data.name) : 'a medium';
  return new InputError(`${name} is too large to stand in a request of a batch: ${formatBytes(size)}`, {
    hint: 'leave out --upload never',
  });
}
