import { UsageError } from '../../errors.ts';
import type { Cutter } from '../../media/sound/open-sound.ts';
import type { GenerationFlags } from '../../prompt/generation-config.ts';
import { FORMATS, type FormatName } from '../../transcript/formats/index.ts';
import { readFlags, readUrlOptions, type UrlOptions } from '../prompt-options.ts';

/** `gemini transcribe` as the command line put it. */
export type TranscribeOptions = {
  readonly sources: readonly string[];
  readonly urls: UrlOptions;
  readonly format: FormatName;
  readonly output: string | undefined;
  readonly outputDir: string | undefined;
  readonly language: string | undefined;
  readonly translate: string | undefined;
  readonly speakers: boolean;
  readonly speakerNames: readonly string[];
  /** A file of words that are likely to be said, one a line. */
  readonly vocabulary: string | undefined;
  readonly timestamps: 'none' | 'segment' | 'word';
  readonly maxLineWidth: number | undefined;
  readonly maxLines: number | undefined;
  /** Added to the prompt; text, or @FILE. */
  readonly prompt: string | undefined;
  readonly summary: boolean;
  readonly chapters: boolean;
  readonly repair: boolean;
  /** Longest piece that is asked about at once, in seconds. */
  readonly chunkSeconds: number;
  readonly cutter: Cutter;
  /** Requests under way at once. */
  readonly jobs: number;
  /** Forget what an earlier run that broke off has done. */
  readonly fresh: boolean;
  readonly generation: GenerationFlags;
  /** PATH=JSON, applied to each request. */
  readonly set: readonly string[];
  readonly usage: boolean;
  readonly dryRun: 'body' | 'http' | undefined;
  readonly plan: boolean;
};

/**
 * The options record of commander's flags.
 * @throws UsageError for values that cannot be
 */
export function readTranscribeOptions(
  flags: Readonly<Record<string, unknown>>,
  sources: readonly string[],
): TranscribeOptions {
  const { text, list, is } = readFlags(flags);
  const output = text('output');
  const outputDir = text('outputDir');
  if (output !== undefined && outputDir !== undefined) {
    throw new UsageError('-o and --output-dir: only one of them can say where the transcript goes');
  }
  return {
    sources,
    urls: readUrlOptions(flags),
    format: (text('format') as FormatName | undefined) ?? formatOf(output),
    output,
    outputDir,
    language: text('language'),
    translate: text('translate'),
    speakers: flags.speakers !== false,
    speakerNames: namesIn(text('speakerNames') ?? ''),
    vocabulary: text('vocabulary'),
    timestamps: (text('timestamps') ?? 'segment') as TranscribeOptions['timestamps'],
    maxLineWidth: wholeNumber(text('maxLineWidth'), '--max-line-width', 10),
    maxLines: wholeNumber(text('maxLines'), '--max-lines', 1),
    prompt: text('prompt'),
    summary: is('summary'),
    chapters: is('chapters'),
    repair: flags.repair !== false,
    chunkSeconds: wholeNumber(text('chunkSeconds'), '--chunk-seconds', 30) ?? CHUNK_SECONDS,
    cutter: (text('cutter') ?? 'auto') as Cutter,
    jobs: wholeNumber(text('jobs'), '--jobs', 1) ?? JOBS,
    fresh: is('fresh'),
    generation: {
      temperature: text('temperature'),
      topP: undefined,
      topK: undefined,
      maxOutputTokens: text('maxOutputTokens'),
      stop: [],
      candidates: undefined,
      seed: text('seed'),
      responseMimeType: undefined,
      thinking: text('thinking'),
      showThoughts: false,
      mediaResolution: undefined,
    },
    set: list('set'),
    usage: is('usage'),
    dryRun: (text('dryRunAs') as 'body' | 'http' | undefined) ?? (is('dryRun') ? 'body' : undefined),
    plan: is('plan'),
  };
}

/** Of half an hour on, models are seen to lose the time and to leave things out. */
const CHUNK_SECONDS = 600;
const JOBS = 4;

/** What the name of the file says; text where it says nothing. */
function formatOf(output: string | undefined): FormatName {
  const names = Object.keys(FORMATS) as FormatName[];
  return names.find((name) => output?.toLowerCase().endsWith(FORMATS[name].extension)) ?? 'txt';
}

function namesIn(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function wholeNumber(text: string | undefined, flag: string, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw new UsageError(`${flag}: "${text}" is not a whole number from ${least} on`);
}
