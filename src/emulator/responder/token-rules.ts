/** Tokens of media, as the documents of a model family give them. */
export type TokenRules = {
  image(pixels: { width: number; height: number } | undefined, resolution: Resolution): number;
  /** Of one frame of video. */
  frame(resolution: Resolution): number;
  /** Of one second of sound, in a video or alone. */
  soundSecond: number;
  /** Of the time stamp that goes with each second of a video with sound. */
  stamp: number;
  page(resolution: Resolution): number;
};

export type Resolution = 'LOW' | 'MEDIUM' | 'HIGH' | 'ULTRA_HIGH' | undefined;

/** The rules for a model; those of the newest family for a name that is not known. */
export function tokenRulesOf(model: string): TokenRules {
  return FAMILIES.find(([pattern]) => pattern.test(model))?.[1] ?? GEMINI_3;
}

/** One image, one frame or one page of the models up to 2.5. */
const UNIT = 258;

/** Seeds' tables: 258 an image, 258 a frame, sound is not heard. */
const GEMINI_1_0: TokenRules = {
  image: () => UNIT,
  frame: () => UNIT,
  soundSecond: 0,
  stamp: 0,
  page: () => UNIT,
};

/**
 * An image whose sides are nearly equal (below 1.2) or all below 768 is one unit; a longer one is itself and as many
 * square tiles as cover its longer side: 1000×2000 is 774.
 */
const GEMINI_1_5: TokenRules = {
  image: (pixels) => {
    if (pixels === undefined) return UNIT;
    const longer = Math.max(pixels.width, pixels.height);
    const shorter = Math.max(1, Math.min(pixels.width, pixels.height));
    if (longer / shorter < 1.2 || longer < 768) return UNIT;
    return UNIT * (1 + Math.ceil(longer / shorter));
  },
  frame: () => UNIT,
  soundSecond: 32,
  stamp: 7,
  page: () => UNIT,
};

/**
 * ai.google.dev, "Image understanding" and "Media resolution": both sides up to 384 are one unit; a larger image is cut
 * into tiles of a side of the shorter side / 1.5, at least 256 and at most 768. A resolution sets the number instead.
 */
const GEMINI_2: TokenRules = {
  image: (pixels, resolution) => {
    if (resolution === 'LOW') return 64;
    if (resolution === 'MEDIUM') return 256;
    if (pixels === undefined || (pixels.width <= 384 && pixels.height <= 384)) return UNIT;
    const tile = Math.min(768, Math.max(256, Math.floor(Math.min(pixels.width, pixels.height) / 1.5)));
    return UNIT * Math.ceil(pixels.width / tile) * Math.ceil(pixels.height / tile);
  },
  frame: (resolution) => (resolution === 'LOW' ? 66 : UNIT),
  soundSecond: 32,
  stamp: 0,
  page: () => UNIT,
};

/** ai.google.dev, "Media resolution": a fixed number for each resolution, whatever the size. */
const GEMINI_3: TokenRules = {
  image: (_, resolution) => ({ LOW: 280, MEDIUM: 560, HIGH: 1120, ULTRA_HIGH: 2240 })[resolution ?? 'HIGH'],
  frame: (resolution) => (resolution === 'HIGH' || resolution === 'ULTRA_HIGH' ? 280 : 70),
  soundSecond: 32,
  stamp: 0,
  page: (resolution) => ({ LOW: 280, MEDIUM: 560, HIGH: 1120, ULTRA_HIGH: 1120 })[resolution ?? 'MEDIUM'],
};

const FAMILIES: readonly (readonly [RegExp, TokenRules])[] = [
  [/^gemini-(1\.0|pro-vision)/, GEMINI_1_0],
  [/^gemini-1\.5/, GEMINI_1_5],
  [/^gemini-2\./, GEMINI_2],
];
