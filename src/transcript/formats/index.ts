import type { Format } from './format.ts';
import { JSON_FORMAT } from './json.ts';
import { MARKDOWN } from './markdown.ts';
import { SRT } from './srt.ts';
import { TEXT } from './text.ts';
import { TSV } from './tsv.ts';
import { VTT } from './vtt.ts';

/** Every format of `--format`, by the name it is asked for with. */
export const FORMATS = {
  txt: TEXT,
  srt: SRT,
  vtt: VTT,
  json: JSON_FORMAT,
  tsv: TSV,
  md: MARKDOWN,
} satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
