import { PartialError } from '../errors.ts';
import type { ItemRecord } from './item-record.ts';

/** Counts what became of the items of a run; of failures by their cause, with an example of each. */
export type Summary = {
  add(record: ItemRecord | undefined): void;
  readonly done: number;
  readonly failed: number;
  readonly leftOut: number;
  /** The failures as one error, its causes as its details; undefined where nothing failed. */
  failure(hint: string): PartialError | undefined;
};

type Cause = { count: number; readonly example: string; readonly message: string };

/** More causes than this tell no more. */
const MAX_CAUSES = 12;

export function createSummary(): Summary {
  const causes = new Map<string, Cause>();
  let done = 0;
  let failed = 0;
  let leftOut = 0;
  return {
    add(record) {
      if (!record) {
        leftOut += 1;
        return;
      }
      const { error, sources } = record;
      if (!error) {
        done += 1;
        return;
      }
      failed += 1;
      const name = [error.kind, error.status ?? '', error.code ?? ''].join(' ');
      const cause = causes.get(name) ?? { count: 0, example: sources.join(', '), message: error.message };
      cause.count += 1;
      causes.set(name, cause);
    },
    get done() {
      return done;
    },
    get failed() {
      return failed;
    },
    get leftOut() {
      return leftOut;
    },
    failure(hint) {
      if (failed === 0) return undefined;
      const sorted = [...causes.values()].sort((a, b) => b.count - a.count);
      const details = sorted.slice(0, MAX_CAUSES).map(inWords);
      if (sorted.length > MAX_CAUSES) details.push(`and ${sorted.length - MAX_CAUSES} causes more`);
      return new PartialError(`${failed} of ${done + failed} failed`, { hint, details });
    },
  };
}

function inWords({ count, example, message }: Cause): string {
  const names = message.startsWith(example) ? message : `${example}: ${message}`;
  return count === 1 ? names : `${count} ×, such as ${names}`;
}
