import { backendOf, LISTED_TYPES, type LimitedQuantity, mediaLimits } from '../models/media-limits.ts';
import { chosenSeconds } from '../models/token-rules.ts';
import type { Delivery } from './delivery.ts';
import { displayName } from './display-name.ts';
import { limitInWords, quantityInWords, takerInWords } from './limit-words.ts';
import { knownType } from './media-types.ts';
import type { MediaFacts, Medium } from './medium.ts';

export type InspectedMedium = {
  readonly medium: Medium;
  readonly facts: MediaFacts;
  /** How it travels; left out: inline where its bytes are here. */
  readonly delivery?: Delivery;
};

/** Who is asked. */
export type MediaTarget = { readonly backend: string; readonly model: string };

/**
 * Holds the media of one prompt against what is documented of the backend and the model (models/media-limits).
 * `errors` are what would be refused; `warnings` are limits on which the documents differ or that change: such a
 * prompt is still sent. Every violation is listed. What is not known of a medium, and a model that is not in the
 * tables, is not held against it.
 */
export function checkMedia(
  media: readonly InspectedMedium[],
  target: MediaTarget,
): { errors: string[]; warnings: string[] } {
  const errors: string[] = [];
  const warnings: string[] = [];
  for (const limit of mediaLimits(target.backend, target.model)) {
    const { of, amounts } = MEASURES[limit.what];
    const findings: string[] = [];
    for (const { names, amount } of amounts(media)) {
      if (amount <= limit.max) continue;
      const subject = names.length === 1 ? `${displayName(String(names[0]))}: ` : '';
      findings.push(
        `${subject}${quantityInWords(of, amount)}, and ${takerInWords(of, limit, target)} (${limit.source.document}, ${limit.source.date})`,
      );
    }
    if (limit.status === 'hard') errors.push(...findings);
    else warnings.push(...findings);
  }
  warnings.push(...unlistedTypes(media, target));
  return { errors, warnings };
}

/**
 * Which media must be probed before they are sent, since the limits of the target depend on what only a look into them
 * tells. A PDF always, since it may be encrypted. Sound and video not where they are too small to be too long: all
 * recordings together, a video by itself.
 */
export function needsFacts(media: readonly Medium[], target: MediaTarget): (medium: Medium) => boolean {
  const limits = mediaLimits(target.backend, target.model);
  const mayExceed = (bytes: number, ...quantities: LimitedQuantity[]) =>
    limits.some(({ what, max }) => quantities.includes(what) && bytes > max * SLOWEST_BYTES_PER_SECOND);
  const sizeOf = ({ content }: Medium) => ('bytes' in content ? content.bytes.byteLength : 0);
  const recorded = media.reduce((sum, medium) => sum + (medium.kind === 'audio' ? sizeOf(medium) : 0), 0);
  const audio = mayExceed(recorded, 'audioSeconds');
  return (medium) => {
    if ('uri' in medium.content) return false;
    if (medium.kind === 'document') return medium.mimeType === 'application/pdf';
    if (medium.kind === 'audio') return audio;
    return medium.kind === 'video' && mayExceed(sizeOf(medium), 'videoSeconds', 'silentVideoSeconds');
  };
}

/** 4 kbit/s: below the slowest codecs for speech. */
const SLOWEST_BYTES_PER_SECOND = 500;

/** An amount, and the media it belongs to: one, or all of a kind together. */
type Measured = { readonly names: readonly string[]; readonly amount: number };

/** What kind of figure it is, for words; the amounts in the prompt. */
type Measure = {
  readonly of: MeasureWords;
  amounts(media: readonly InspectedMedium[]): readonly Measured[];
};
export type MeasureWords =
  | { readonly unit: 'seconds' | 'bytes' }
  | { readonly one: string; readonly many: string };

const isPdf = ({ medium }: InspectedMedium) => medium.mimeType === 'application/pdf';
const isText = ({ medium }: InspectedMedium) =>
  medium.kind === 'document' && medium.mimeType?.startsWith('text/') === true;
const isInline = ({ medium, delivery }: InspectedMedium) =>
  delivery === undefined ? 'bytes' in medium.content : delivery === 'inline';
const ofKind =
  (kind: Medium['kind']) =>
  ({ medium }: InspectedMedium) =>
    medium.kind === kind;
const isSilent = ({ facts }: InspectedMedium) => facts.sound === false;

const pagesOf = ({ facts }: InspectedMedium) => facts.pages;
const secondsOf = ({ medium, facts }: InspectedMedium) => chosenSeconds({ facts, options: medium.options });
const bytesOf = ({ medium: { content } }: InspectedMedium) =>
  'bytes' in content ? content.bytes.byteLength : undefined;

type Test = (item: InspectedMedium) => boolean;
type Value = (item: InspectedMedium) => number | undefined;

/** How many there are. */
const number = (one: string, many: string, test: Test): Measure => ({
  of: { one, many },
  amounts: (media) => {
    const items = media.filter(test);
    return [{ names: namesOf(items), amount: items.length }];
  },
});
/** What each of them has. */
const each = (of: MeasureWords, test: Test, value: Value): Measure => ({
  of,
  amounts: (media) =>
    media.filter(test).flatMap((item) => {
      const amount = value(item);
      return amount === undefined ? [] : [{ names: [item.medium.name], amount }];
    }),
});
/** What all of them have together. */
const total = (of: MeasureWords, test: Test, value: Value): Measure => ({
  of,
  amounts: (media) => {
    const items = media.filter(test);
    return [{ names: namesOf(items), amount: items.reduce((sum, item) => sum + (value(item) ?? 0), 0) }];
  },
});
const namesOf = (items: readonly InspectedMedium[]) => items.map(({ medium }) => medium.name);

const PAGES = { one: 'page', many: 'pages' } as const;
const SECONDS = { unit: 'seconds' } as const;
const BYTES = { unit: 'bytes' } as const;

const MEASURES: Readonly<Record<LimitedQuantity, Measure>> = {
  media: number('medium', 'media', () => true),
  images: number('image', 'images', ofKind('image')),
  inlineImages: number(
    'image sent inline',
    'images sent inline',
    (item) => ofKind('image')(item) && isInline(item),
  ),
  imagesBesideVideo: {
    of: { one: 'image beside a video', many: 'images beside a video' },
    amounts: (media) => [
      { names: [], amount: media.some(ofKind('video')) ? media.filter(ofKind('image')).length : 0 },
    ],
  },
  imagesAndPdfs: number('image or PDF', 'images and PDFs', (item) => ofKind('image')(item) || isPdf(item)),
  videos: number('video', 'videos', ofKind('video')),
  audios: number('recording', 'recordings', ofKind('audio')),
  documents: number('document', 'documents', ofKind('document')),
  pages: total(PAGES, isPdf, pagesOf),
  pagesEach: each(PAGES, isPdf, pagesOf),
  videoSeconds: each(SECONDS, (item) => ofKind('video')(item) && !isSilent(item), secondsOf),
  silentVideoSeconds: each(SECONDS, (item) => ofKind('video')(item) && isSilent(item), secondsOf),
  audioSeconds: total(SECONDS, ofKind('audio'), secondsOf),
  bytesEach: each(BYTES, () => true, bytesOf),
  pdfBytes: each(BYTES, isPdf, bytesOf),
  inlineImageBytes: each(BYTES, (item) => ofKind('image')(item) && isInline(item), bytesOf),
  inlineBytes: each(BYTES, isInline, bytesOf),
  textBytes: each(BYTES, isText, bytesOf),
};

/** What limits speak of this medium, in words for a table. */
export function limitsOf(
  { medium, delivery }: Omit<InspectedMedium, 'facts'>,
  target: MediaTarget,
): string[] {
  const alone = [{ medium, facts: { pages: 1, seconds: 1 }, ...(delivery && { delivery }) }];
  return mediaLimits(target.backend, target.model)
    .filter(({ what }) => MEASURES[what].amounts(alone).some(({ amount }) => amount > 0))
    .map((limit) => limitInWords(MEASURES[limit.what].of, limit.max));
}

/** Types that the backend's documents do not list, each once with the media of that type. */
function unlistedTypes(media: readonly InspectedMedium[], { backend }: MediaTarget): string[] {
  const place = backendOf(backend);
  if (place === undefined) return [];
  const { types, source } = LISTED_TYPES[place];
  const unlisted = new Map<string, string[]>();
  for (const { medium } of media) {
    const type = medium.mimeType === undefined ? undefined : knownType(medium.mimeType);
    if (type === undefined || types.includes(type)) continue;
    unlisted.set(type, [...(unlisted.get(type) ?? []), medium.name]);
  }
  return [...unlisted].map(
    ([type, names]) =>
      `${displayName(String(names[0]))}${names.length > 1 ? ` and ${names.length - 1} more` : ''}: ${type} is not among the types that are documented (${source.document}, ${source.date})`,
  );
}
