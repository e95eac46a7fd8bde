/** The kinds of media that the languages tell apart. */
export type MediaKind = 'image' | 'audio' | 'video' | 'document';

/** What kind a MIME type is; what is neither image, audio nor video is a document. */
export function kindOfType(mimeType: string): MediaKind {
  const [kind] = mimeType.toLowerCase().split('/');
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document';
}

/** The word that stands for a type in `format`: audio/mpeg is mp3. */
export function formatOfType(mimeType: string): string {
  const type = (mimeType.toLowerCase().split(';', 1)[0] ?? '').trim();
  const known = FORMATS.find(([, ...types]) => types.includes(type));
  return known?.[0] ?? type.replace(/^[^/]*\/(x-)?/, '');
}

/** The type that a `format` stands for within a kind. */
export function typeOfFormat(format: string, kind: MediaKind): string {
  const word = format.toLowerCase();
  const known = FORMATS.find(([name, type]) => name === word && kindOfType(type) === kind);
  if (known) return known[1];
  return kind === 'document' ? `application/${word}` : `${kind}/${word}`;
}

/** The type that the name at the end of an address promises; undefined when its extension is not known. */
export function typeOfAddress(address: string, kind: MediaKind): string | undefined {
  const path = address.split(/[?#]/, 1)[0] ?? '';
  const extension = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const word = ALIASES.get(extension) ?? extension;
  return FORMATS.find(([name, type]) => name === word && kindOfType(type) === kind)?.[1];
}

/**
 * A format, the type that Gemini's documents use for it, and further names of that type. Sources: the formats that
 * Distributed Cloud's pages on audio, video and documents list, and those of ai.google.dev.
 */
const FORMATS: readonly (readonly [string, string, ...string[]])[] = [
  ['jpeg', 'image/jpeg', 'image/jpg'],
  ['png', 'image/png'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['mp3', 'audio/mp3', 'audio/mpeg'],
  ['wav', 'audio/wav', 'audio/x-wav'],
  ['flac', 'audio/flac', 'audio/x-flac'],
  ['ogg', 'audio/ogg'],
  ['aac', 'audio/aac', 'audio/x-aac'],
  ['aiff', 'audio/aiff', 'audio/x-aiff'],
  ['m4a', 'audio/m4a', 'audio/mp4'],
  ['webm', 'audio/webm'],
  ['mp4', 'video/mp4'],
  ['mov', 'video/mov', 'video/quicktime'],
  ['mpeg', 'video/mpeg', 'video/mpg'],
  ['webm', 'video/webm'],
  ['avi', 'video/avi', 'video/x-msvideo'],
  ['wmv', 'video/wmv', 'video/x-ms-wmv'],
  ['flv', 'video/x-flv'],
  ['3gp', 'video/3gpp'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
];

/** Extensions that are not the format's own name. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['jpg', 'jpeg'],
  ['jpe', 'jpeg'],
  ['qt', 'mov'],
  ['mpg', 'mpeg'],
  ['aif', 'aiff'],
]);
