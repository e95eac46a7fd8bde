import { oneLine } from '../terminal/sanitize.ts';
import type { Blob } from '../wire/generate-content.ts';
import { extensionOf } from './extensions.ts';
import { type PcmFormat, pcmFormatOf, wavFile } from './pcm.ts';

/** An image, a recording or another file in an answer. */
export type Medium = {
  /** For messages: harmless and short, whatever the server said. */
  readonly type: string;
  /** From an allow-list, without a dot. */
  readonly extension: string;
  readonly bytes: Buffer;
};

export type MediaReader = {
  /** Takes the inlineData of a part. */
  add(blob: Partial<Blob>): Promise<void>;
  /** Whether a recording is under way. */
  readonly recording: boolean;
  /** Ends it: something else follows. */
  flush(): Promise<void>;
};

export type MediaReaderOptions = {
  take(medium: Medium): Promise<void>;
  /** Called for a medium without readable bytes. */
  onEmpty(type: string): void;
};

/**
 * Makes media of inlineData parts. Speech comes as raw samples, in as many parts as the service likes: what comes in
 * a row is one recording, as a WAV file. Every other part is a medium of its own.
 */
export function createMediaReader({ take, onEmpty }: MediaReaderOptions): MediaReader {
  let samples: { mimeType: string; format: PcmFormat; pieces: Buffer[] } | undefined;

  const flush = async () => {
    if (!samples) return;
    const { mimeType, format, pieces } = samples;
    samples = undefined;
    await take({ type: shown(mimeType), extension: 'wav', bytes: wavFile(pieces, format) });
  };
  return {
    flush,
    get recording() {
      return samples !== undefined;
    },
    async add({ mimeType: given, data }) {
      const mimeType = typeof given === 'string' ? given : '';
      const bytes = typeof data === 'string' ? Buffer.from(data, 'base64') : Buffer.alloc(0);
      const format = pcmFormatOf(mimeType);
      if (samples && samples.mimeType !== mimeType) await flush();
      if (bytes.length === 0) {
        // The last piece of a recording may hold nothing.
        if (!format) onEmpty(shown(mimeType));
      } else if (format) {
        samples ??= { mimeType, format, pieces: [] };
        samples.pieces.push(bytes);
      } else {
        await take({ type: shown(mimeType), extension: extensionOf(mimeType), bytes });
      }
    },
  };
}

function shown(mimeType: string): string {
  return oneLine(mimeType.slice(0, 80)) || 'file of no type';
}
