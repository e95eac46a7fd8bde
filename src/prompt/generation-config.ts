import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { GenerationConfig, ThinkingConfig } from '../wire/generate-content.ts';

/** The flags of sampling, limits and thinking, as typed; a flag that was not given is undefined. */
export type GenerationFlags = {
  temperature?: string | undefined;
  topP?: string | undefined;
  topK?: string | undefined;
  maxOutputTokens?: string | undefined;
  stop?: readonly string[] | undefined;
  candidates?: string | undefined;
  seed?: string | undefined;
  responseMimeType?: string | undefined;
  thinking?: string | undefined;
  showThoughts?: boolean | undefined;
  mediaResolution?: string | undefined;
};

/**
 * The configuration with exactly the fields whose flags were given; undefined when none was. What a certain model
 * takes is checked elsewhere (models/check-parameters).
 * @throws UsageError that names the flag, its value and what it takes
 */
export function generationConfigFrom(flags: GenerationFlags): GenerationConfig | undefined {
  const config: GenerationConfig = {};
  for (const [flag, field, key, limits] of NUMBERS) {
    const typed = flags[key];
    if (typed !== undefined) config[field] = numberOf(flag, typed, limits);
  }
  if (flags.stop !== undefined && flags.stop.length > 0) config.stopSequences = stopSequences(flags.stop);
  if (flags.responseMimeType !== undefined) config.responseMimeType = mimeType(flags.responseMimeType);
  if (flags.mediaResolution !== undefined) config.mediaResolution = mediaResolution(flags.mediaResolution);
  const thinkingConfig: ThinkingConfig = {
    ...(flags.thinking === undefined ? {} : thinking(flags.thinking)),
    ...(flags.showThoughts ? { includeThoughts: true } : {}),
  };
  if (Object.keys(thinkingConfig).length > 0) config.thinkingConfig = thinkingConfig;
  return Object.keys(config).length > 0 ? config : undefined;
}

type Limits = { readonly whole: boolean; readonly min: number; readonly max?: number };

const INT32 = 2 ** 31;
/** What no model takes; stopSequences is limited to five in the parameter table of every document. */
const NUMBERS = [
  ['--temperature', 'temperature', 'temperature', { whole: false, min: 0 }],
  ['--top-p', 'topP', 'topP', { whole: false, min: 0, max: 1 }],
  ['--top-k', 'topK', 'topK', { whole: true, min: 1 }],
  ['--max-output-tokens', 'maxOutputTokens', 'maxOutputTokens', { whole: true, min: 1 }],
  ['--candidates', 'candidateCount', 'candidates', { whole: true, min: 1 }],
  ['--seed', 'seed', 'seed', { whole: true, min: -INT32, max: INT32 - 1 }],
] as const satisfies readonly [string, keyof GenerationConfig, keyof GenerationFlags, Limits][];
const MAX_STOP_SEQUENCES = 5;

function numberOf(flag: string, typed: string, { whole, min, max }: Limits): number {
  const value = Number(typed);
  const written = whole ? /^[+-]?\d+$/ : /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
  const usable = written.test(typed) && Number.isFinite(value) && (!whole || Number.isSafeInteger(value));
  if (!usable || value < min || (max !== undefined && value > max)) {
    const upTo = max === undefined ? 'or more' : `to ${max}`;
    throw new UsageError(
      `${flag} takes a ${whole ? 'whole number' : 'number'}, ${min} ${upTo}, not "${typed}"`,
    );
  }
  return value;
}

function stopSequences(sequences: readonly string[]): string[] {
  if (sequences.length > MAX_STOP_SEQUENCES) {
    throw new UsageError(`--stop can be given ${MAX_STOP_SEQUENCES} times at most, not ${sequences.length}`);
  }
  if (sequences.includes('')) throw new UsageError('--stop takes a text to stop at, not an empty one');
  return [...sequences];
}

function mimeType(typed: string): string {
  if (/^[\w.+-]+\/[\w.+-]+$/.test(typed)) return typed;
  throw new UsageError(`--response-mime-type takes a MIME type, not "${typed}"`, {
    hint: 'text/plain, application/json and text/x.enum are known',
  });
}

const RESOLUTIONS = ['low', 'medium', 'high'] as const;

function mediaResolution(typed: string): string {
  const level = RESOLUTIONS.find((known) => known === typed.toLowerCase());
  if (level !== undefined) return `MEDIA_RESOLUTION_${level.toUpperCase()}`;
  throw new UsageError(`--media-resolution takes ${RESOLUTIONS.join(', ')}, not "${typed}"`);
}

const LEVELS = ['minimal', 'low', 'medium', 'high'] as const;
/** Budgets that have a name; see ThinkingConfig.thinkingBudget. */
const BUDGETS: Readonly<Record<string, number>> = { off: 0, none: 0, dynamic: -1, '-1': -1 };

function thinking(typed: string): ThinkingConfig {
  const word = typed.toLowerCase();
  const level = LEVELS.find((known) => known === word);
  if (level !== undefined) return { thinkingLevel: level.toUpperCase() };
  if (Object.hasOwn(BUDGETS, word)) return { thinkingBudget: BUDGETS[word] ?? 0 };
  if (/^\d+$/.test(word) && Number(word) < INT32) return { thinkingBudget: Number(word) };
  const meant = nearest(word, [...LEVELS, 'off', 'none', 'dynamic']);
  throw new UsageError(
    `--thinking takes ${LEVELS.join(', ')}, off, dynamic or a number of tokens, not "${typed}"`,
    meant === undefined ? {} : { hint: `did you mean ${meant}?` },
  );
}
