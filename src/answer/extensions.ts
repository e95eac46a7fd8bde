/**
 * The extensions that a file of an answer may have, by MIME type: names that no program runs when they are opened.
 * Any other type becomes `.bin`.
 */
const EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/jpg', 'jpg'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/wave', 'wav'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
  ['audio/ogg', 'ogg'],
  ['audio/flac', 'flac'],
  ['audio/x-flac', 'flac'],
  ['audio/aac', 'aac'],
  ['audio/mp4', 'mp4'],
  ['audio/webm', 'webm'],
  ['video/mp4', 'mp4'],
  ['video/webm', 'webm'],
  ['application/pdf', 'pdf'],
  ['text/plain', 'txt'],
]);

/** The extension, without a dot. @param mimeType as the server sent it, with or without parameters */
export function extensionOf(mimeType: string): string {
  return EXTENSIONS.get(essenceOf(mimeType)) ?? 'bin';
}

/** Type and subtype alone, in lower case. */
export function essenceOf(mimeType: string): string {
  return (mimeType.split(';', 1)[0] ?? '').trim().toLowerCase();
}
