/**
 * Length and sound of an audio or video file.
 * @returns nothing of what the bytes do not tell
 */
export async function readRecording(
  bytes: Buffer,
  mimeType?: string,
): Promise<{ seconds?: number; sound?: boolean }> {
  const { parseBuffer } = await import('music-metadata');
  const movie = movieSeconds(bytes);
  try {
    const { format } = await parseBuffer(bytes, mimeType === undefined ? undefined : { mimeType }, {
      duration: true,
      skipCovers: true,
    });
    const seconds = movie ?? format.duration;
    return {
      ...(seconds === undefined || !Number.isFinite(seconds) ? {} : { seconds }),
      ...(format.hasAudio === undefined ? {} : { sound: format.hasAudio }),
    };
  } catch {
    // Broken, or a format that the library does not know.
    return movie === undefined ? {} : { seconds: movie };
  }
}

/**
 * The length in the movie header of an MPEG-4 or QuickTime file (ISO/IEC 14496-12, 8.2.2), which counts for pictures
 * without sound too; music-metadata only measures the sound track.
 */
function movieSeconds(bytes: Buffer): number | undefined {
  const movie = box(bytes, 'moov');
  const header = movie === undefined ? undefined : box(movie, 'mvhd');
  if (header === undefined || header.length < 32) return undefined;
  const long = header[0] === 1;
  const timescale = header.readUInt32BE(long ? 20 : 12);
  const duration = long ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16);
  return timescale > 0 && duration > 0 ? duration / timescale : undefined;
}

/** The content of the first box of a type. */
function box(bytes: Buffer, type: string): Buffer | undefined {
  let offset = 0;
  while (offset + 8 <= bytes.length) {
    let head = 8;
    let size = bytes.readUInt32BE(offset);
    if (size === 1 && offset + 16 <= bytes.length) {
      head = 16;
      size = Number(bytes.readBigUInt64BE(offset + 8));
    } else if (size === 0) {
      size = bytes.length - offset;
    }
    if (size < head) return undefined;
    if (bytes.toString('latin1', offset + 4, offset + 8) === type)
      return bytes.subarray(offset + head, offset + size);
    offset += size;
  }
  return undefined;
}
