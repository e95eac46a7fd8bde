/**
 * The one model of a transcript, whatever it came from and whatever it becomes. Times are seconds from the beginning
 * of the medium (or of the chunk, until `offset` has moved them), as numbers.
 */

/** A stretch of time in seconds, `start` <= `end`. */
export type Span = { readonly start: number; readonly end: number };

/** One word with its own times; `text` has no space around it. */
export type Word = { start: number; end: number; text: string };

/** What one speaker says in one go. `text` is the truth; `words`, where present, are its words in order. */
export type Segment = {
  start: number;
  end: number;
  speaker?: string;
  /** BCP 47, such as `ko` or `pt-BR`, where it is known for this segment. */
  language?: string;
  text: string;
  words?: readonly Word[];
};

/** A part of the medium with a title; it lasts until the next one. */
export type Chapter = { start: number; title: string };

export type Transcript = {
  /** In the order they are spoken. */
  segments: readonly Segment[];
  /** Of the medium, in seconds. */
  duration?: number;
  /** BCP 47, of the whole. */
  language?: string;
  summary?: string;
  chapters?: readonly Chapter[];
};
