import type { BackendLimits } from '../backends/backend.ts';
import { isByteSource } from '../byte-source.ts';
import type { Context } from '../context.ts';
import { mediumOf } from '../media/part-medium.ts';
import { createProgress } from '../terminal/progress.ts';
import type { GenerateContentRequest, Part } from '../wire/generate-content.ts';
import { uploadMode } from './prompt-options.ts';

/**
 * The request with those media uploaded that do not fit into it, or all of them with `--upload always`: their parts
 * name the file in place of holding it.
 * @param sentAgain the same media go with requests to come: large ones are uploaded wherever that is possible
 * @throws InputError when it is too much and there is nowhere to upload to
 */
export async function uploadMedia(
  context: Context,
  request: GenerateContentRequest,
  limits: BackendLimits,
  { sentAgain = false } = {},
): Promise<GenerateContentRequest> {
  const held = request.contents.flatMap(({ parts }) => parts.filter(({ inlineData }) => inlineData));
  const pays = sentAgain && inlineBytes(held) >= WORTH_UPLOADING_BYTES && context.uploader(limits.uriSchemes);
  const upload = pays && uploadMode(context) === 'auto' ? 'always' : uploadMode(context);
  if (held.length === 0 || (upload !== 'always' && inlineBytes(held) <= limits.requestBytes)) return request;

  const { deliver } = await import('../media/delivery.ts');
  const progress = context.quiet ? undefined : createProgress(context.io.stderr, 'uploading');
  try {
    const delivered = await deliver(
      held.flatMap((part, index) => mediumOf(part, `part ${index + 1}`) ?? []),
      {
        limits,
        upload,
        uploader: context.uploader(limits.uriSchemes),
        signal: context.signal,
        otherBytes: textBytes(request),
        onProgress: (sent, total) => progress?.update(sent, total),
      },
    );
    const files = new Map(held.map((part, index) => [part, delivered[index]?.fileData]));
    return {
      ...request,
      contents: request.contents.map((content) => ({
        ...content,
        parts: content.parts.map((part) => named(part, files.get(part))),
      })),
    };
  } finally {
    progress?.stop();
  }
}

/** What is smaller travels as fast as it would be uploaded, and each upload is three requests. */
export const WORTH_UPLOADING_BYTES = (512 * 1024 * 4) / 3;

/** The part with a file's name in place of its bytes; what else it says stays. */
function named(part: Part, fileData: Part['fileData']): Part {
  if (!fileData) return part;
  const { inlineData: _bytes, ...rest } = part;
  return { ...rest, fileData };
}

/** Bytes of base64, of what is encoded already and of what will be. */
function inlineBytes(parts: readonly Part[]): number {
  return parts.reduce((sum, { inlineData }) => {
    const data = inlineData?.data ?? '';
    return sum + (isByteSource(data) ? Math.ceil(data.byteLength / 3) * 4 : data.length);
  }, 0);
}

function textBytes({ contents }: GenerateContentRequest): number {
  return contents.reduce(
    (sum, { parts }) => sum + parts.reduce((bytes, { text = '' }) => bytes + Buffer.byteLength(text), 0),
    0,
  );
}
