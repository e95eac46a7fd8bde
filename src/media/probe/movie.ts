import { InputError } from '../../errors.ts';
import { displayName } from '../display-name.ts';
import type { MediaFacts } from '../medium.ts';
import type { RandomAccess } from './random-access.ts';

/** A box of an ISO base media file (ISO/IEC 14496-12) or an atom of QuickTime: its type and where its content is. */
type Box = { readonly type: string; readonly start: number; readonly end: number };

/** A hostile file may consist of empty boxes. */
const MAX_BOXES = 100_000;

type Found = {
  seconds?: number | undefined;
  sound: boolean;
  picture: boolean;
  width?: number;
  height?: number;
};

/**
 * Length, sound and size of an MP4, QuickTime or 3GP file, by its movie header: the headers of its boxes are read, not
 * their content. music-metadata is not used for these, since it knows the length of sound tracks only.
 * @throws InputError when it has no movie header, as a recording that was not finished
 */
export async function probeMovie(access: RandomAccess, name: string): Promise<MediaFacts> {
  const budget = { boxes: MAX_BOXES };
  const fragments: FragmentIndex = { seconds: 0, track: undefined };
  let found: Found | undefined;
  for await (const box of boxes(access, 0, access.size, budget)) {
    if (box.type === 'moov') found = await readMovie(access, box, budget);
    // A file of fragments has its length, if at all, in an index before each of them or one before all.
    if (box.type === 'sidx') await addFragments(access, box, fragments);
    if (found?.seconds !== undefined) break;
  }
  if (found) return facts(found, fragments);
  if (budget.boxes <= 0) return {};
  throw new InputError(
    `${displayName(name)} is a broken recording: its index (moov) is missing, as in a file that is cut short`,
    { hint: 'record or fetch it again, or repair it, for example with: ffmpeg -i FILE -c copy out.mp4' },
  );
}

function facts({ seconds, sound, picture, width, height }: Found, fragments: FragmentIndex): MediaFacts {
  const length = seconds ?? fragments.seconds;
  return {
    ...(length > 0 ? { seconds: length } : {}),
    ...(picture ? { sound } : {}),
    ...(width && height ? { width, height } : {}),
  };
}

async function readMovie(access: RandomAccess, movie: Box, budget: { boxes: number }): Promise<Found> {
  const found: Found = { sound: false, picture: false };
  for await (const box of boxes(access, movie.start, movie.end, budget)) {
    if (box.type === 'mvhd') found.seconds ??= headerSeconds(await access.read(box.start, 32));
    if (box.type === 'mvex' && found.seconds === undefined) {
      const timescale = await timescaleOf(access, movie, budget);
      const extended = await child(access, box, 'mehd', budget);
      const units = extended && wideOrNarrow(await access.read(extended.start, 12), 4);
      if (units && timescale) found.seconds = units / timescale;
    }
    if (box.type === 'trak') await readTrack(access, box, found, budget);
  }
  return found;
}

async function readTrack(
  access: RandomAccess,
  track: Box,
  found: Found,
  budget: { boxes: number },
): Promise<void> {
  const media = await child(access, track, 'mdia', budget);
  const handler = media && (await child(access, media, 'hdlr', budget));
  const kind = handler && (await access.read(handler.start + 8, 4)).toString('latin1');
  if (kind === 'soun') found.sound = true;
  if (kind !== 'vide') return;
  found.picture = true;
  const header = await child(access, track, 'tkhd', budget);
  if (!header) return;
  // Width and height are the last 8 bytes: 16.16 fixed point.
  const size = await access.read(header.end - 8, 8);
  if (size.length === 8) {
    found.width ??= size.readUInt16BE(0);
    found.height ??= size.readUInt16BE(4);
  }
}

/** 8.2.2: version 1 has times of 64 bits. Zero stands in files that are written as they are recorded. */
function headerSeconds(header: Buffer): number | undefined {
  if (header.length < 32) return undefined;
  const long = header[0] === 1;
  const timescale = header.readUInt32BE(long ? 20 : 12);
  const duration = long ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16);
  const unknown = duration === 0 || duration >= (long ? 2 ** 63 : 0xffff_ffff);
  return timescale > 0 && !unknown ? duration / timescale : undefined;
}

async function timescaleOf(access: RandomAccess, movie: Box, budget: { boxes: number }): Promise<number> {
  const header = await child(access, movie, 'mvhd', budget);
  const bytes = header ? await access.read(header.start, 32) : Buffer.alloc(0);
  return bytes.length < 32 ? 0 : bytes.readUInt32BE(bytes[0] === 1 ? 20 : 12);
}

/** A field after version and flags that is 8 bytes long in version 1, else 4. */
function wideOrNarrow(bytes: Buffer, at: number): number | undefined {
  if (bytes[0] === 1) return bytes.length >= at + 8 ? Number(bytes.readBigUInt64BE(at)) : undefined;
  return bytes.length >= at + 4 ? bytes.readUInt32BE(at) : undefined;
}

/** Seconds that the indexes of fragments (8.16.3) add up to; those of the first track named count. */
type FragmentIndex = { seconds: number; track: number | undefined };

async function addFragments(access: RandomAccess, box: Box, index: FragmentIndex): Promise<void> {
  const bytes = await access.read(box.start, Math.min(box.end - box.start, 1024 * 1024));
  const first = bytes[0] === 1 ? 32 : 24;
  if (bytes.length < first) return;
  index.track ??= bytes.readUInt32BE(4);
  const timescale = bytes.readUInt32BE(8);
  if (timescale === 0 || bytes.readUInt32BE(4) !== index.track) return;
  for (let at = first; at + 12 <= bytes.length; at += 12) {
    // The highest bit marks a reference to a further index, which is added itself.
    if ((bytes.readUInt32BE(at) & 0x8000_0000) === 0) index.seconds += bytes.readUInt32BE(at + 4) / timescale;
  }
}

async function child(
  access: RandomAccess,
  parent: Box,
  type: string,
  budget: { boxes: number },
): Promise<Box | undefined> {
  for await (const box of boxes(access, parent.start, parent.end, budget)) {
    if (box.type === type) return box;
  }
  return undefined;
}

/** The boxes between two places. One that claims to go on behind them ends there. */
async function* boxes(
  access: RandomAccess,
  start: number,
  end: number,
  budget: { boxes: number },
): AsyncGenerator<Box> {
  let position = start;
  while (position + 8 <= end && budget.boxes-- > 0) {
    const header = await access.read(position, 16);
    if (header.length < 8) return;
    const narrow = header.readUInt32BE(0);
    const wide = narrow === 1 && header.length === 16;
    const size = wide ? Number(header.readBigUInt64BE(8)) : narrow === 0 ? end - position : narrow;
    const headerSize = wide ? 16 : 8;
    if (size < headerSize) return;
    const boxEnd = Math.min(position + size, end);
    yield { type: header.toString('latin1', 4, 8), start: position + headerSize, end: boxEnd };
    position = boxEnd;
  }
}
