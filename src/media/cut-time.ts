import type { ByteSource } from '../byte-source.ts';
import { InputError, UsageError } from '../errors.ts';
import { displayName } from './display-name.ts';
import type { Medium } from './medium.ts';
import { openSound } from './sound/open-sound.ts';

/**
 * The part of a recording that its `#t=` names, as a recording of its own: of audio, the services hear all they get.
 * WAV and MP3 are cut here, at the nearest border of a sample or frame; nothing of them is held in memory.
 * @throws UsageError for another format; InputError when the recording is over before that part begins
 */
export async function cutTime(medium: Medium, { signal }: { readonly signal: AbortSignal }): Promise<Medium> {
  const { startSeconds = 0, endSeconds, ...options } = medium.options;
  const name = displayName(medium.name);
  const sound = await openSound(medium, { cutter: 'own', env: {}, signal, seconds: undefined });
  if (!sound) {
    throw new UsageError(`${name}: "t=" is for videos, WAV and MP3: of other audio the services hear all`, {
      hint: 'cut it first, for example with ffmpeg -ss and -to',
    });
  }
  if (startSeconds >= sound.seconds) {
    throw new InputError(`${name} ends after ${sound.seconds.toFixed(1)} s, before its "t=" begins`);
  }
  const piece = await sound.cut(startSeconds, Math.min(endSeconds ?? sound.seconds, sound.seconds));
  const bytes: ByteSource = { ...piece.bytes, name: medium.name };
  return { ...medium, content: { bytes }, options };
}
