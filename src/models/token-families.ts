import type { MediaResolution, TokenEstimate } from './token-rules.ts';

/** What media cost a family of models. Figures are tokens. */
export type TokenFamily = {
  readonly name: string;
  /** Where the figures stand. */
  readonly source: string;
  /** A part may have a resolution of its own; else only the request's counts. */
  readonly ownResolution: boolean;
  /** Undefined when it depends on a size that is not known. */
  image(size: Size | undefined, resolution: MediaResolution | undefined): TokenEstimate | undefined;
  frame(resolution: MediaResolution | undefined): number;
  page(resolution: MediaResolution | undefined): number;
  /** A second of a recording; undefined for a model that takes none. */
  readonly soundSecond: number | undefined;
  /** A second of a video's sound; undefined for a model that does not hear it. */
  readonly videoSoundSecond: number | undefined;
  /** What stands beside each second of a video with sound. */
  readonly stamp: number;
};

type Size = { readonly width: number; readonly height: number };

/**
 * The rules for a model; for one of Gemini's that is newer than this table, those of the newest family.
 * @param backend of the request: Distributed Cloud names its models as it likes, and counts alike for all
 * @returns undefined for a model of somebody else
 */
export function tokenFamilyOf(model: string, backend?: string): TokenFamily | undefined {
  if (backend === 'gdc') return DISTRIBUTED_CLOUD;
  const id = model.slice(model.lastIndexOf('/') + 1);
  return FAMILIES.find(([pattern]) => pattern.test(id))?.[1];
}

/** One image, frame or page of the models before 3. */
const UNIT = 258;

const flat = (tokens: number, what = 'an image'): TokenEstimate => ({ tokens, rule: `${tokens} ${what}` });

const GEMINI_1_0: TokenFamily = {
  name: 'Gemini 1.0',
  source: 'Vertex AI, "Send multimodal prompt requests", 2024-04',
  ownResolution: false,
  image: () => flat(UNIT),
  frame: () => UNIT,
  page: () => UNIT,
  soundSecond: undefined,
  videoSoundSecond: undefined,
  stamp: 0,
};

/**
 * An image that is nearly square (below 1.2) or short (below 768) is one unit; else it is itself and as many squares
 * as stand along its longer side: 1000×2000 is 3 × 258 = 774.
 */
const GEMINI_1_5: TokenFamily = {
  ...GEMINI_1_0,
  name: 'Gemini 1.5',
  image: (size) => {
    if (!size) return undefined;
    const longer = Math.max(size.width, size.height);
    const ratio = longer / Math.max(1, Math.min(size.width, size.height));
    if (ratio < 1.2 || longer < 768) return flat(UNIT);
    const tiles = Math.ceil(ratio);
    return {
      tokens: UNIT * (1 + tiles),
      rule: `${UNIT} an image and ${UNIT} for each of ${tiles} square tiles`,
    };
  },
  soundSecond: 32,
  videoSoundSecond: 32,
  stamp: 7,
};

/**
 * Both sides up to 384 are one unit. A larger image is cut into tiles of two thirds of its shorter side: 960×540 is
 * 3 × 2 tiles. A video of 258 + 32 + 7 a second is what the document calls "approximately 300".
 */
const GEMINI_2: TokenFamily = {
  name: 'Gemini 2',
  source: 'ai.google.dev, "Image understanding", "Video understanding" and "Media resolution", 2026-08',
  ownResolution: false,
  image: (size, resolution) => {
    if (resolution === 'LOW') return flat(64);
    if (resolution === 'MEDIUM') return flat(256);
    if (!size) return undefined;
    if (size.width <= 384 && size.height <= 384) return flat(UNIT);
    const side = Math.max(1, Math.floor(Math.min(size.width, size.height) / 1.5));
    const tiles = Math.ceil(size.width / side) * Math.ceil(size.height / side);
    return { tokens: UNIT * tiles, rule: `${UNIT} for each of ${tiles} tiles` };
  },
  frame: (resolution) => (resolution === 'LOW' ? 66 : UNIT),
  page: () => UNIT,
  soundSecond: 32,
  videoSoundSecond: 32,
  stamp: 7,
};

/** A fixed number by resolution, whatever the size. Text that a PDF holds as text is not charged. */
const GEMINI_3: TokenFamily = {
  name: 'Gemini 3',
  source:
    'ai.google.dev, "Media resolution", 2026-09; sound: Google Cloud, "How to count Gemini tokens locally", 2026-07',
  ownResolution: true,
  image: (_, resolution = 'HIGH') =>
    flat({ LOW: 280, MEDIUM: 560, HIGH: 1120, ULTRA_HIGH: 2240 }[resolution]),
  frame: (resolution) => (resolution === 'HIGH' || resolution === 'ULTRA_HIGH' ? 280 : 70),
  page: (resolution = 'MEDIUM') => ({ LOW: 280, MEDIUM: 560, HIGH: 1120, ULTRA_HIGH: 1120 })[resolution],
  soundSecond: 25,
  videoSoundSecond: 25,
  stamp: 0,
};

/** Images are scaled to 768×768. */
const DISTRIBUTED_CLOUD: TokenFamily = {
  ...GEMINI_1_0,
  name: 'Gemini on Distributed Cloud',
  source: 'Google Distributed Cloud air-gapped, "Gemini capabilities", 2026-09',
  soundSecond: 25,
  videoSoundSecond: 32,
  stamp: 7,
};

const FAMILIES: readonly (readonly [RegExp, TokenFamily])[] = [
  [/^gemini-(?:1\.0-|pro(?:-vision)?(?:-\d{3})?$)/, GEMINI_1_0],
  [/^gemini-1\.5-/, GEMINI_1_5],
  [/^gemini-2\.\d-/, GEMINI_2],
  [/^gemini-/, GEMINI_3],
];
