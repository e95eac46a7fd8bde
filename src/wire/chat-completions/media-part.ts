import { type ByteSource, isByteSource } from '../../byte-source.ts';
import { InputError } from '../../errors.ts';
import { isFields } from '../fold-fields.ts';
import type { Blob, FileData, Part } from '../generate-content.ts';
import type { ContentPart, PrefixedSource } from './chat.ts';
import type { Dialect, MediaRule } from './dialect.ts';
import { formatOfType, kindOfType, type MediaKind, typeOfAddress, typeOfFormat } from './media-kind.ts';

/**
 * A medium in the dialect's words. Its content is never left out: what cannot be said is an error.
 * @throws InputError for a kind of medium, or an address, that the server does not take
 */
export function mediaToChat({ inlineData, fileData, mediaResolution }: Part, dialect: Dialect): ContentPart {
  const type = inlineData?.mimeType ?? fileData?.mimeType;
  const name = inlineData ? nameOf(inlineData) : (fileData?.fileUri ?? '');
  if (type === undefined) {
    throw new InputError(
      `${name}: its name does not say whether it is an image, audio, video or a document`,
      {
        hint: 'say it after the name, such as #mime=image/jpeg',
      },
    );
  }
  const kind = kindOfType(type);
  const rule = dialect.media[kind];
  if (!rule) throw unknownKind(name, kind, dialect);
  const medium = inlineData ? inline(inlineData, rule) : byAddress(fileData, type, rule, dialect);
  const detail = kind === 'image' && dialect.imageDetail ? DETAILS[mediaResolution?.level ?? ''] : undefined;
  return { type: rule.type, [rule.type]: detail === undefined ? medium : { ...medium, detail } };
}

/** The resolutions that `detail` of an image has words for. */
export const DETAILS: Readonly<Record<string, string>> = {
  MEDIA_RESOLUTION_LOW: 'low',
  MEDIA_RESOLUTION_HIGH: 'high',
};

/** The medium of a content part, in any of its shapes; undefined when it is none. */
export function mediaFromChat(part: ContentPart): Part | undefined {
  const medium = part[part.type];
  const kind = KINDS[part.type];
  if (kind === undefined) return undefined;
  // Google's own layer takes the address alone.
  if (typeof medium === 'string') return addressPart(medium, kind);
  if (!isFields(medium)) return undefined;
  const { data, format, url, file_data: fileData, filename, detail } = medium;
  const level = Object.keys(DETAILS).find((name) => DETAILS[name] === detail);
  const modifier = level === undefined ? {} : { mediaResolution: { level } };
  if (typeof url === 'string') {
    const type = typeof format === 'string' ? typeOfFormat(format, kind) : undefined;
    return { ...addressPart(url, kind, type), ...modifier };
  }
  if (typeof fileData === 'string') {
    const file = addressPart(fileData, kind);
    if (file.inlineData && typeof filename === 'string') file.inlineData.displayName = filename;
    return file;
  }
  if (typeof data !== 'string' && !isByteSource(data)) return undefined;
  const word = typeof format === 'string' ? format : (DEFAULT_FORMATS[kind] ?? '');
  return { inlineData: { mimeType: typeOfFormat(word, kind), data } };
}

/** What kind of medium a content part of this type is. */
const KINDS: Readonly<Record<string, MediaKind>> = {
  image_url: 'image',
  input_image: 'image',
  audio_url: 'audio',
  input_audio: 'audio',
  video_url: 'video',
  input_video: 'video',
  input_document: 'document',
  document_url: 'document',
  file: 'document',
};

/** What is most likely where nothing says. */
const DEFAULT_FORMATS: Readonly<Record<MediaKind, string>> = {
  image: 'jpeg',
  audio: 'mp3',
  video: 'mp4',
  document: 'pdf',
};

function inline(blob: Blob, { type }: MediaRule): Record<string, unknown> {
  const { mimeType, data } = blob;
  if (type === 'file') return { filename: nameOf(blob), file_data: dataUrl(mimeType, data) };
  if (type.endsWith('_url')) return { url: dataUrl(mimeType, data) };
  return { data, format: formatOfType(mimeType) };
}

function byAddress(
  fileData: FileData | undefined,
  mimeType: string,
  { type, schemes }: MediaRule,
  dialect: Dialect,
): Record<string, unknown> {
  const url = fileData?.fileUri ?? '';
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase() ?? '';
  if (type === 'file' || !schemes.includes(scheme)) {
    throw new InputError(`${url}: ${dialect.name} does not fetch ${scheme}// addresses of this kind`, {
      hint: 'download it first and attach the file',
    });
  }
  return type.endsWith('_url') ? { url } : { url, format: formatOfType(mimeType) };
}

function dataUrl(mimeType: string, data: string | ByteSource): string | PrefixedSource {
  const prefix = `data:${mimeType};base64,`;
  if (!isByteSource(data)) return prefix + data;
  const { byteLength, name, path } = data;
  return { byteLength, name, ...(path === undefined ? {} : { path }), prefix, open: () => data.open() };
}

function addressPart(address: string, kind: MediaKind, type?: string): Part {
  const [, mimeType, data] = /^data:([^;,]*)(?:;[^;,]*)*?;base64,(.*)$/s.exec(address) ?? [];
  const byDefault = () => typeOfFormat(DEFAULT_FORMATS[kind], kind);
  if (data !== undefined) return { inlineData: { mimeType: mimeType || byDefault(), data } };
  return {
    fileData: { mimeType: type ?? typeOfAddress(address, kind) ?? byDefault(), fileUri: address },
  };
}

/** The last part of the name of a file, for a server that wants one. */
function nameOf({ mimeType, data, displayName }: Blob): string {
  const name = displayName ?? (isByteSource(data) ? data.name : '');
  return name.split(/[\\/]/).at(-1) || `document.${formatOfType(mimeType)}`;
}

function unknownKind(name: string, kind: MediaKind, dialect: Dialect): InputError {
  const what = { image: 'images', audio: 'audio', video: 'video', document: 'documents' }[kind];
  return new InputError(`${name}: ${dialect.name} takes no ${what} in chat completions`, {
    hint: `another server may (--dialect); --media-part ${kind}=TYPE says how yours wants ${what}`,
  });
}
