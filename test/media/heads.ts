/** The first bytes of files of many types, made by hand after the formats' own descriptions. */

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const padded = (...bytes: (Buffer | string)[]) =>
  Buffer.concat([
    ...bytes.map((each) => (typeof each === 'string' ? latin1(each) : each)),
    Buffer.alloc(600, 0x80),
  ]);

const box = (type: string, ...content: Buffer[]) => {
  const body = Buffer.concat(content);
  return Buffer.concat([uint32(8 + body.length), latin1(type), body]);
};
const track = (handler: string) =>
  box('trak', box('mdia', box('hdlr', Buffer.alloc(8), latin1(handler), Buffer.alloc(13))));

/** An ISO base media file: brands (the major one first), then its tracks, or `mdat` first as recorders write it. */
export const iso = (brands: string[], handlers: string[], { movieFirst = true } = {}): Buffer => {
  const [major = 'isom', ...others] = brands;
  const type = box('ftyp', latin1(major), Buffer.alloc(4), ...others.map(latin1));
  const movie = box('moov', box('mvhd', Buffer.alloc(100)), ...handlers.map(track));
  const data = box('mdat', Buffer.alloc(300, 0xe1));
  return Buffer.concat(movieFirst ? [type, movie, data] : [type, data]);
};

const element = (id: number[], ...content: Buffer[]) => {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from(id), Buffer.from([0x40 | (body.length >> 8), body.length & 0xff]), body]);
};
const cluster = Buffer.concat([Buffer.from([0x1f, 0x43, 0xb6, 0x75, 0x41, 0x00]), Buffer.alloc(256, 0xe1)]);
const codec = (id: string) =>
  element([0xae], Buffer.concat([Buffer.from([0x86, 0x80 | id.length]), latin1(id)]));

/** A Matroska or WebM file with one track for each codec. */
export const ebml = (documentType: string, codecs: string[]): Buffer =>
  Buffer.concat([
    element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], latin1(documentType))),
    Buffer.from([0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    element([0x16, 0x54, 0xae, 0x6b], ...codecs.map(codec)),
    cluster,
  ]);

const ogg = (start: string) => padded('OggS', Buffer.alloc(24), start);
const riff = (form: string) => padded('RIFF', Buffer.from([0x24, 0xf0, 0, 0]), form, 'fmt ');
const asf = (streamGuid: string) =>
  padded(
    Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex'),
    Buffer.from('0002000000000000010000000102', 'hex'),
    Buffer.from('9107dcb7b7a9cf118ee600c00c205365', 'hex'),
    Buffer.from('7200000000000000', 'hex'),
    Buffer.from(streamGuid, 'hex'),
  );

/** A zip archive whose entries are stored, as far as their local headers and content. */
const zip = (entries: Record<string, string>) =>
  Buffer.concat(
    Object.entries(entries).map(([name, content]) => {
      const header = Buffer.alloc(30);
      header.write('PK\x03\x04', 'latin1');
      header.writeUInt32LE(content.length, 18);
      header.writeUInt32LE(content.length, 22);
      header.writeUInt16LE(name.length, 26);
      return Buffer.concat([header, latin1(name), latin1(content)]);
    }),
  );

const PNG =
  '\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90\x77\x53\xde';

/** [label, file name, bytes, type]: the type that must be found, mostly under a name that does not help. */
export const TAKEN: readonly (readonly [string, string, Buffer, string])[] = [
  ['JPEG', 'a', padded('\xff\xd8\xff\xe0\x00\x10JFIF\x00'), 'image/jpeg'],
  ['PNG', 'a', padded(PNG, '\x00\x00\x00\x01IDAT'), 'image/png'],
  ['animated PNG', 'a', padded(PNG, '\x00\x00\x00\x08acTL'), 'image/png'],
  ['WebP', 'a', riff('WEBP'), 'image/webp'],
  ['HEIC', 'a', iso(['heic', 'mif1'], []), 'image/heic'],
  ['HEIC sequence', 'a', iso(['hevc'], []), 'image/heic'],
  ['HEIF', 'a', iso(['mif1', 'heic'], []), 'image/heif'],
  ['PDF', 'a', padded('%PDF-1.7\n%\xe2\xe3'), 'application/pdf'],
  ['PDF of ASCII only', 'a', latin1('%PDF-1.4\n1 0 obj\n<<>>\nendobj\n'), 'application/pdf'],
  ['PDF after a preface', 'a', padded('\x00\x01MIME\r\n', '%PDF-1.5\n'), 'application/pdf'],
  [
    'MP3 with ID3',
    'a',
    padded('ID3\x04\x00\x00\x00\x00\x00\x0a', Buffer.alloc(10), '\xff\xfb\x90\x64'),
    'audio/mpeg',
  ],
  [
    'MP3 with a cover in ID3',
    'a',
    padded('ID3\x03\x00\x00\x00\x7f\x7f\x7f', Buffer.alloc(500)),
    'audio/mpeg',
  ],
  ['MP3 without ID3', 'a', padded('\xff\xfb\x90\x64'), 'audio/mpeg'],
  ['MPEG sound, layer 2', 'a', padded('\xff\xfd\x80\x04'), 'audio/mpeg'],
  ['AAC in ADTS', 'a', padded('\xff\xf1\x50\x80'), 'audio/aac'],
  ['AAC in ADTS, MPEG-2', 'a', padded('\xff\xf9\x50\x80'), 'audio/aac'],
  ['WAV', 'a', riff('WAVE'), 'audio/wav'],
  ['FLAC', 'a', padded('fLaC\x00\x00\x00\x22'), 'audio/flac'],
  ['AIFF', 'a', padded('FORM\x00\x00\x10\x00AIFFCOMM'), 'audio/aiff'],
  ['Ogg Opus', 'a', ogg('OpusHead'), 'audio/ogg'],
  ['Ogg Vorbis', 'a', ogg('\x01vorbis\x00'), 'audio/ogg'],
  ['M4A', 'a', iso(['M4A ', 'isom'], ['soun']), 'audio/mp4'],
  ['MP4 with sound alone', 'a.mp4', iso(['isom', 'mp42'], ['soun']), 'audio/mp4'],
  ['MP4 of sound by its name, tracks unseen', 'a.m4a', iso(['isom'], [], { movieFirst: false }), 'audio/mp4'],
  ['MP4', 'a', iso(['isom', 'avc1'], ['soun', 'vide']), 'video/mp4'],
  ['MP4, tracks unseen', 'a', iso(['mp42'], [], { movieFirst: false }), 'video/mp4'],
  ['M4V', 'a', iso(['M4V '], ['vide']), 'video/mp4'],
  ['QuickTime', 'a', iso(['qt  '], ['vide']), 'video/quicktime'],
  ['QuickTime before brands', 'a', padded('\x00\x00\x00\x08wide\x00\x00\x10\x00mdat'), 'video/quicktime'],
  ['3GPP', 'a', iso(['3gp5'], ['vide']), 'video/3gpp'],
  ['3GPP2', 'a', iso(['3g2a'], ['vide']), 'video/3gpp'],
  ['WebM', 'a', ebml('webm', ['A_OPUS', 'V_VP9']), 'video/webm'],
  ['WebM with sound alone', 'recording.webm', ebml('webm', ['A_OPUS']), 'audio/webm'],
  ['AVI', 'a', riff('AVI '), 'video/avi'],
  ['MPEG program stream, MPEG-1', 'a', padded('\x00\x00\x01\xba\x21'), 'video/mpeg'],
  ['MPEG program stream, MPEG-2', 'a', padded('\x00\x00\x01\xba\x44'), 'video/mpeg'],
  ['MPEG video', 'a', padded('\x00\x00\x01\xb3\x16\x00'), 'video/mpeg'],
  ['FLV', 'a', padded('FLV\x01\x05'), 'video/x-flv'],
  ['WMV', 'a', asf('c0ef19bc4d5bcf11a8fd00805f5c442b'), 'video/wmv'],
  ['RTF', 'a', latin1('{\\rtf1\\ansi Hello}'), 'text/rtf'],
  ['text', 'a', latin1('hello\n'), 'text/plain'],
  ['one letter', 'a', latin1('x'), 'text/plain'],
  ['text with a byte order mark', 'a', Buffer.from('\ufeffhello'), 'text/plain'],
  ['text with terminal colours', 'a', latin1('\x1b[31mred\x1b[0m\r\n'), 'text/plain'],
  ['text, cut within a character', 'a', Buffer.from('Grüße 👋').subarray(0, -2), 'text/plain'],
  ['text that starts like a bitmap', 'a', latin1('BMW and others\n'), 'text/plain'],
  ['text that starts like AIFF', 'a', latin1('FORM 1040\n'), 'text/plain'],
  ['text that starts like GIF', 'a', latin1('GIF89a is a format\n'), 'text/plain'],
  ['text about PDF', 'a', latin1('A PDF starts with %PDF-1.7\n'), 'text/plain'],
  ['SVG', 'logo.svg', latin1('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), 'text/plain'],
  ['TypeScript', 'a.ts', latin1('export const a = 1;\n'), 'text/plain'],
  ['subtitles', 'a.vtt', latin1('WEBVTT\n\n'), 'text/plain'],
  ['unknown bytes named as sound', 'a.mp3', Buffer.alloc(64), 'audio/mpeg'],
];

/** [label, file name, bytes, what the message must name] */
export const REFUSED: readonly (readonly [string, string, Buffer, RegExp])[] = [
  ['GIF', 'a', padded('GIF89a\x01\x00'), /image\/gif/],
  ['BMP', 'a', padded('BM\x36\x00\x00\x00\x00\x00'), /image\/bmp/],
  ['JPEG-LS', 'a', padded('\xff\xd8\xff\xf7'), /image\/jls/],
  ['AVIF', 'a', iso(['avif', 'mif1'], []), /image\/avif/],
  ['AVIF under the common brand', 'a', iso(['mif1', 'avif'], []), /image\/avif/],
  ['Matroska', 'a', ebml('matroska', ['V_VP9']), /video\/matroska/],
  ['MPEG transport stream', 'a.ts', transportStream(), /video\/mp2t/],
  ['Ogg Theora', 'a', ogg('\x80theora\x03'), /video\/ogg/],
  ['WMA', 'a', asf('409e69f84d5bcf11a8fd00805f5c442b'), /audio\/x-ms-asf/],
  ['MIDI', 'a', padded('MThd\x00\x00'), /audio\/midi/],
  [
    'Word document',
    'a.docx',
    zip({ '[Content_Types].xml': contentTypes('wordprocessingml.document') }),
    /word processor/,
  ],
  ['spreadsheet', 'a', zip({ '[Content_Types].xml': contentTypes('spreadsheetml.sheet') }), /spreadsheet/],
  ['old Office file', 'a.doc', padded('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), /Office/],
  ['e-book', 'a', zip({ mimetype: 'application/epub+zip' }), /book/],
  ['zip archive', 'a', zip({ 'a.txt': 'hello' }), /archive/],
  ['zip archive of a PDF', 'a', zip({ 'a.pdf': '%PDF-1.7\n' }), /archive/],
  ['gzip archive', 'a', padded('\x1f\x8b\x08\x00\x00'), /archive/],
  ['program', 'a', padded('\x7fELF\x02\x01\x01'), /program/],
  ['Windows program', 'a', padded('MZ\x90\x00'), /program/],
  ['PostScript', 'a.txt', latin1('%!PS-Adobe-3.0\n'), /PostScript/],
  ['UTF-16 text', 'a.txt', Buffer.from('\ufeffhello\n', 'utf16le'), /UTF-16/],
  ['Latin-1 text', 'a.txt', latin1('Gr\xfc\xdfe'), /UTF-8/],
  ['unknown bytes', 'a', Buffer.alloc(64), /neither text nor/],
  ['unknown bytes named as an image', 'a.jpg', Buffer.alloc(64), /image\/jpeg/],
];

function contentTypes(type: string): string {
  return `<Types><Override ContentType="application/vnd.openxmlformats-officedocument.${type}.main+xml"/></Types>`;
}

function transportStream(): Buffer {
  const stream = Buffer.alloc(188 * 4, 0xff);
  for (let at = 0; at < stream.length; at += 188) stream[at] = 0x47;
  return stream;
}
