import type { BackendLimits } from '../../backends/backend.ts';
import type { Context } from '../../context.ts';
import { InputError } from '../../errors.ts';
import { displayName } from '../../media/display-name.ts';
import { apiMimeType } from '../../media/media-types.ts';
import type { Medium } from '../../media/medium.ts';
import { type Cutter, openSound } from '../../media/sound/open-sound.ts';
import type { Sound } from '../../media/sound/sound.ts';
import type { Span } from '../../transcript/transcript.ts';
import { uploadMode } from '../prompt-options.ts';
import type { TranscribeOptions } from './options.ts';

/** What is sent so that a span of a medium is heard. */
export type Excerpt = {
  readonly medium: Medium;
  /** Where in the whole its second 0 is: what has to be added to the times in the answer. */
  readonly zero: number;
  /** The span to ask for in words, where more is sent than that. */
  readonly asked: Span | undefined;
  /** The medium is sent with the other questions too. */
  readonly sentAgain?: boolean;
};

/** A medium as something to be sent in parts. */
export type Excerpts = {
  /** What is to be transcribed, in seconds of the whole; it ends at infinity where nobody knows how long it is. */
  readonly range: Span;
  /** Where nobody speaks; looked for when first asked. */
  silences(): Promise<readonly Span[]>;
  /** Seconds that fit into one request; infinity where that is no matter. */
  longest(): Promise<number>;
  of(span: Span): Promise<Excerpt>;
};

/** The excerpts of a medium for one who is asked. */
export function excerptsFor(
  context: Pick<Context, 'env' | 'signal' | 'config' | 'uploader'>,
  { cutter }: Pick<TranscribeOptions, 'cutter'>,
  { limits }: { readonly limits: BackendLimits },
  medium: Medium,
  seconds: number | undefined,
): Excerpts {
  const { env, signal } = context;
  const canUpload = uploadMode(context) !== 'never' && context.uploader(limits.uriSchemes) !== undefined;
  return excerptsOf(medium, { seconds, cutter, limits, canUpload, env, signal });
}

export type ExcerptOptions = {
  /** Length of the medium, as far as its headers tell. */
  readonly seconds: number | undefined;
  readonly cutter: Cutter;
  readonly limits: BackendLimits;
  /** What does not fit into a request can be uploaded. */
  readonly canUpload: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

/**
 * A recording that goes as a whole is sent as it is. Pieces are cut out of it, and a video is sent as its sound, where
 * somebody here can cut; otherwise the whole is sent each time, and the service is asked for a part of it.
 */
export function excerptsOf(medium: Medium, options: ExcerptOptions): Excerpts {
  const { seconds, limits, canUpload } = options;
  const { content } = medium;
  const fits = canUpload || 'uri' in content || content.bytes.byteLength <= roomFor(limits);
  const { startSeconds: start = 0, endSeconds, ...others } = medium.options;
  const length = seconds ?? Number.POSITIVE_INFINITY;
  const end = Math.min(endSeconds ?? length, length);
  if (start >= length) {
    throw new InputError(
      `${displayName(medium.name)} ends after ${length.toFixed(1)} s, before its "t=" begins`,
    );
  }
  const range = { start, end };
  const isPart = start > 0 || end < length;
  // No service hears a part of audio: what of it is meant is cut out, or asked for in words.
  const heard = medium.kind === 'audio' && isPart ? { ...medium, options: others } : medium;
  let opened: Promise<Sound | undefined> | undefined;
  const sound = () => {
    opened ??= openSound(medium, options);
    return opened;
  };
  let silences: Promise<readonly Span[]> | undefined;
  return {
    range,
    silences: () => {
      silences ??= sound().then((own) => own?.silences() ?? []);
      return silences;
    },
    async longest() {
      const own = fits ? undefined : await sound();
      return own ? Math.floor(roomFor(limits) / own.bytesPerSecond) : Number.POSITIVE_INFINITY;
    },
    async of(span) {
      const whole = span.start <= start && span.end >= end;
      if (whole && fits && medium.kind === 'audio' && !isPart) return { medium, zero: 0, asked: undefined };
      const own = await sound();
      if (own) {
        const piece = await own.cut(span.start, Math.min(span.end, Math.max(own.seconds, span.start)));
        const mimeType = apiMimeType(piece.mimeType, limits.mimeNames);
        const cut = {
          name: medium.name,
          kind: 'audio' as const,
          mimeType,
          content: { bytes: piece.bytes },
          options: {},
        };
        return { medium: cut, zero: piece.start, asked: undefined };
      }
      const known = Number.isFinite(span.end);
      const asked = known ? span : undefined;
      if (medium.kind === 'audio')
        return { medium: heard, zero: 0, asked: whole && !isPart ? undefined : asked, sentAgain: !whole };
      if (whole) return { medium, zero: 0, asked: undefined };
      const ranged = {
        ...medium.options,
        startSeconds: span.start,
        ...(known && { endSeconds: span.end }),
      };
      return { medium: { ...medium, options: ranged }, zero: 0, asked, sentAgain: true };
    },
  };
}

/** Bytes of media in a request: as base64, with the prompt and the schema beside it. */
function roomFor({ requestBytes }: BackendLimits): number {
  return Math.max(0, requestBytes - BESIDE_MEDIA_BYTES) * 0.75;
}

const BESIDE_MEDIA_BYTES = 64 * 1024;
