import { extname } from 'node:path';
import type { BackendLimits } from '../backends/backend.ts';
import type { MediaKind } from '../prompt/parts.ts';

type MediaType = {
  /** The name used inside this program. */
  type: string;
  /** Other names for the same: what detection, registries and people say. */
  aliases?: readonly string[];
  /** File extensions under which this content is no surprise; the first row that has one decides it by name. */
  extensions: readonly string[];
  /** The API's spelling where it is not `type`. */
  developer?: string;
  vertex?: string;
};

/** `ts` stands here because registries call it video/mp2t; `py`, `go` and the like because they miss them. */
const TEXT_EXTENSIONS = (
  'txt text md markdown rst adoc log csv tsv srt vtt tex diff patch json jsonl ndjson xml yaml yml toml ini cfg conf sql ' +
  'html htm css js mjs cjs jsx ts mts cts tsx vue svelte sh bash zsh ps1 bat py rb go rs java kt c h cc cpp hpp cs swift ' +
  'php pl lua r'
).split(' ');

/**
 * The media types that the APIs take, with each API's own spelling. Sources, of November 2026:
 * Developer: ai.google.dev/gemini-api/docs, the pages on images, audio, video, documents and file input methods.
 * Vertex: the model pages and audio, video, image and document understanding of Vertex AI; and the older model
 * reference, whose list adds audio/mp3, video/avi and video/wmv.
 */
const MEDIA_TYPES: readonly MediaType[] = [
  // Both list image/png, jpeg, webp, heic, heif; "image/jpg" is refused (400, unsupported MIME type).
  { type: 'image/jpeg', aliases: ['image/jpg', 'image/pjpeg'], extensions: ['jpg', 'jpeg', 'jpe', 'jfif'] },
  { type: 'image/png', aliases: ['image/apng', 'image/x-png'], extensions: ['png', 'apng'] },
  { type: 'image/webp', extensions: ['webp'] },
  { type: 'image/heic', aliases: ['image/heic-sequence'], extensions: ['heic', 'heics'] },
  { type: 'image/heif', aliases: ['image/heif-sequence'], extensions: ['heif', 'heifs', 'hif', 'heic'] },

  // Both list video/mp4, mpeg, webm, 3gpp and x-flv.
  {
    type: 'video/mp4',
    aliases: ['video/x-m4v', 'application/mp4'],
    extensions: ['mp4', 'm4v', 'mp4v', 'f4v', 'm4p'],
  },
  // Developer: video/mov. Vertex: video/quicktime; its older list has video/mov.
  { type: 'video/quicktime', aliases: ['video/mov'], extensions: ['mov', 'qt'], developer: 'video/mov' },
  {
    type: 'video/mpeg',
    aliases: ['video/mpg', 'video/mpegs', 'video/mpegps', 'video/mp1s', 'video/mp2p'],
    extensions: ['mpg', 'mpeg', 'mpe', 'm1v', 'm2v'],
  },
  { type: 'video/webm', extensions: ['webm'] },
  // Developer and the older Vertex list: video/avi, video/wmv.
  { type: 'video/avi', aliases: ['video/x-msvideo', 'video/msvideo', 'video/vnd.avi'], extensions: ['avi'] },
  {
    type: 'video/wmv',
    aliases: ['video/x-ms-wmv', 'video/x-ms-asf', 'application/vnd.ms-asf'],
    extensions: ['wmv', 'asf'],
  },
  { type: 'video/x-flv', aliases: ['video/flv'], extensions: ['flv'] },
  { type: 'video/3gpp', aliases: ['video/3gp', 'video/3gpp2'], extensions: ['3gp', '3gpp', '3g2'] },

  // Developer: audio/mp3. Vertex lists audio/mp3 and audio/mpeg; its samples send audio/mpeg.
  {
    type: 'audio/mpeg',
    aliases: ['audio/mp3', 'audio/x-mp3', 'audio/x-mpeg', 'audio/mpeg3', 'audio/mpga'],
    extensions: ['mp3', 'mp2', 'mpga'],
    developer: 'audio/mp3',
  },
  {
    type: 'audio/wav',
    aliases: ['audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
    extensions: ['wav', 'wave'],
  },
  { type: 'audio/flac', aliases: ['audio/x-flac'], extensions: ['flac'] },
  {
    type: 'audio/ogg',
    aliases: ['audio/opus', 'audio/vorbis', 'audio/x-ogg', 'application/ogg'],
    extensions: ['ogg', 'oga', 'opus', 'spx'],
  },
  // Developer: audio/aac. Vertex: audio/x-aac.
  {
    type: 'audio/aac',
    aliases: ['audio/x-aac', 'audio/aacp'],
    extensions: ['aac', 'adts'],
    vertex: 'audio/x-aac',
  },
  // Vertex does not list AIFF.
  { type: 'audio/aiff', aliases: ['audio/x-aiff'], extensions: ['aiff', 'aif', 'aifc'] },
  // Vertex lists audio/m4a and audio/mp4; the Developer API has been seen to take audio/m4a.
  {
    type: 'audio/mp4',
    aliases: ['audio/x-m4a', 'audio/m4a', 'audio/x-m4b'],
    extensions: ['m4a', 'm4b', 'm4r', 'f4a', 'mp4'],
    developer: 'audio/m4a',
    vertex: 'audio/m4a',
  },
  { type: 'audio/webm', extensions: ['weba', 'webm'] },

  { type: 'application/pdf', aliases: ['application/x-pdf'], extensions: ['pdf'] },
  // Developer: text/* as text, with text/rtf named. Vertex: text/plain only.
  { type: 'text/rtf', aliases: ['application/rtf'], extensions: ['rtf'], vertex: 'text/plain' },
  {
    type: 'text/plain',
    extensions: TEXT_EXTENSIONS,
  },
];

const BY_NAME = new Map(
  MEDIA_TYPES.flatMap((row) => [row.type, ...(row.aliases ?? [])].map((name) => [name, row])),
);

/**
 * The type in this program's spelling, without parameters: "audio/x-wav" is "audio/wav", any kind of text "text/plain".
 * @returns undefined for a type that the APIs do not take
 */
export function knownType(mimeType: string): string | undefined {
  const bare = withoutParameters(mimeType);
  return BY_NAME.get(bare)?.type ?? (isText(bare) ? 'text/plain' : undefined);
}

/** The type as this API spells it; a type we do not know passes unchanged. */
export function apiMimeType(mimeType: string, names: BackendLimits['mimeNames']): string {
  const known = knownType(mimeType);
  const row = known === undefined ? undefined : BY_NAME.get(known);
  return row?.[names] ?? row?.type ?? mimeType;
}

/** What kind of medium a type is; PDF, text and whatever is neither image, audio nor video are documents. */
export function kindOf(mimeType: string): MediaKind {
  const [kind] = (knownType(mimeType) ?? withoutParameters(mimeType)).split('/');
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document';
}

/** The type that a file's name promises, for the extensions in the table. */
export function typeOfExtension(name: string): string | undefined {
  const extension = extensionOf(name);
  return MEDIA_TYPES.find((row) => row.extensions.includes(extension))?.type;
}

/** True where this content under this name is no surprise. */
export function isUsualExtension(type: string, name: string): boolean {
  return BY_NAME.get(type)?.extensions.includes(extensionOf(name)) ?? false;
}

/** Lower case, without the dot; '' for none. A web address without a path has none: example.com. */
export function extensionOf(name: string): string {
  return /^https?:\/\/[^/]*\/?$/.test(name) ? '' : extname(name).slice(1).toLowerCase();
}

function withoutParameters(mimeType: string): string {
  return (mimeType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** Text whatever its name: the APIs read it as text/plain, also SVG, which is no image to them. */
function isText(bare: string): boolean {
  return (
    /^text\/|\+(json|xml|yaml)$/.test(bare) ||
    /^application\/(x-)?(json|json5|jsonl|ndjson|xml|yaml|toml|sql|(java|ecma|type)script|sh|python|perl|php|httpd-php|tex|latex|subrip|graphql)$/.test(
      bare,
    )
  );
}
