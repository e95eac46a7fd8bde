import { GeminiError } from '../../errors.ts';
import type { MediaFacts } from '../medium.ts';
import { measureOgg } from './ogg.ts';
import type { RandomAccess } from './random-access.ts';
import { measureFrames } from './sound-frames.ts';

/**
 * Length of sound, or of a WebM or Windows Media file: by its headers, or by its frames where it has none.
 * @returns nothing for a format that is not known, or a length that nothing gives
 */
export async function probeMusic(access: RandomAccess, mimeType: string | undefined): Promise<MediaFacts> {
  if (mimeType === 'audio/ogg') {
    const seconds = await measureOgg(access);
    if (seconds !== undefined) return { seconds };
  }
  const facts = mimeType === 'audio/aac' ? {} : await readHeaders(access, mimeType);
  if (facts.seconds !== undefined || !/^audio\/(mpeg|aac)$/.test(mimeType ?? '')) return facts;
  const seconds = await measureFrames(access);
  return seconds === undefined ? facts : { ...facts, seconds };
}

async function readHeaders(access: RandomAccess, mimeType: string | undefined): Promise<MediaFacts> {
  const { parseBlob } = await import('music-metadata');
  try {
    const { format } = await parseBlob(new AccessBlob(access, 0, access.size, mimeType), {
      skipCovers: true,
    });
    const { duration, hasAudio, hasVideo } = format;
    return {
      ...(duration !== undefined && Number.isFinite(duration) && duration > 0 ? { seconds: duration } : {}),
      ...(hasVideo && hasAudio !== undefined ? { sound: hasAudio } : {}),
    };
  } catch (error) {
    if (error instanceof GeminiError || error instanceof DOMException) throw error;
    return {};
  }
}

/** The library reads a Blob here and there, where it would read a stream to its end. */
class AccessBlob extends Blob {
  readonly #access: RandomAccess;
  readonly #start: number;
  readonly #end: number;

  constructor(access: RandomAccess, start: number, end: number, type: string | undefined) {
    super([], type === undefined ? {} : { type });
    this.#access = access;
    this.#start = start;
    this.#end = end;
    Object.defineProperty(this, 'size', { value: end - start });
  }

  override slice(start = 0, end = this.size): Blob {
    return new AccessBlob(
      this.#access,
      this.#start + start,
      Math.min(this.#start + end, this.#end),
      this.type,
    );
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.#access.read(this.#start, this.#end - this.#start);
    return Uint8Array.from(bytes).buffer;
  }
}
