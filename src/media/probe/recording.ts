import type { MediaFacts } from '../medium.ts';
import { probeAvi } from './avi.ts';
import { probeFlv } from './flv.ts';
import { probeMovie } from './movie.ts';
import { probeMusic } from './music.ts';
import { probeProgramStream } from './program-stream.ts';
import type { RandomAccess } from './random-access.ts';

/** First atoms of MP4 and of old QuickTime files, which have no `ftyp`. */
const FIRST_BOXES = ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot'];

/** Length, sound and size of a recording or video, by the container that its first bytes tell. */
export async function probeRecording(
  access: RandomAccess,
  name: string,
  mimeType: string | undefined,
): Promise<MediaFacts> {
  const head = await access.read(0, 12);
  const word = (start: number, end: number) => head.toString('latin1', start, end);
  if (FIRST_BOXES.includes(word(4, 8))) return probeMovie(access, name);
  if (word(0, 4) === 'RIFF' && word(8, 12) === 'AVI ') return probeAvi(access);
  if (word(0, 3) === 'FLV') return probeFlv(access);
  if (word(0, 4) === '\0\0\x01\xba') return probeProgramStream(access);
  return probeMusic(access, mimeType);
}
