/** The way through what was written before, and back to what is being written. */
export type HistoryWalk = {
  /** The entry before the present one that begins as the draft does; undefined when there is none. */
  earlier(present: string): string | undefined;
  /** The one after it, and after the last one the draft. */
  later(): string | undefined;
};

/** @param entries the oldest first */
export function createHistoryWalk(entries: readonly string[]): HistoryWalk {
  let place = entries.length;
  let draft = '';
  const fits = (entry: string) => entry.startsWith(draft) && entry !== draft;
  return {
    earlier(present) {
      if (place === entries.length) draft = present;
      const found = entries.findLastIndex(
        (entry, index) => index < place && entry !== entries[place] && fits(entry),
      );
      if (found < 0) return undefined;
      place = found;
      return entries[found];
    },
    later() {
      if (place === entries.length) return undefined;
      const present = entries[place];
      const found = entries.findIndex((entry, index) => index > place && entry !== present && fits(entry));
      place = found < 0 ? entries.length : found;
      return entries[place] ?? draft;
    },
  };
}
