import type { RecordFormat } from './format.ts';
import { recordObject } from './record-object.ts';

/** One JSON list of objects, one on each line of it. */
export const json: RecordFormat = {
  begin: '[',
  record: (record, index) => `${index === 0 ? '' : ','}\n  ${JSON.stringify(recordObject(record))}`,
  end: (count) => (count === 0 ? ']\n' : '\n]\n'),
  extension: '.json',
};
