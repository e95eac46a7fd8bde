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
  'http:': 'let it be fetched here: --url-mode fetch',
  'https:': 'let it be fetched here: --url-mode fetch',
};

/** ai.google.dev/api/files: the URI of an uploaded file, which the API's own answers give as `uri`. */
const FILES = 'https://generativelanguage.googleapis.com/v1beta/files/';

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
  return withType(uri, uri, { object, limits, mimeType });
}

/** A web address that the service fetches itself (--url-mode pass); as bucketObject does it. */
export async function passedAddress(
  address: string,
  limits: BackendLimits,
  mimeType?: string,
): Promise<FileData> {
  const url = webUrl(address);
  requireScheme(url.href, limits);
  return withType(url.href, addressName(address), { object: url.pathname, limits, mimeType });
}

type Named = { object: string; limits: BackendLimits; mimeType: string | undefined };

async function withType(uri: string, name: string, { object, limits, mimeType }: Named): Promise<FileData> {
  const type = mimeType ?? (await typeOfName(object));
  if (type === undefined) {
    // The Developer API finds out by itself; Vertex AI demands a type.
    if (limits.mimeNames === 'developer') return { fileUri: uri };
    throw new InputError(`${displayName(name)}: its name does not say what type it is`, {
      hint: 'say it after the name, such as #mime=image/jpeg',
    });
  }
  if (mimeType === undefined && knownType(type) === undefined) throw unsupportedType(name, type);
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
export function youTubePart(fileUri: string, limits: BackendLimits, mimeType?: string): FileData {
  if (!limits.uriSchemes.includes('https:') || limits.language !== undefined) {
    throw new InputError(`${displayName(fileUri)}: this backend does not read YouTube videos`, {
      hint: 'use another backend: -b vertex or -b developer',
    });
  }
  const type = mimeType ?? (limits.mimeNames === 'vertex' ? 'video/mp4' : undefined);
  return type === undefined ? { fileUri } : { mimeType: type, fileUri };
}

/** The name of a file in the Developer API's store, `files/ID`, from that or from its URI; else undefined. */
export function uploadedFile(source: string): string | undefined {
  const name = source.startsWith(FILES) ? `files/${source.slice(FILES.length)}` : source;
  return /^files\/[a-z0-9-]{1,40}$/.test(name) ? name : undefined;
}

/**
 * An uploaded file, for the service to read; nothing is looked up.
 * @throws UsageError on a backend that has no such store
 */
export function uploadedPart(name: string, limits: BackendLimits, mimeType?: string): FileData {
  if (limits.mimeNames !== 'developer' || limits.language !== undefined) {
    throw new UsageError(`${name}: uploaded files are known to the Gemini Developer API only`, {
      hint: 'use -b developer, or attach the file itself',
    });
  }
  const fileUri = `${FILES}${name.slice('files/'.length)}`;
  return mimeType === undefined ? { fileUri } : { mimeType: apiMimeType(mimeType, 'developer'), fileUri };
}

/**
 * A web address as a URL, without its fragment, which is not for servers.
 * @throws InputError for one that holds a password: none is sent by us, nor handed on
 */
export function webUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url) throw new InputError(`${addressName(address)} is not a web address`);
  if (url.username !== '' || url.password !== '') {
    throw new InputError(`${addressName(address)}: an address with a user name or password is not fetched`, {
      hint: 'download it first, for example with curl -LO, and attach the file',
    });
  }
  url.hash = '';
  return url;
}

/** An address for messages: without the query, which may hold a signature, and without user name and password. */
export function addressName(address: string): string {
  return displayName(address.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//'));
}

/** The error for an address of a scheme that nobody reads. */
export function unsupportedScheme(address: string): GeminiError {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(address)?.[0] ?? '';
  return new UsageError(`${addressName(address)}: ${scheme}// is not a kind of source`, {
    hint: 'a source is a file, folder or pattern, "-", http(s)://, gs://, s3://, files/ID, a YouTube address or a data: URL',
  });
}

function requireScheme(uri: string, limits: BackendLimits): void {
  const scheme = `${uri.slice(0, uri.indexOf(':')).toLowerCase()}:`;
  if (limits.uriSchemes.includes(scheme)) return;
  const hint = DOWNLOAD[scheme];
  throw new InputError(`${addressName(uri)}: this backend does not fetch ${scheme}// addresses`, {
    ...(hint ? { hint } : {}),
  });
}
