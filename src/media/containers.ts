/** Of an MP4 (ISO/IEC 14496-12) or WebM file: sound alone or pictures too, when its first bytes tell. */
export function tracksOf(head: Buffer): 'audio' | 'video' | undefined {
  if (head.toString('latin1', 4, 8) === 'ftyp') return mp4Tracks(head);
  if (head.readUInt32BE(0) === 0x1a45dfa3) return webmTracks(head);
  return undefined;
}

/** The brands of an ISO file: the major one and the compatible ones. `mif1` alone does not say HEIC or AVIF. */
export function isoBrands(head: Buffer): string[] {
  if (head.toString('latin1', 4, 8) !== 'ftyp') return [];
  const end = Math.min(head.readUInt32BE(0), head.length - 3);
  const brands = [head.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4));
  return brands;
}

/**
 * A handler box names each track: "vide" or "soun". Sound alone is certain only when all of `moov` was seen; in many
 * files it stands at the end.
 */
function mp4Tracks(head: Buffer): 'audio' | 'video' | undefined {
  let sound = false;
  for (let at = head.indexOf('hdlr'); at >= 0; at = head.indexOf('hdlr', at + 4)) {
    const handler = head.toString('latin1', at + 12, at + 16);
    if (handler === 'vide') return 'video';
    if (handler === 'soun') sound = true;
  }
  const movie = head.indexOf('moov');
  const whole = movie >= 4 && movie - 4 + head.readUInt32BE(movie - 4) <= head.length;
  return sound && whole ? 'audio' : undefined;
}

/** CodecID elements (0x86) start with "V_" or "A_"; all tracks are listed before the first cluster (0x1F43B675). */
function webmTracks(head: Buffer): 'audio' | 'video' | undefined {
  const cluster = head.indexOf(Buffer.from([0x1f, 0x43, 0xb6, 0x75]));
  const tracks = head.toString('latin1', 0, cluster < 0 ? head.length : cluster);
  if (/\x86[\x81-\xff]V_/.test(tracks)) return 'video';
  return cluster >= 0 && /\x86[\x81-\xff]A_/.test(tracks) ? 'audio' : undefined;
}
