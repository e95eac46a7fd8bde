import type { ByteSource } from '../../byte-source.ts';

/** From `start` up to `end`, in seconds of the whole recording. */
export type Span = { readonly start: number; readonly end: number };

/** A part of a recording as a file of its own; where it lies in the whole stands in `start` and `end`. */
export type SoundPiece = Span & { readonly bytes: ByteSource; readonly mimeType: string };

/** A recording that can be cut. Nothing of it is held in memory but the piece that is read. */
export type Sound = {
  /** Of the whole. */
  readonly seconds: number;
  /** Of a piece of it. */
  readonly bytesPerSecond: number;
  /** Where nobody speaks, in order; empty where nobody can tell. */
  silences(): Promise<readonly Span[]>;
  /**
   * Cuts a piece; its ends are moved to the nearest border of a sample or frame.
   * @throws InputError when it cannot be read
   */
  cut(start: number, end: number): Promise<SoundPiece>;
};
