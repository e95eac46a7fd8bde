import { limitInWords } from '../media/limit-words.ts';
import { familyOf, type ModelFamily, type Range } from '../models/families.ts';
import { contextTokens, type LimitedQuantity, type MediaLimit, mediaLimits } from '../models/media-limits.ts';

/** What the documents say of a model, which its service does not: the tables of models/. */
export type ModelFacts = {
  /** Tokens of a prompt and its answer together. */
  readonly contextTokens?: number;
  readonly family?: Pick<ModelFamily, 'name' | 'ranges' | 'thinking' | 'remarks'>;
  readonly mediaLimits: readonly Omit<MediaLimit, 'models'>[];
};

/** @param backend whose documents count */
export function modelFacts(backend: string, model: string): ModelFacts {
  const context = contextTokens(model);
  const family = familyOf(model);
  return {
    ...(context !== undefined && { contextTokens: context }),
    ...(family && {
      family: {
        name: family.name,
        ranges: family.ranges,
        ...(family.thinking && { thinking: family.thinking }),
        ...(family.remarks && { remarks: family.remarks }),
      },
    }),
    mediaLimits: mediaLimits(backend, model).map(({ models: _, ...limit }) => limit),
  };
}

/** The facts as rows of a name and words for people. */
export function factRows({ contextTokens: context, family, mediaLimits: limits }: ModelFacts): string[][] {
  const rows: string[][] = [];
  if (context !== undefined) rows.push(['window', `${context.toLocaleString('en')} tokens with the answer`]);
  const { ranges = {}, remarks = {} } = family ?? {};
  for (const name of new Set([...keysOf(ranges), ...keysOf(remarks)])) {
    const [range, remark] = [ranges[name as keyof typeof ranges], remarks[name as keyof typeof remarks]];
    rows.push([name, [range && rangeInWords(range), remark].filter(Boolean).join('; ')]);
  }
  const { budget, levels } = family?.thinking ?? {};
  if (levels) rows.push(['thinking', levels.join(', ').toLowerCase()]);
  if (budget) rows.push(['thinking', `${budget.min} to ${budget.max} tokens${budget.off ? ', or off' : ''}`]);
  if (limits.length > 0) rows.push(['media', limits.map(limitWords).join('; ')]);
  return rows;
}

const keysOf = (record: object) => Object.keys(record);

function rangeInWords({ min, max, default: usual }: Range): string {
  const range = min === max ? `${min}` : `${min} to ${max}`;
  return usual === undefined ? range : `${range}, ${usual} unless set`;
}

function limitWords({ what, max }: Pick<MediaLimit, 'what' | 'max'>): string {
  const [unit, of] = QUANTITIES[what];
  if (max === 0) return `no ${of}`;
  const most = unit === 'number' ? max.toLocaleString('en') : limitInWords({ unit }, max);
  return `${most} ${max === 1 ? of.replace(/s\b/, '') : of}`;
}

const QUANTITIES: Readonly<
  Record<LimitedQuantity, readonly [unit: 'number' | 'seconds' | 'bytes', of: string]>
> = {
  media: ['number', 'media'],
  images: ['number', 'images'],
  inlineImages: ['number', 'images sent inline'],
  imagesBesideVideo: ['number', 'images beside a video'],
  imagesAndPdfs: ['number', 'images and PDFs'],
  videos: ['number', 'videos'],
  audios: ['number', 'recordings'],
  documents: ['number', 'documents'],
  pages: ['number', 'pages of all PDFs'],
  pagesEach: ['number', 'pages of a PDF'],
  videoSeconds: ['seconds', 'of a video with sound'],
  silentVideoSeconds: ['seconds', 'of a silent video'],
  audioSeconds: ['seconds', 'of all recordings'],
  bytesEach: ['bytes', 'of a file'],
  pdfBytes: ['bytes', 'of a PDF'],
  inlineImageBytes: ['bytes', 'of an image sent inline'],
  inlineBytes: ['bytes', 'of a file sent inline'],
  textBytes: ['bytes', 'of a text file'],
};
