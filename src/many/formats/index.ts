import { csv } from './csv.ts';
import type { RecordFormat } from './format.ts';
import { json } from './json.ts';
import { jsonl } from './jsonl.ts';
import { md } from './md.ts';
import { text } from './text.ts';

export type { RecordFormat } from './format.ts';

/** How records of a run over many are written. A new one is a file here and a row. */
export const RECORD_FORMATS = { text, json, jsonl, csv, md } satisfies Record<string, RecordFormat>;

export type RecordFormatName = keyof typeof RECORD_FORMATS;
