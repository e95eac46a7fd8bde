import type { RecordFormat } from './format.ts';
import { recordObject } from './record-object.ts';

/** One JSON object a line. */
export const jsonl: RecordFormat = {
  begin: '',
  record: (record) => `${JSON.stringify(recordObject(record))}\n`,
  end: () => '',
  extension: '.json',
};
