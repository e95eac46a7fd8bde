import type { BackendLimits } from '../backends/backend.ts';
import type { ByteSource } from '../byte-source.ts';
import { GeminiError, InputError } from '../errors.ts';
import type { BytesPart, TextPart } from '../prompt/parts.ts';
import type { FileData } from '../wire/generate-content.ts';
import { checkOptions } from './applicable-options.ts';
import { checkKind } from './asserted-kind.ts';
import { bufferSource } from './buffer-source.ts';
import { parseDataUrl } from './data-url.ts';
import { displayName } from './display-name.ts';
import type { AddressPart, ExpandedPart, ExpandOptions, PathPart } from './expand.ts';
import { openFileSource } from './file-source.ts';
import { apiMimeType, kindOf } from './media-types.ts';
import type { Medium } from './medium.ts';
import { detectMimeType } from './mime-type.ts';
import type { PassedOver } from './passed-over.ts';
import {
  addressName,
  bucketObject,
  passedAddress,
  unsupportedScheme,
  uploadedFile,
  uploadedPart,
  youTubePart,
  youTubeVideo,
} from './uri-source.ts';
import type { WebOptions } from './web.ts';

export type LocateOptions = ExpandOptions & {
  readonly limits: BackendLimits;
  /** Web addresses are fetched by us, or handed to the service. */
  readonly urlMode?: 'fetch' | 'pass';
  /** What fetching needs; nothing is fetched without it. */
  readonly web?: WebOptions | undefined;
  /** The largest file whose bytes are kept from the first look (see FileSourceOptions). */
  readonly keepBytes?: number;
  /** The caller cuts audio itself, so that `#t=` stays in the options. */
  readonly wholeAudio?: boolean;
};

/**
 * Finds one source: what it is, by its first bytes, and where its bytes are. Files are looked at, not read; web addresses
 * are fetched.
 * @throws InputError for what is missing, empty or unsupported; UsageError for a kind or option that does not fit
 */
export async function locate(
  part: Exclude<ExpandedPart, TextPart>,
  options: LocateOptions,
): Promise<Medium | PassedOver> {
  if ('path' in part) return locateFile(part, options);
  const medium =
    'bytes' in part ? await identifyBytes(part, part, options) : await locateAddress(part, options);
  return withOptions(medium, options);
}

/** What the options ask for, as far as it is done here: the services cut videos, but no documents and no audio. */
async function withOptions(medium: Medium, { signal, wholeAudio }: LocateOptions): Promise<Medium> {
  checkOptions(medium);
  const { content, kind, options } = medium;
  if ('uri' in content) return medium;
  if (options.pages) {
    const { cutPages } = await import('./cut-pages.ts');
    return { ...medium, content: { bytes: await cutPages(content.bytes, options.pages) } };
  }
  const cut = options.startSeconds !== undefined || options.endSeconds !== undefined;
  if (kind === 'audio' && cut && !wholeAudio) {
    const { cutTime } = await import('./cut-time.ts');
    return cutTime(medium, { signal });
  }
  return medium;
}

async function locateFile(part: PathPart, options: LocateOptions): Promise<Medium | PassedOver> {
  const { path, folder } = part;
  const inFolder = folder !== undefined;
  const { source: bytes, head } = await openFileSource(path, { ...options, mayBeEmpty: inFolder });
  const passedOver = { passedOver: path, folder: folder ?? '' };
  if (head.length === 0) return passedOver;
  let medium: Medium;
  try {
    medium = await identifyBytes(part, { bytes, head }, options);
  } catch (error) {
    if (inFolder && error instanceof GeminiError) return passedOver;
    throw error;
  }
  return withOptions(medium, options);
}

/** Each form of address has its file; what has no scheme was a path. */
async function locateAddress(part: AddressPart, options: LocateOptions): Promise<Medium> {
  const { address, options: said } = part;
  const { limits, urlMode = 'fetch' } = options;
  if (/^data:/i.test(address)) {
    const { bytes, label, mimeType } = parseDataUrl(address);
    return identifyBytes(part, { bytes: bufferSource(bytes, label), head: bytes, claim: mimeType }, options);
  }
  if (/^(gs|s3):\/\//i.test(address)) {
    return uriMedium(part, address, await bucketObject(address, limits, said.mimeType));
  }
  const file = uploadedFile(address);
  if (file) return uriMedium(part, file, uploadedPart(file, limits, said.mimeType));
  const video = youTubeVideo(address);
  if (video) {
    if (part.kind) checkKind(address, part.kind, 'video/mp4');
    return uriMedium({ ...part, kind: 'video' }, address, youTubePart(video, limits, said.mimeType));
  }
  if (!/^https?:\/\//i.test(address)) throw unsupportedScheme(address);
  if (urlMode === 'fetch') return fetched(part, options);
  return uriMedium(part, addressName(address), await passedAddress(address, limits, said.mimeType));
}

async function fetched(part: AddressPart, options: LocateOptions): Promise<Medium> {
  const { address } = part;
  const { web, signal } = options;
  if (!web) {
    throw new InputError(
      `${addressName(address)} would have to be fetched, and nothing goes over the network now`,
      {
        hint: 'download it first and attach the file, or let the service fetch it: --url-mode pass',
      },
    );
  }
  const { fetchMedium } = await import('./web.ts');
  const { bytes, seen } = await fetchMedium(
    address,
    async ({ head, name, claim }) => {
      if (part.options.mimeType === undefined && isWebPage(head, claim)) {
        throw new InputError(`${name} is a web page, not a medium`, {
          hint: 'name the address of the file itself; --url-context lets the model read pages',
        });
      }
      return identify(part, { head, name, claim }, options);
    },
    { web, signal },
  );
  return { ...seen, content: { bytes } };
}

function isWebPage(head: Buffer, claim: string | undefined): boolean {
  const start = head.toString('utf8', 0, 1024);
  const page = /^\uFEFF?\s*(<!--[\s\S]*?-->\s*)*<(!doctype html|html|head|body)\b/i.test(start);
  return page || (/^(text\/html|application\/xhtml\+xml)$/.test(claim ?? '') && /^\uFEFF?\s*</.test(start));
}

function uriMedium(
  { kind, options }: Pick<AddressPart, 'kind' | 'options'>,
  name: string,
  { mimeType, fileUri }: FileData,
): Medium {
  if (kind && mimeType) checkKind(name, kind, mimeType);
  const ownKind = mimeType === undefined ? (kind ?? 'document') : kindOf(mimeType);
  return { name, kind: ownKind, mimeType, content: { uri: fileUri }, options };
}

type Said = Pick<BytesPart, 'kind' | 'options'>;
type First = { readonly head: Buffer; readonly name: string; readonly claim?: string | undefined };

async function identifyBytes(
  said: Said,
  { bytes, head, claim }: { bytes: ByteSource; head: Buffer; claim?: string | undefined },
  options: LocateOptions,
): Promise<Medium> {
  return { ...(await identify(said, { head, name: bytes.name, claim }, options)), content: { bytes } };
}

/** What the first bytes are: by themselves, then by what was claimed, then by the name; or as the person says. */
async function identify(
  { kind, options: said = {} }: Said,
  { head, name, claim }: First,
  { limits, onNote }: LocateOptions,
): Promise<Omit<Medium, 'content'>> {
  const detected = said.mimeType
    ? { mimeType: said.mimeType }
    : await detectMimeType(head, name, { kind, mimeType: claim });
  const mimeType = apiMimeType(detected.mimeType, limits.mimeNames);
  if ('mismatch' in detected) {
    onNote?.(
      `note: ${displayName(name)} is sent as ${mimeType}, which it holds, not as ${detected.mismatch}`,
    );
  }
  if (kind) checkKind(name, kind, mimeType);
  return { name, kind: kindOf(mimeType), mimeType, options: said };
}
