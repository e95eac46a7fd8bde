import type { ItemRecord } from './item-record.ts';
import type { Journal, Stored } from './journal.ts';

/**
 * Writes records in the order of their items, whatever the order in which they are finished. What waits for a slow item
 * before it is held up to a limit; beyond that only its place in the journal is kept, and it is read again.
 */
export type OrderedOutput = {
  /** Takes what came of an item; undefined for an item that has no record. */
  put(index: number, stored: Stored | undefined): void;
  /** Waits until all that can be written is. @throws what writing failed with */
  settled(): Promise<void>;
};

export type OrderedOutputOptions = {
  /** False writes each as it comes. */
  readonly ordered: boolean;
  write(record: ItemRecord): Promise<void>;
  /** Where records can be read again. */
  readonly journal: Pick<Journal, 'read'> | undefined;
  /** Told of a failure at once, since nobody may be waiting. */
  onFailure(error: unknown): void;
  /** Characters of text that may wait in memory. */
  readonly heldCharacters?: number;
};

/** A record, its place alone, or nothing to write. */
type Held = ItemRecord | number | undefined;

const HELD_CHARACTERS = 4 * 1024 * 1024;
/** Of a record without its text: names, hashes and counts. */
const OTHER_CHARACTERS = 500;

export function createOrderedOutput(options: OrderedOutputOptions): OrderedOutput {
  const { ordered, write, journal, heldCharacters = HELD_CHARACTERS } = options;
  const waiting = new Map<number, Held>();
  let arrived = 0;
  let next = 0;
  let held = 0;
  let writing: Promise<void> | undefined;
  // Apart from the promise, which is not there yet when there was nothing to wait for.
  let busy = false;

  const writeReady = async () => {
    for (; waiting.has(next); next += 1) {
      const entry = waiting.get(next);
      waiting.delete(next);
      if (typeof entry === 'number') {
        if (journal) await write(await journal.read(entry));
      } else if (entry) {
        held -= sizeOf(entry);
        await write(entry);
      }
    }
    busy = false;
  };
  return {
    put(index, stored) {
      const size = stored ? sizeOf(stored.record) : 0;
      const tooMuch = stored && journal && held + size > heldCharacters;
      if (!tooMuch) held += size;
      waiting.set(ordered ? index : arrived, tooMuch ? stored.place : stored?.record);
      arrived += 1;
      if (busy || !waiting.has(next)) return;
      busy = true;
      writing = writeReady();
      writing.catch(options.onFailure);
    },
    async settled() {
      await writing;
    },
  };
}

function sizeOf({ text = '', data }: ItemRecord): number {
  return OTHER_CHARACTERS + text.length + (data === undefined ? 0 : JSON.stringify(data).length);
}
