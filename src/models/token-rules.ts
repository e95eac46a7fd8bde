import { countText, textRule } from './text-tokens.ts';
import type { TokenFamily } from './token-families.ts';

/** What is counted: text, or a medium with what is known of it. */
export type CountedPart = { readonly text: string } | CountedMedium;

export type CountedMedium = {
  readonly kind: 'image' | 'audio' | 'video' | 'document';
  readonly mimeType?: string | undefined;
  readonly facts: {
    readonly width?: number;
    readonly height?: number;
    readonly seconds?: number;
    readonly sound?: boolean;
    readonly pages?: number;
    readonly characters?: number;
    readonly wideCharacters?: number;
  };
  readonly options: {
    readonly startSeconds?: number;
    readonly endSeconds?: number;
    readonly fps?: number;
    readonly resolution?: string;
  };
};

/** A part's tokens by the documented rules, and the rule in words; undefined tokens where the rule lacks a fact. */
export type TokenEstimate = { readonly tokens: number | undefined; readonly rule: string };

/** How finely media are looked at, in the API's own words without their prefix. */
export type MediaResolution = 'LOW' | 'MEDIUM' | 'HIGH' | 'ULTRA_HIGH';

/**
 * Estimates without asking anybody; countTokens of the service gives the real number.
 * @param family undefined for a model whose rules are not known: then only text is estimated
 * @param mediaResolution of the request, such as MEDIA_RESOLUTION_LOW; a part's own goes before it
 */
export function estimateTokens(
  part: CountedPart,
  family: TokenFamily | undefined,
  mediaResolution?: string,
): TokenEstimate {
  if ('text' in part) return { tokens: countText(part.text), rule: textRule };
  const { kind, mimeType, facts } = part;
  if (kind === 'document' && mimeType !== undefined && mimeType !== 'application/pdf') {
    if (facts.characters === undefined) return unknown('its length is not known');
    const wide = facts.wideCharacters ?? 0;
    return { tokens: Math.ceil((facts.characters - wide) / 4) + wide, rule: textRule };
  }
  if (family === undefined) return unknown('no rule is known for this model');
  const resolution = resolutionOf(
    family.ownResolution ? part.options.resolution : undefined,
    mediaResolution,
  );
  if (kind === 'image') return countImage(part, family, resolution);
  if (kind === 'document') return countPages(part, family, resolution);
  return kind === 'audio' ? countSound(part, family) : countVideo(part, family, resolution);
}

function unknown(rule: string): TokenEstimate {
  return { tokens: undefined, rule };
}

function countImage(
  { facts: { width, height } }: CountedMedium,
  family: TokenFamily,
  resolution: MediaResolution | undefined,
): TokenEstimate {
  const size = width === undefined || height === undefined ? undefined : { width, height };
  return family.image(size, resolution) ?? unknown('by its size, which is not known');
}

function countPages(
  { facts }: CountedMedium,
  family: TokenFamily,
  resolution: MediaResolution | undefined,
): TokenEstimate {
  const each = family.page(resolution);
  if (facts.pages === undefined) return unknown(`${each} a page, and their number is not known`);
  return { tokens: each * facts.pages, rule: `${each} a page` };
}

function countSound(part: CountedMedium, family: TokenFamily): TokenEstimate {
  const { soundSecond } = family;
  if (soundSecond === undefined) return unknown('this model hears no sound');
  const seconds = chosenSeconds(part);
  if (seconds === undefined) return unknown(`${soundSecond} a second, and its length is not known`);
  return { tokens: Math.ceil(seconds * soundSecond), rule: `${soundSecond} a second` };
}

/** Frames, and for each second the sound and its time stamp; where nothing says that it is silent it is not. */
function countVideo(
  part: CountedMedium,
  family: TokenFamily,
  resolution: MediaResolution | undefined,
): TokenEstimate {
  const fps = part.options.fps ?? 1;
  const frame = family.frame(resolution);
  const heard = part.facts.sound !== false && family.videoSoundSecond !== undefined;
  const second = heard ? (family.videoSoundSecond ?? 0) + family.stamp : 0;
  const rule = [
    `${frame} a frame, ${fps} a second`,
    ...(heard ? [`${family.videoSoundSecond} a second of sound`] : []),
    ...(heard && family.stamp > 0 ? [`${family.stamp} a time stamp`] : []),
  ].join(', ');
  const seconds = chosenSeconds(part);
  if (seconds === undefined) return unknown(`${rule}, and its length is not known`);
  return { tokens: Math.ceil(seconds * fps) * frame + Math.ceil(seconds) * second, rule };
}

/** The length of the piece that is sent: `#t=` takes one out. */
export function chosenSeconds({
  facts: { seconds },
  options: { startSeconds = 0, endSeconds },
}: Pick<CountedMedium, 'facts' | 'options'>): number | undefined {
  const end = Math.min(endSeconds ?? Number.POSITIVE_INFINITY, seconds ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(end) ? Math.max(0, end - startSeconds) : undefined;
}

/** `low`, `LOW` and `MEDIA_RESOLUTION_LOW` are one; the part's own goes before the request's. */
function resolutionOf(own: string | undefined, ofRequest: string | undefined): MediaResolution | undefined {
  const name = (own ?? ofRequest ?? '').toUpperCase().replace(/^MEDIA_RESOLUTION_/, '');
  return RESOLUTIONS.find((resolution) => resolution === name);
}

const RESOLUTIONS = ['LOW', 'MEDIUM', 'HIGH', 'ULTRA_HIGH'] as const;
