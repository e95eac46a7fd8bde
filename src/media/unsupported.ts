import { InputError } from '../errors.ts';
import { displayName } from './display-name.ts';

const TO_PDF = 'convert it to PDF first, for example with: soffice --headless --convert-to pdf FILE';

/** What a type is, in words, and what to do with it; the first row that fits. */
const UNSUPPORTED: readonly (readonly [RegExp, string, string])[] = [
  [/wordprocessingml|msword|ms-word|opendocument\.text/, 'a word processor document', TO_PDF],
  [/spreadsheetml|ms-excel|opendocument\.spreadsheet/, 'a spreadsheet', 'save it as CSV or PDF first'],
  [/presentationml|ms-powerpoint|opendocument\.presentation/, 'a presentation', TO_PDF],
  [/x-cfb/, 'an Office document of the old format', TO_PDF],
  [/epub|mobipocket/, 'an electronic book', 'convert it to PDF or text first'],
  [/postscript|\/eps/, 'a PostScript file', 'convert it to PDF first, for example with: ps2pdf FILE'],
  [
    /zip|x-tar|rar|7z|x-xz|zstd|x-lz|cab-comp|x-compress|x-arj|cpio|x-ace|unix-archive|x-deb|x-rpm|java-archive|android\.package/,
    'an archive',
    'unpack it and attach the files in it',
  ],
  [/x-msdownload|x-elf|x-mach-binary|wasm|java-vm/, 'a program', 'attach text, PDF, images, audio or video'],
  [/^image\//, 'an image of another type', 'convert it to PNG or JPEG first'],
  [/^audio\//, 'audio of another type', 'convert it to MP3 first, for example with: ffmpeg -i FILE out.mp3'],
  [/^video\//, 'video of another type', 'convert it to MP4 first, for example with: ffmpeg -i FILE out.mp4'],
];

/** The error for a type that no API takes. */
export function unsupportedType(name: string, mimeType: string): InputError {
  const [, what, hint] = UNSUPPORTED.find(([pattern]) => pattern.test(mimeType)) ?? [
    undefined,
    'a file',
    'attach text, PDF, images, audio or video',
  ];
  return new InputError(`${displayName(name)} is ${what} (${mimeType}), which the model cannot read`, {
    hint,
  });
}
