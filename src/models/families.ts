import type { GenerationConfig } from '../wire/generate-content.ts';

/**
 * What Google's documents say each model family takes. A limit is `hard` where the service is documented to refuse
 * what lies outside and the document cannot change any more, or the refusal was seen; all else only warns.
 */
export type ModelFamily = {
  readonly name: string;
  /** Matches the bare model id, versions of the family included. */
  readonly pattern: RegExp;
  readonly ranges: Readonly<Partial<Record<RangedParameter, Range>>>;
  readonly thinking?: Thinking;
  readonly remarks?: Readonly<Partial<Record<keyof GenerationConfig, Remark>>>;
};

export type RangedParameter = 'temperature' | 'topP' | 'topK' | 'maxOutputTokens' | 'candidateCount';
/** Both ends are allowed. `maxOutputTokens` is in tokens. */
export type Range = {
  readonly min: number;
  readonly max: number;
  readonly default?: number;
  readonly hard?: true;
};
export type Remark = 'unsupported' | 'ignored' | 'refused';

export type Thinking = {
  /** Tokens; `off` when 0 is taken, and -1 (the model decides) always is. */
  readonly budget?: { readonly min: number; readonly max: number; readonly off: boolean };
  readonly levels?: readonly string[];
  /** Another level is answered with 400. */
  readonly levelsHard?: true;
  readonly budgetDeprecated?: true;
};

/**
 * The family of a model given by id, `models/ID`, `google/ID` or `publishers/google/models/ID` (also below a project);
 * undefined for one that is not in the table, which has no known limits.
 */
export function familyOf(model: string): ModelFamily | undefined {
  const id = RESOURCE.exec(model)?.[1];
  return id === undefined ? undefined : MODEL_FAMILIES.find(({ pattern }) => pattern.test(id));
}

const RESOURCE =
  /^(?:(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/google\/models\/|models\/|google\/)?([^/]+)$/;

/** A version (-001), -latest, or a preview with its date; not another model such as -image or -tts. */
function family(stem: string, versions = String.raw`-\d{3}|-latest|-(?:preview|exp)(?:-\d{2,4})*`): RegExp {
  return new RegExp(`^(?:${stem})(?:${versions})?$`);
}

const hard = (min: number, max: number, byDefault?: number): Range => ({
  min,
  max,
  hard: true,
  ...(byDefault === undefined ? {} : { default: byDefault }),
});

// Retired models: "Gemini API" parameter table (Vertex AI, 2024) and, for topP and 1.0-pro-vision, the table of valid
// values in "Send multimodal prompt requests" (Vertex AI, 2024).
const ONE_CANDIDATE = hard(1, 1);
const BEFORE_THINKING = { thinkingConfig: 'unsupported' } as const;
const TEXT_ONLY_ANSWER = { ...BEFORE_THINKING, responseMimeType: 'unsupported' } as const;

// Current models: the model pages of the Developer API and of Vertex AI, read 2026-11. The largest answer is not hard:
// 3.x was seen to take any number and to cap it.
const MAX_OUTPUT = { min: 1, max: 65_536 } as const;
const FIXED_TOP_K = { min: 64, max: 64 } as const;
const CURRENT = { temperature: hard(0, 2, 1), topP: hard(0, 1, 0.95), maxOutputTokens: MAX_OUTPUT } as const;

// Vertex AI guide to Gemini 3.8 Flash: sampling parameters are deprecated and ignored, penalties and candidateCount
// are errors. That temperature 4 and topP 2 are refused all the same was seen on 2026-09-02.
const NO_SAMPLING = { temperature: 'ignored', topP: 'ignored', topK: 'ignored' } as const;
const FIXED_SAMPLING = {
  ...NO_SAMPLING,
  frequencyPenalty: 'refused',
  presencePenalty: 'refused',
  candidateCount: 'refused',
} as const;
const THREE_LEVELS = ['LOW', 'MEDIUM', 'HIGH'] as const;
const FOUR_LEVELS = ['MINIMAL', ...THREE_LEVELS] as const;

export const MODEL_FAMILIES: readonly ModelFamily[] = [
  {
    // 0 to 1 for -001, 0 to 2 for -002; the bare name moved from one to the other, so it has the wider range.
    name: 'gemini-1.0-pro-001',
    pattern: /^gemini-(?:1\.0-)?pro-001$/,
    ranges: {
      temperature: hard(0, 1, 0.9),
      topP: hard(0, 1, 1),
      maxOutputTokens: hard(1, 8192, 8192),
      candidateCount: ONE_CANDIDATE,
    },
    // The document says that topK is not supported, and its own sample sends 40.
    remarks: { ...TEXT_ONLY_ANSWER, topK: 'unsupported' },
  },
  {
    name: 'gemini-1.0-pro',
    pattern: /^gemini-(?:1\.0-)?pro(?:-002)?$/,
    ranges: {
      temperature: hard(0, 2, 1),
      topP: hard(0, 1, 1),
      maxOutputTokens: hard(1, 8192, 8192),
      candidateCount: ONE_CANDIDATE,
    },
    remarks: { ...TEXT_ONLY_ANSWER, topK: 'unsupported' },
  },
  {
    name: 'gemini-1.0-pro-vision',
    pattern: family(String.raw`gemini-(?:1\.0-)?pro-vision`),
    ranges: {
      temperature: hard(0, 1, 0.4),
      topP: hard(0, 1, 1),
      topK: hard(1, 40, 32),
      maxOutputTokens: hard(1, 2048, 2048),
      candidateCount: ONE_CANDIDATE,
    },
    remarks: TEXT_ONLY_ANSWER,
  },
  {
    name: 'gemini-1.5-pro',
    pattern: family(String.raw`gemini-1\.5-pro`),
    ranges: {
      temperature: hard(0, 2, 1),
      // The default is 0.94 in one document and 0.95 in the other.
      topP: hard(0, 1),
      maxOutputTokens: hard(1, 8192, 8192),
      candidateCount: ONE_CANDIDATE,
    },
    remarks: { ...BEFORE_THINKING, topK: 'unsupported' },
  },
  {
    name: 'gemini-2.5-pro',
    pattern: family(String.raw`gemini-2\.5-pro`),
    ranges: { ...CURRENT, topK: FIXED_TOP_K },
    thinking: { budget: { min: 128, max: 32_768, off: false } },
  },
  {
    name: 'gemini-2.5-flash',
    pattern: family(String.raw`gemini-2\.5-flash`),
    ranges: { ...CURRENT, topK: FIXED_TOP_K },
    thinking: { budget: { min: 1, max: 24_576, off: true } },
  },
  {
    name: 'gemini-2.5-flash-lite',
    pattern: family(String.raw`gemini-2\.5-flash-lite`),
    ranges: { ...CURRENT, topK: FIXED_TOP_K },
    thinking: { budget: { min: 512, max: 24_576, off: true } },
  },
  {
    name: 'gemini-3.1-pro',
    pattern: family(String.raw`gemini-3\.1-pro`),
    ranges: { ...CURRENT, topK: FIXED_TOP_K },
    thinking: { levels: THREE_LEVELS, budgetDeprecated: true },
  },
  {
    name: 'gemini-3.1-flash-lite',
    pattern: family(String.raw`gemini-3\.1-flash-lite`),
    ranges: { maxOutputTokens: MAX_OUTPUT },
    thinking: { levels: FOUR_LEVELS, budgetDeprecated: true },
  },
  {
    name: 'gemini-3.5-flash-lite',
    pattern: family(String.raw`gemini-3\.5-flash-lite`),
    ranges: { maxOutputTokens: MAX_OUTPUT },
    thinking: { levels: FOUR_LEVELS, budgetDeprecated: true },
    remarks: NO_SAMPLING,
  },
  {
    name: 'gemini-3.5-flash',
    pattern: family(String.raw`gemini-3\.5-flash`),
    ranges: { temperature: hard(0, 2), maxOutputTokens: MAX_OUTPUT },
    thinking: { budgetDeprecated: true },
  },
  {
    name: 'gemini-3.6-flash',
    pattern: family(String.raw`gemini-3\.6-flash`),
    ranges: CURRENT,
    thinking: { levels: THREE_LEVELS, budgetDeprecated: true },
    remarks: FIXED_SAMPLING,
  },
  {
    // MINIMAL is answered with 400 from 3.7 on.
    name: 'gemini-3.7-flash, gemini-3.8-flash',
    pattern: family(String.raw`gemini-3\.[78]-flash`),
    ranges: CURRENT,
    thinking: { levels: THREE_LEVELS, levelsHard: true, budgetDeprecated: true },
    remarks: FIXED_SAMPLING,
  },
];
