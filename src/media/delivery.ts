import type { BackendLimits } from '../backends/backend.ts';
import type { ByteSource } from '../byte-source.ts';
import { InputError, UsageError } from '../errors.ts';
import type { OnProgress, Uploader } from '../uploads/uploader.ts';
import type { FileData, Part } from '../wire/generate-content.ts';
import { displayName } from './display-name.ts';
import { formatBytes } from './format-bytes.ts';
import type { Medium } from './medium.ts';
import { toPart } from './part.ts';

/** When media are uploaded: where they do not fit into the request, never, or whatever their size. */
export type UploadMode = 'auto' | 'never' | 'always';

/** How a medium travels: as base64 in the request, uploaded before it, or as the URI it is. */
export type Delivery = 'inline' | 'upload' | 'uri';

export type DeliveryRules = {
  readonly limits: BackendLimits;
  readonly upload: UploadMode;
  /** There is a place to upload to. */
  readonly canUpload: boolean;
  /** Bytes of the request besides its media. */
  readonly otherBytes?: number;
};

export type DeliverOptions = Omit<DeliveryRules, 'canUpload'> & {
  /** Made when something is uploaded; undefined where there is no place to upload to. */
  readonly uploader: (() => Promise<Uploader>) | undefined;
  readonly signal: AbortSignal;
  /** Bytes on their way, of all uploads together. */
  readonly onProgress?: OnProgress;
};

/** Uploads under way at once. */
const UPLOADED_TOGETHER = 4;

/** What stands around the base64 of a part: names of fields, its type, options. */
const PART_OVERHEAD_BYTES = 200;

/**
 * The part of the request that each medium becomes, in their order: what does not fit is uploaded first.
 * @throws InputError when it is too much and cannot be uploaded; the uploader's error, with all other uploads ended
 */
export async function deliver(media: readonly Medium[], options: DeliverOptions): Promise<Part[]> {
  const { uploader } = options;
  const ways = planDelivery(media, { ...options, canUpload: uploader !== undefined });
  const uploads = new Map<string | ByteSource, Medium & { content: { bytes: ByteSource } }>();
  for (const [index, medium] of media.entries()) {
    const { content } = medium;
    if (ways[index] === 'upload' && 'bytes' in content) {
      uploads.set(sameContent(medium, content.bytes), { ...medium, content });
    }
  }
  const uploaded =
    uploader && uploads.size > 0 ? await uploadAll(uploads, await uploader(), options) : undefined;
  return media.map((medium) => {
    const { content } = medium;
    const file = 'bytes' in content ? uploaded?.get(sameContent(medium, content.bytes)) : undefined;
    if (!file) return toPart(medium);
    return toPart({ ...medium, mimeType: file.mimeType, content: { uri: file.fileUri } });
  });
}

/**
 * How each medium travels. The largest are uploaded first, until the rest fits.
 * @throws InputError that lists the sizes, when it is too much; UsageError when an upload is asked for that cannot be
 */
export function planDelivery(media: readonly Medium[], rules: DeliveryRules): Delivery[] {
  const { limits, upload, canUpload, otherBytes = 0 } = rules;
  const sizes = media.map(({ content }) => ('bytes' in content ? inlineBytes(content.bytes) : 0));
  const ways = media.map(({ content }): Delivery => ('uri' in content ? 'uri' : 'inline'));
  const all = ways.flatMap((way, index) => (way === 'inline' ? [index] : []));
  if (upload === 'always' && all.length > 0 && !canUpload) {
    throw new UsageError('--upload always: there is no place to upload to', hintFor(rules));
  }
  const largestFirst = all.toSorted((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  let total = otherBytes + sizes.reduce((sum, size) => sum + size, 0);
  for (const index of canUpload && upload !== 'never' ? largestFirst : []) {
    if (upload === 'auto' && total <= limits.requestBytes) break;
    ways[index] = 'upload';
    total -= sizes[index] ?? 0;
  }
  if (total > limits.requestBytes) throw tooLarge(media, total, rules);
  return ways;
}

/** 4 bytes for every 3. */
function inlineBytes({ byteLength }: ByteSource): number {
  return Math.ceil(byteLength / 3) * 4 + PART_OVERHEAD_BYTES;
}

/** The same file in a prompt twice is uploaded once. */
function sameContent({ mimeType }: Medium, source: ByteSource): string | ByteSource {
  return source.path === undefined ? source : `${mimeType} ${source.path}`;
}

function tooLarge(media: readonly Medium[], total: number, rules: DeliveryRules): InputError {
  const { requestBytes } = rules.limits;
  const details = media.flatMap(({ name, content }) =>
    'bytes' in content
      ? [
          `${displayName(name)}: ${formatBytes(content.bytes.byteLength)}, ${formatBytes(inlineBytes(content.bytes))} as base64`,
        ]
      : [],
  );
  return new InputError(
    `too large: ${formatBytes(total)} to send, and a request holds ${formatBytes(requestBytes)}`,
    {
      ...hintFor(rules),
      details:
        details.length > LISTED
          ? [...details.slice(0, LISTED), `and ${details.length - LISTED} more`]
          : details,
    },
  );
}

/** More names than these are no help. */
const LISTED = 20;

function hintFor({ limits, upload, canUpload }: DeliveryRules): { hint: string } {
  if (canUpload && upload === 'never') return { hint: 'leave out --upload never' };
  if (canUpload) return { hint: 'send less text' };
  const scheme = limits.uriSchemes.find((each) => each === 'gs:' || each === 's3:');
  return {
    hint: scheme
      ? `name a bucket to upload to: --upload-to ${scheme}//BUCKET/FOLDER`
      : 'send fewer or smaller files',
  };
}

type Uploads = ReadonlyMap<string | ByteSource, Medium & { content: { bytes: ByteSource } }>;

async function uploadAll(
  uploads: Uploads,
  uploader: Uploader,
  { signal, onProgress }: DeliverOptions,
): Promise<Map<string | ByteSource, FileData>> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const report = sumProgress([...uploads.values()], onProgress);
  const files = new Map<string | ByteSource, FileData>();
  const waiting = uploads.entries();
  const worker = async () => {
    for (const [key, medium] of waiting) {
      const file = await uploader.upload(
        {
          source: medium.content.bytes,
          mimeType: medium.mimeType ?? 'application/octet-stream',
          displayName: medium.name,
        },
        { signal: either, onProgress: report(medium) },
      );
      files.set(key, file);
    }
  };
  const workers = Array.from({ length: Math.min(UPLOADED_TOGETHER, uploads.size) }, worker);
  try {
    await Promise.all(workers);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(workers);
    throw error;
  }
  return files;
}

/** One progress of many. */
function sumProgress(
  media: readonly { content: { bytes: ByteSource } }[],
  onProgress: OnProgress | undefined,
): (medium: object) => OnProgress {
  const total = media.reduce((sum, { content }) => sum + content.bytes.byteLength, 0);
  const sent = new Map<object, number>();
  let sum = 0;
  return (medium) => (bytes) => {
    sum += bytes - (sent.get(medium) ?? 0);
    sent.set(medium, bytes);
    onProgress?.(sum, total);
  };
}
