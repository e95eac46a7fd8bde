import type { BackendLimits } from '../backends/backend.ts';
import { type GeminiError, InputError, UsageError } from '../errors.ts';
import type { FileData } from '../wire/generate-content.ts';
import { displayName } from './display-name.ts';
import { apiMimeType, knownType } from './media-types.ts';
import { typeOfName } from './mime-type.ts';
import { unsupportedType } from './unsupported.ts';

/** How to get what a backend cannot fetch itself. */
const DOWNLOAD: Readonly<Record<string, string>> = {
  'gs:': 'download it first (gcloud storage cp) and attach the file, or use -b vertex',
  's3:': 'download it first (aws s3 cp) and attach the file',
  'https:': 'use another backend: -b vertex or -b developer',
};

/**
 * An object in a bucket, `gs://bucket/object` or `s3://bucket/object`, for the service to fetch. Nothing is looked up:
 * its type is that of its name.
 * @param mimeType what the person said it is, if they did
 * @throws InputError for a scheme the backend does not fetch, or a type it does not take
 */
export async function bucketObject(uri: string, limits: BackendLimits, mimeType?: string): Promise<FileData> {
  requireScheme(uri, limits);
  const object = /^\w+:\/\/[^/]+\/(.*[^/])$/s.exec(uri)?.[1];
  if (object === undefined) throw new InputError(`${displayName(uri)} does not name an object in a bucket`);
  const type = mimeType ?? (await typeOfName(object));
  if (type === undefined) {
    // The Developer API finds out by itself; Vertex AI demands a type.
    if (limits.mimeNames === 'developer') return { fileUri: uri };
    throw new InputError(`${displayName(uri)}: its name does not say what type it is`, {
      hint: 'give the object a name with an extension, such as .jpg, .mp3 or .mp4',
    });
  }
  if (mimeType === undefined && knownType(type) === undefined) throw unsupportedType(uri, type);
  return { mimeType: apiMimeType(type, limits.mimeNames), fileUri: uri };
}

/** The documented form of a YouTube video's address, for the short, mobile and embedded ones too; else undefined. */
export function youTubeVideo(url: string): string | undefined {
  if (/^https:\/\/www\.youtube\.com\/watch\?(.*&)?v=[\w-]{11}(&|$)/.test(url)) return url;
  const id =
    /^https?:\/\/(?:(?:www\.|m\.|music\.)?youtube\.com\/(?:watch\?(?:.*&)?v=|shorts\/|live\/|embed\/)|youtu\.be\/)([\w-]{11})(?:[?&#/]|$)/.exec(
      url,
    )?.[1];
  return id === undefined ? undefined : `https://www.youtube.com/watch?v=${id}`;
}

/** A public YouTube video, for the service to fetch; Vertex AI demands a type, and its samples say video/mp4. */
export function youTubePart(fileUri: string, limits: BackendLimits): FileData {
  requireScheme(fileUri, limits);
  return limits.mimeNames === 'vertex' ? { mimeType: 'video/mp4', fileUri } : { fileUri };
}

/** The error for an address that is neither fetched by us nor by the service. What follows "?" may be a secret. */
export function unsupportedUri(uri: string): GeminiError {
  const name = displayName(uri.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//'));
  if (/^https?:/i.test(uri)) {
    return new InputError(`${name}: web addresses are not fetched yet, except YouTube videos`, {
      hint: 'download it first, for example with curl -LO, and attach the file',
    });
  }
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(uri)?.[0] ?? '';
  return new UsageError(`${name}: ${scheme}// is not a kind of source`, {
    hint: 'a source is a file, gs://bucket/object, s3://bucket/object, a YouTube address or a data: URL',
  });
}

function requireScheme(uri: string, limits: BackendLimits): void {
  const scheme = `${uri.slice(0, uri.indexOf(':')).toLowerCase()}:`;
  if (limits.uriSchemes.includes(scheme)) return;
  const hint = DOWNLOAD[scheme];
  throw new InputError(`${displayName(uri)}: this backend does not fetch ${scheme}// addresses`, {
    ...(hint ? { hint } : {}),
  });
}
