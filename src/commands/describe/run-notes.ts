import type { Context } from '../../context.ts';
import { displayName } from '../../media/display-name.ts';

const NOTES_SHOWN = 10;

/** Notes on single files: the first ones, and how many more there were. */
export function limitNotes(
  { note }: Pick<Context, 'note'>,
  verbose: boolean,
): { note(line: string): void; end(): void } {
  const shown = new Set<string>();
  let more = 0;
  return {
    note(line) {
      if (shown.has(line)) return;
      if (!verbose && shown.size >= NOTES_SHOWN) {
        more += 1;
        return;
      }
      shown.add(line);
      note(line);
    },
    end() {
      if (more > 0) note(`and ${more} notes more, which --verbose shows`);
    },
  };
}

const NAMED_IN_NOTE = 5;

/** One line for the files of folders that were left out. */
export function notePassedOver({ note }: Pick<Context, 'note'>, names: readonly string[]): void {
  if (names.length === 0) return;
  const shown = names.slice(0, NAMED_IN_NOTE).map(displayName).join(', ');
  const more = names.length > NAMED_IN_NOTE ? ` and ${names.length - NAMED_IN_NOTE} more` : '';
  note(`note: not of a kind that can be described, left out: ${shown}${more}`);
}
