import { essenceOf } from './extensions.ts';

/** Raw samples: signed, 16 bits, little-endian as the speech models send them, whatever RFC 2586 says of audio/L16. */
export type PcmFormat = { readonly rate: number; readonly channels: number };

/** What the speech models send. */
const DEFAULT: PcmFormat = { rate: 24_000, channels: 1 };

/** The format of raw samples such as `audio/L16;codec=pcm;rate=24000`; undefined for any other type. */
export function pcmFormatOf(mimeType: string): PcmFormat | undefined {
  const essence = essenceOf(mimeType);
  if (essence !== 'audio/l16' && essence !== 'audio/pcm') return undefined;
  const parameter = (name: string, fallback: number, most: number) => {
    const value = Number(new RegExp(`;\\s*${name}\\s*=\\s*"?(\\d{1,9})\\b`, 'i').exec(mimeType)?.[1]);
    return value >= 1 && value <= most ? value : fallback;
  };
  return {
    rate: parameter('rate', DEFAULT.rate, 768_000),
    channels: parameter('channels', DEFAULT.channels, 32),
  };
}

/** A WAV file of raw samples. @param pieces of the samples; a sample may be cut in two by them */
export function wavFile(pieces: readonly Buffer[], { rate, channels }: PcmFormat): Buffer {
  const length = pieces.reduce((total, piece) => total + piece.length, 0);
  const frame = channels * 2;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + length + (length % 2), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * frame, 28);
  header.writeUInt16LE(frame, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(length, 40);
  // A chunk of odd length is followed by a byte that it does not count.
  return Buffer.concat([header, ...pieces, Buffer.alloc(length % 2)]);
}
