import { GeminiError } from '../../errors.ts';
import type { Journal, Stored } from '../../many/journal.ts';
import type { Task } from '../../many/retry-until-answered.ts';
import type { Describing, Item } from '../describing.ts';
import { type Asking, askItem } from './ask-item.ts';

/** What is noticed of single items, for the end of the run. */
export type Seen = {
  /** The last error as it was raised, for a run over one item. */
  fault: GeminiError | undefined;
  /** Files of folders that cannot be described. */
  readonly passedOver: string[];
};

type Preparing = {
  readonly describing: Describing;
  readonly asking: Asking;
  readonly journal: Journal | undefined;
  readonly seen: Seen;
};

/** Finds out what an item is, from the journal where that still holds; undefined where nothing of it can be described. */
export async function prepareItem(
  { describing, asking, journal, seen }: Preparing,
  item: Item,
): Promise<Task | undefined> {
  let own: Stored | undefined;
  const known =
    journal &&
    (async (name: string) => {
      own = await journal.ofSource(name);
      const at = own?.record.sources.indexOf(name) ?? -1;
      const { stamps, sha256, types } = own?.record ?? {};
      return { stamp: stamps?.[at] ?? '', sha256: sha256?.[at] ?? '', type: types?.[at] ?? '' };
    });
  const identified = await remembering(seen, () => describing.identify(item, known));
  seen.passedOver.push(...identified.passedOver);
  const { key, sources, sha256, types, stamps, media } = identified;
  if (sources.length === 0) return undefined;
  return {
    facts: { key, sources, sha256, types, stamps },
    // Without a look at the file it is the record of this very item, unless the question is another.
    own: media === undefined ? own : undefined,
    ask: (signal) =>
      remembering(seen, async () => {
        const answer = await askItem(asking, await describing.compose(identified), signal);
        if (answer.failure) seen.fault = answer.failure;
        return answer;
      }),
  };
}

async function remembering<Result>(seen: Seen, task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof GeminiError) seen.fault = error;
    throw error;
  }
}
