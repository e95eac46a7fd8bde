import type { Segment, Transcript } from '../transcript.ts';

/** How a transcript is to look; each format takes what it has a place for. */
export type RenderOptions = {
  /** Columns of a line; wide characters count two. Subtitles: 42 unless said; text: no limit unless said. */
  maxLineWidth?: number;
  /** Lines of one cue, 2 unless said; subtitles only. */
  maxLines?: number;
  /** Show who speaks, where it is known. */
  speakers: boolean;
  /** `word` where the segments have words. Subtitles always have their cue times. */
  timestamps: 'none' | 'segment' | 'word';
};

/** Writes a transcript while it is still being made: each piece of text is to be appended to the one before. */
export type SegmentWriter = {
  write(segment: Segment): string;
  /** What comes after the last segment: summary and chapters, the final newline. */
  end(rest: Omit<Transcript, 'segments'>): string;
};

/** A file format of transcripts: a file here and a row in `formats/index.ts`. */
export type Format = {
  /** With the dot. */
  readonly extension: string;
  /** The whole file: UTF-8 without a byte order mark, `\n` at the end of each line. Never throws on any text. */
  render(transcript: Transcript, options: RenderOptions): string;
  /** Reads what `render` wrote, and what others write of the same format as far as it can; never throws on any text. */
  parse?(text: string): Transcript;
  /** Present where the beginning of the file does not depend on its end; the pieces are what `render` gives. */
  writer?(options: RenderOptions): SegmentWriter;
};
