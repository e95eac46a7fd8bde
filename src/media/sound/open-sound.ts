import type { ByteSource } from '../../byte-source.ts';
import type { Medium } from '../medium.ts';
import type { Sound } from './sound.ts';

/** Who cuts: ffmpeg where it is installed, we ourselves (WAV and MP3), or nobody. */
export type Cutter = 'auto' | 'ffmpeg' | 'own' | 'none';

export type OpenSoundOptions = {
  readonly cutter: Cutter;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Length of the recording by its headers; undefined where they do not tell. */
  readonly seconds: number | undefined;
};

/**
 * The sound of a medium, to be cut; undefined where nobody here can cut it: a format that is not ours without ffmpeg,
 * or a URI.
 */
export async function openSound(medium: Medium, options: OpenSoundOptions): Promise<Sound | undefined> {
  const { cutter, env, signal, seconds } = options;
  const { content, mimeType } = medium;
  if ('uri' in content || cutter === 'none') return undefined;
  const { bytes } = content;
  if (cutter !== 'own' && hasPath(bytes) && seconds !== undefined) {
    const { ffmpegSound, findFfmpeg } = await import('./ffmpeg.ts');
    const ffmpeg = await findFfmpeg(env);
    if (ffmpeg !== undefined) return ffmpegSound(bytes, { ffmpeg, env, signal, seconds });
  }
  if (cutter === 'ffmpeg') return undefined;
  if (/^audio\/(x-)?wav$/.test(mimeType ?? '')) return (await import('./wav.ts')).openWav(bytes, signal);
  if (/^audio\/(mpeg|mp3)$/.test(mimeType ?? '')) return (await import('./mp3.ts')).openMp3(bytes, signal);
  return undefined;
}

function hasPath(source: ByteSource): source is ByteSource & { readonly path: string } {
  return source.path !== undefined;
}
