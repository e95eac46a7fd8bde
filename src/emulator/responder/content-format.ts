/** The kinds of input that tokens are counted by. */
export type Modality = 'TEXT' | 'IMAGE' | 'AUDIO' | 'VIDEO' | 'DOCUMENT';

/** What bytes are by their first bytes: a name for people, and the MIME types under which it is sent rightly. */
export type ContentFormat = {
  readonly name: string;
  readonly modality: Modality;
  readonly types: readonly string[];
};

/** @returns undefined for text and for what is not in the table */
export function formatOf(bytes: Buffer): ContentFormat | undefined {
  return FORMATS.find((format) => format.matches(bytes));
}

/** True for a MIME type whose content has a signature in the table. */
export function hasSignature(mimeType: string): boolean {
  return FORMATS.some((format) => format.types.includes(mimeType));
}

const starts = (...prefixes: string[]) => {
  const wanted = prefixes.map((prefix) => Buffer.from(prefix, 'latin1'));
  return (bytes: Buffer) => wanted.some((prefix) => bytes.subarray(0, prefix.length).equals(prefix));
};
const holds = (text: string, offset: number) => (bytes: Buffer) => {
  return bytes.subarray(offset, offset + text.length).equals(Buffer.from(text, 'latin1'));
};
const riff = (form: string) => (bytes: Buffer) => starts('RIFF')(bytes) && holds(form, 8)(bytes);
/** A first box of one of these types. Its size begins with a zero, which sets it apart from words in a text. */
const box = (pattern: RegExp) => (bytes: Buffer) =>
  bytes[0] === 0 && pattern.test(bytes.toString('latin1', 4, 12));
const brand = (pattern: string) => box(new RegExp(`^ftyp(${pattern})$`));

const MP4_TYPES = [
  'video/mp4',
  'audio/mp4',
  'audio/m4a',
  'audio/x-m4a',
  'video/x-m4v',
  'video/3gpp',
  'video/quicktime',
];
const MOV_TYPES = ['video/quicktime', 'video/mov', 'video/mp4'];

/** The formats that the APIs take and a few more, by published magic numbers; the first that fits wins. */
const FORMATS: readonly (ContentFormat & { readonly matches: (bytes: Buffer) => boolean })[] = [
  { name: 'JPEG', modality: 'IMAGE', types: ['image/jpeg', 'image/jpg'], matches: starts('\xff\xd8\xff') },
  { name: 'PNG', modality: 'IMAGE', types: ['image/png'], matches: starts('\x89PNG\r\n\x1a\n') },
  { name: 'GIF', modality: 'IMAGE', types: ['image/gif'], matches: starts('GIF87a', 'GIF89a') },
  { name: 'WebP', modality: 'IMAGE', types: ['image/webp'], matches: riff('WEBP') },
  {
    name: 'BMP',
    modality: 'IMAGE',
    types: ['image/bmp', 'image/x-ms-bmp'],
    matches: (bytes) => starts('BM')(bytes) && holds('\0\0\0\0', 6)(bytes),
  },
  { name: 'TIFF', modality: 'IMAGE', types: ['image/tiff'], matches: starts('II*\0', 'MM\0*') },
  { name: 'AVIF', modality: 'IMAGE', types: ['image/avif'], matches: brand('avi[fs]') },
  {
    name: 'HEIF',
    modality: 'IMAGE',
    types: ['image/heic', 'image/heif'],
    matches: brand('he(ic|ix|im|is|vc|vx)|mif1|msf1'),
  },
  { name: 'PDF', modality: 'DOCUMENT', types: ['application/pdf'], matches: starts('%PDF-') },
  {
    name: 'WAV',
    modality: 'AUDIO',
    types: ['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
    matches: riff('WAVE'),
  },
  { name: 'FLAC', modality: 'AUDIO', types: ['audio/flac', 'audio/x-flac'], matches: starts('fLaC') },
  {
    name: 'Ogg',
    modality: 'AUDIO',
    types: ['audio/ogg', 'audio/opus', 'video/ogg', 'application/ogg'],
    matches: starts('OggS'),
  },
  {
    name: 'AIFF',
    modality: 'AUDIO',
    types: ['audio/aiff', 'audio/x-aiff'],
    matches: (bytes) => starts('FORM')(bytes) && (holds('AIFF', 8)(bytes) || holds('AIFC', 8)(bytes)),
  },
  { name: 'MPEG-4 audio', modality: 'AUDIO', types: MP4_TYPES, matches: brand('M4[AB] ') },
  { name: 'QuickTime', modality: 'VIDEO', types: MOV_TYPES, matches: brand('qt  ') },
  { name: 'MPEG-4', modality: 'VIDEO', types: MP4_TYPES, matches: box(/^ftyp/) },
  {
    name: 'QuickTime',
    modality: 'VIDEO',
    types: MOV_TYPES,
    matches: box(/^(moov|mdat|wide)/),
  },
  {
    name: 'Matroska or WebM',
    modality: 'VIDEO',
    types: ['video/webm', 'audio/webm', 'video/x-matroska', 'audio/x-matroska'],
    matches: starts('\x1aE\xdf\xa3'),
  },
  {
    name: 'AVI',
    modality: 'VIDEO',
    types: ['video/avi', 'video/x-msvideo', 'video/msvideo'],
    matches: riff('AVI '),
  },
  {
    name: 'Windows Media',
    modality: 'VIDEO',
    types: ['video/wmv', 'video/x-ms-wmv', 'video/x-ms-asf', 'audio/x-ms-wma'],
    matches: starts('\x30\x26\xb2\x75\x8e\x66\xcf\x11'),
  },
  { name: 'Flash Video', modality: 'VIDEO', types: ['video/x-flv', 'video/flv'], matches: starts('FLV\x01') },
  {
    name: 'MPEG',
    modality: 'VIDEO',
    types: ['video/mpeg', 'video/mpg', 'video/mpegs', 'video/mpegps'],
    matches: starts('\0\0\x01\xba', '\0\0\x01\xb3'),
  },
  {
    name: 'AAC',
    modality: 'AUDIO',
    types: ['audio/aac', 'audio/x-aac', 'audio/aacp'],
    matches: (bytes) => bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xf6) === 0xf0,
  },
  {
    name: 'MP3',
    modality: 'AUDIO',
    types: ['audio/mpeg', 'audio/mp3', 'audio/mpga', 'audio/x-mp3'],
    matches: (bytes) => (starts('ID3')(bytes) && (bytes[3] ?? 0xff) < 0x10) || isMpegAudioFrame(bytes),
  },
];

/** A frame header: sync bits, a layer, a sampling rate and a bit rate that exist. */
function isMpegAudioFrame(bytes: Buffer): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  const synced = first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0;
  return synced && (third & 0x0c) !== 0x0c && (third & 0xf0) !== 0xf0;
}
