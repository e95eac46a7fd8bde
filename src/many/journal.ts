import { openRecordLog } from '../record-log/record-log.ts';
import type { ItemRecord } from './item-record.ts';

/** A record and where in the journal it stands. */
export type Stored = { readonly record: ItemRecord; readonly place: number };

/**
 * What became of each item, kept so that a run that ends at any moment goes on where it was. In memory are only places:
 * some hundred bytes for each item, however long the answers are.
 */
export type Journal = {
  readonly path: string;
  /** Records that were there when it was opened. */
  readonly found: number;
  /** Whether a record stood there before this run. */
  isEarlier(stored: Stored): boolean;
  /** The last record of an input, by its name: what was in it then. */
  ofSource(name: string): Promise<Stored | undefined>;
  /** The last record of this question. */
  ofKey(key: string): Promise<Stored | undefined>;
  /**
   * Resolves when it is on the disk.
   * @param isCopy of a record that is here already, for another input: `ofKey` goes on giving the first
   * @throws InputError when it cannot be written
   */
  add(record: ItemRecord, isCopy?: boolean): Promise<Stored>;
  read(place: number): Promise<ItemRecord>;
  close(): Promise<void>;
};

/** Answers of so short a time may be lost when the power fails; none is when the program is killed. */
const SYNC_MS = 100;

/**
 * Opens a journal for this run alone.
 * @param options.fresh what stands in it does not count: all is asked again
 * @throws InputError when another run has it, or it cannot be read or written
 */
export async function openJournal(
  path: string,
  { note, fresh = false }: { note(line: string): void; fresh?: boolean },
): Promise<Journal> {
  const bySource = new Map<string, number>();
  const byKey = new Map<string, number>();
  const index = (record: ItemRecord, place: number) => {
    // Of what could not be read nothing is known, and it is tried again.
    if (record.sha256 === undefined) return;
    byKey.set(record.key, place);
    for (const name of record.sources) bySource.set(name, place);
  };
  let found = 0;
  let lastFound = -1;
  const log = await openRecordLog(path, {
    note,
    syncLaterMs: SYNC_MS,
    onRecord(line, place) {
      lastFound = place;
      if (fresh || !isItemRecord(line)) return;
      found += 1;
      index(line, place);
    },
  });
  const read = async (place: number): Promise<ItemRecord> => {
    // Only places of item records are known.
    return (await log.read(place)) as ItemRecord;
  };
  const stored = async (place: number | undefined): Promise<Stored | undefined> =>
    place === undefined ? undefined : { record: await read(place), place };
  return {
    path,
    found,
    isEarlier: ({ place }) => place <= lastFound,
    read,
    ofSource: (name) => stored(bySource.get(name)),
    ofKey: (key) => stored(byKey.get(key)),
    async add(record, isCopy = false) {
      const place = await log.place(record);
      if (record.sha256 !== undefined && !isCopy) byKey.set(record.key, place);
      return { record, place };
    },
    close: () => log.close(),
  };
}

function isItemRecord(line: Record<string, unknown>): line is ItemRecord {
  const { key, sources, sha256 } = line;
  const isList = (value: unknown) =>
    Array.isArray(value) && value.every((each: unknown) => typeof each === 'string');
  return typeof key === 'string' && isList(sources) && (sha256 === undefined || isList(sha256));
}
