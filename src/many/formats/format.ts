import type { ItemRecord } from '../item-record.ts';

/** A way to write records, one after the other: nothing needs to be held until the last. */
export type RecordFormat = {
  /** Before the first record; '' for nothing. */
  readonly begin: string;
  /** @param index of the record among those that are written, from 0 */
  record(record: ItemRecord, index: number): string;
  /** After the last one. @param count of records */
  end(count: number): string;
  /** Of a file that holds one such record, with its dot. */
  readonly extension: string;
};
