/**
 * What the documents say of the media that one prompt may hold, by backend and by family of models. The tables only
 * name figures; src/media/limits.ts measures.
 */
export type MediaLimit = {
  /** Undefined: wherever the model is asked. */
  readonly backend?: MediaBackend;
  /** Matches the bare model id; undefined: any model, known or not. */
  readonly models?: RegExp;
  readonly what: LimitedQuantity;
  /** A number of things, seconds or bytes; still allowed. */
  readonly max: number;
  /** `changing` where the documents differ or have changed since, so that a refusal is not certain. */
  readonly status: 'hard' | 'changing';
  readonly source: Source;
};

export type MediaBackend = 'developer' | 'vertex' | 'gdc';

export type LimitedQuantity =
  | 'media'
  | 'images'
  | 'inlineImages'
  | 'imagesBesideVideo'
  | 'imagesAndPdfs'
  | 'videos'
  | 'audios'
  | 'documents'
  | 'pages'
  | 'pagesEach'
  | 'videoSeconds'
  | 'silentVideoSeconds'
  | 'audioSeconds'
  | 'bytesEach'
  | 'pdfBytes'
  | 'inlineImageBytes'
  | 'inlineBytes'
  | 'textBytes';

/** A document and the month it was read or is of. */
export type Source = { readonly document: string; readonly date: string };

// The seeds: models that are retired, so that their documents cannot change any more.
const REFERENCE_2024 = { document: 'Vertex AI, "Gemini API" reference', date: '2024-04' } as const;
const MULTIMODAL_2024 = {
  document: 'Vertex AI, "Send multimodal prompt requests"',
  date: '2024-04',
} as const;
const DEVELOPER = {
  document: 'ai.google.dev, pages on images, audio, video and documents',
  date: '2026-09',
} as const;
const VERTEX = { document: 'Vertex AI, the model pages', date: '2026-09' } as const;
const DISTRIBUTED = {
  document: 'Google Distributed Cloud air-gapped, "Gemini capabilities"',
  date: '2026-09',
} as const;

/** "50 MB" and its like may mean the smaller or the larger unit: nothing is refused that the larger allows. */
const MIB = 1024 * 1024;
const MINUTE = 60;
const HOUR = 3600;

const hard = (source: Source, rows: Partial<Record<LimitedQuantity, number>>, of: Where): MediaLimit[] =>
  rowsOf('hard', source, rows, of);
const changing = (source: Source, rows: Partial<Record<LimitedQuantity, number>>, of: Where): MediaLimit[] =>
  rowsOf('changing', source, rows, of);
type Where = Pick<MediaLimit, 'backend' | 'models'>;

function rowsOf(
  status: MediaLimit['status'],
  source: Source,
  rows: Partial<Record<LimitedQuantity, number>>,
  of: Where,
): MediaLimit[] {
  return Object.entries(rows).map(([what, max]) => ({
    ...of,
    what: what as LimitedQuantity,
    max,
    status,
    source,
  }));
}

const VIDEO_WITH_45_MINUTES = { videoSeconds: 45 * MINUTE, silentVideoSeconds: HOUR, videos: 10 } as const;

export const MEDIA_LIMITS: readonly MediaLimit[] = [
  ...hard(REFERENCE_2024, { media: 0 }, { models: /^gemini-(?:1\.0-)?pro(?:-\d{3})?$/ }),
  ...hard(
    MULTIMODAL_2024,
    {
      images: 16,
      inlineImages: 1,
      videos: 1,
      imagesBesideVideo: 0,
      audios: 0,
      videoSeconds: 2 * MINUTE,
      silentVideoSeconds: 2 * MINUTE,
      pages: 16,
      pdfBytes: 50 * MIB,
      bytesEach: 20 * MIB,
    },
    { models: /^gemini-(?:1\.0-)?pro-vision(?:-\d{3})?$/ },
  ),
  ...hard(
    MULTIMODAL_2024,
    {
      images: 3000,
      videos: 10,
      videoSeconds: 50 * MINUTE,
      silentVideoSeconds: HOUR,
      audioSeconds: 8.4 * HOUR,
      pages: 300,
      pdfBytes: 50 * MIB,
      bytesEach: 2048 * MIB,
    },
    { models: /^gemini-1\.5-pro(?:-|$)/ },
  ),
  ...hard(DEVELOPER, { pdfBytes: 50 * MIB }, { backend: 'developer' }),
  ...changing(
    DEVELOPER,
    { images: 3600, pagesEach: 1000, audioSeconds: 9.5 * HOUR, videos: 10 },
    { backend: 'developer', models: /^gemini-(?:2\.5|[3-9])/ },
  ),
  ...hard(VERTEX, { pdfBytes: 50 * MIB }, { backend: 'vertex' }),
  ...changing(
    VERTEX,
    {
      ...VIDEO_WITH_45_MINUTES,
      images: 3000,
      documents: 3000,
      pagesEach: 1000,
      audioSeconds: 8.4 * HOUR,
      audios: 1,
      inlineImageBytes: 7 * MIB,
      textBytes: 7 * MIB,
    },
    { backend: 'vertex', models: /^gemini-(?:1\.5-flash|2\.)/ },
  ),
  // Its newest pages count images and PDFs together and give inline parts 256 MB, the older ones 7 MB an image.
  ...changing(
    VERTEX,
    {
      ...VIDEO_WITH_45_MINUTES,
      imagesAndPdfs: 3000,
      pagesEach: 3000,
      audioSeconds: 8.4 * HOUR,
      audios: 1,
      inlineBytes: 256 * MIB,
      textBytes: 7 * MIB,
    },
    { backend: 'vertex', models: /^gemini-(?:[3-9])(?!(?:\.\d)?-pro)/ },
  ),
  ...changing(
    VERTEX,
    {
      ...VIDEO_WITH_45_MINUTES,
      images: 900,
      documents: 900,
      pagesEach: 900,
      audioSeconds: 8.4 * HOUR,
      audios: 1,
      inlineImageBytes: 7 * MIB,
      textBytes: 7 * MIB,
    },
    { backend: 'vertex', models: /^gemini-[3-9](?:\.\d)?-pro/ },
  ),
  // A release of the air-gapped service may take more than the pages of the newest say.
  ...changing(
    DISTRIBUTED,
    {
      images: 100,
      videos: 10,
      videoSeconds: 100,
      silentVideoSeconds: 120,
      audioSeconds: 15 * MINUTE,
      documents: 100,
      pages: 100,
      pdfBytes: 50 * MIB,
    },
    { backend: 'gdc' },
  ),
];

/** Types that a backend's documents list, as this program spells them; text of any kind is `text/plain`. */
export const LISTED_TYPES: Readonly<Record<MediaBackend, { types: readonly string[]; source: Source }>> = {
  developer: {
    types: (
      'image/png image/jpeg image/webp image/heic image/heif ' +
      'audio/wav audio/mpeg audio/aiff audio/aac audio/ogg audio/flac audio/mp4 audio/webm ' +
      'video/mp4 video/mpeg video/quicktime video/avi video/x-flv video/webm video/wmv video/3gpp ' +
      'application/pdf text/plain text/rtf'
    ).split(' '),
    source: DEVELOPER,
  },
  vertex: {
    types: (
      'image/png image/jpeg image/webp image/heic image/heif ' +
      'audio/aac audio/flac audio/mpeg audio/mp4 audio/ogg audio/wav audio/webm ' +
      'video/x-flv video/quicktime video/mpeg video/mp4 video/webm video/wmv video/3gpp application/pdf text/plain text/rtf'
    ).split(' '),
    source: VERTEX,
  },
  gdc: {
    types: (
      'image/png image/jpeg image/webp image/heic image/heif ' +
      'audio/aac audio/aiff audio/flac audio/mpeg audio/ogg audio/wav ' +
      'video/avi video/x-flv video/quicktime video/mpeg video/mp4 video/webm video/wmv video/3gpp ' +
      'application/pdf text/plain text/rtf'
    ).split(' '),
    source: DISTRIBUTED,
  },
};

/**
 * Tokens that a prompt and its answer may have together. Seeds for the retired models; the model pages, 2026-11, for
 * the others.
 */
const CONTEXTS: readonly (readonly [RegExp, number])[] = [
  [/^gemini-(?:1\.0-)?pro-vision/, 16_384],
  [/^gemini-(?:1\.0-)?pro(?:-\d{3})?$/, 32_760],
  [/^gemini-1\.5-pro/, 1_000_000],
  [/^gemini-(?:2\.5|[3-9])(?!.*-(?:image|tts|live))/, 1_048_576],
];

/** @returns undefined for a model whose window is not known */
export function contextTokens(model: string): number | undefined {
  return CONTEXTS.find(([pattern]) => pattern.test(bareModel(model)))?.[1];
}

/**
 * The limits that hold for a model at a backend, hard ones first: of each quantity the tightest, and a hard one in place
 * of what is no tighter. A backend of somebody else has none.
 */
export function mediaLimits(backend: string, model: string): readonly MediaLimit[] {
  const place = backendOf(backend);
  if (place === undefined) return [];
  const id = bareModel(model);
  const tightest = new Map<LimitedQuantity, MediaLimit>();
  const changing: MediaLimit[] = [];
  for (const limit of MEDIA_LIMITS) {
    if (limit.backend !== undefined && limit.backend !== place) continue;
    // Distributed Cloud names its models as it likes.
    if (limit.models !== undefined && (place === 'gdc' || !limit.models.test(id))) continue;
    if (limit.status === 'changing') changing.push(limit);
    else if (limit.max < (tightest.get(limit.what)?.max ?? Number.POSITIVE_INFINITY)) {
      tightest.set(limit.what, limit);
    }
  }
  for (const limit of changing) {
    if (limit.max < (tightest.get(limit.what)?.max ?? Number.POSITIVE_INFINITY)) {
      tightest.set(limit.what, limit);
    }
  }
  return [...tightest.values()].sort((a, b) => Number(b.status === 'hard') - Number(a.status === 'hard'));
}

/** Whose documents speak of a backend: the emulator speaks as the Developer API does. */
export function backendOf(name: string): MediaBackend | undefined {
  if (name === 'emulator') return 'developer';
  return name === 'developer' || name === 'vertex' || name === 'gdc' ? name : undefined;
}

function bareModel(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1);
}
