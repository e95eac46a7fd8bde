/** What is said in a recording that the emulator is asked to transcribe, and how it lies about it. */
export type ScriptedTranscript = {
  /** Of the recording, in hex; left out: whatever recording comes. */
  readonly sha256?: string;
  readonly segments: readonly SpokenSegment[];
  /**
   * For a recording that comes in pieces: which part of it these bytes hold, in seconds; undefined when they are another
   * one. Left out: they hold all of it. Not in a script file.
   */
  locate?(bytes: Buffer): TimeSpan | undefined;
  readonly lies?: readonly Lie[];
};

/** Times in seconds of the whole recording. */
export type SpokenSegment = TimeSpan & {
  readonly text: string;
  readonly speaker?: string;
  readonly language?: string;
};

export type TimeSpan = { readonly start: number; readonly end: number };

/**
 * One way in which models are wrong.
 * - `late-stamps`: times run ahead of the sound, beyond its end.
 * - `overlap`: each segment reaches into the next.
 * - `disorder`: the segments come last first.
 * - `loop`: from the middle on one sentence is said again and again.
 * - `early-stop`: the second half is left out, and the answer calls itself complete.
 * - `missing-middle`: the middle third is left out.
 * - `silent`: no segments.
 * - `wrong-json`: the text breaks off in the middle, and the answer calls itself complete.
 * - `renamed`: speakers have numbers for names, others in each answer.
 * - `max-tokens`: the text breaks off at the limit of tokens.
 */
export type Lie = {
  readonly kind: LieKind;
  /** How many answers are lies; 1 unless given. */
  readonly times?: number | 'any';
  /** Only where the request asks for this second of the recording. */
  readonly at?: number;
};

export const LIE_KINDS = [
  'late-stamps',
  'overlap',
  'disorder',
  'loop',
  'early-stop',
  'missing-middle',
  'silent',
  'wrong-json',
  'renamed',
  'max-tokens',
] as const;
export type LieKind = (typeof LIE_KINDS)[number];
