import { setMaxListeners } from 'node:events';
import { monotonicMs } from '../concurrency.ts';
import { GeminiError, QuotaError, UnavailableError } from '../errors.ts';
import { createGate } from './gate.ts';
import type { ItemRecord } from './item-record.ts';
import type { Journal, Stored } from './journal.ts';
import type { OrderedOutput } from './ordered-output.ts';
import { endsRun, itemError } from './outcome.ts';
import { createPace, type PaceOptions } from './pace.ts';
import { type ItemFacts, retryUntilAnswered, type Task } from './retry-until-answered.ts';

export type ManyRun = {
  readonly count: number;
  /** Looks at an item; undefined for one that has nothing to ask. @throws GeminiError, which is then its record */
  prepare(index: number): Promise<Task | undefined>;
  /** Names of an item that could not be looked at. */
  sourcesOf(index: number): readonly string[];
  readonly journal: Journal | undefined;
  readonly output: Pick<OrderedOutput, 'put' | 'settled'>;
  /** Keeps an answer elsewhere too, before it counts as done. @param again an earlier run has kept it for this very input */
  keep?(index: number, record: ItemRecord, again: boolean): Promise<void>;
  readonly pace: PaceOptions;
  /** Tries of one item after its first. */
  readonly retries: number;
  /** What failed in an earlier run is asked again. */
  readonly retryFailed: boolean;
  readonly signal: AbortSignal;
  /**
   * Told of each item, in the order in which they end; undefined for one with nothing to ask. `again` says that an earlier
   * run has asked.
   */
  onItem(record: ItemRecord | undefined, how: { readonly again: boolean }): void;
};

/** A run under way. */
export type Running = {
  /** Begins nothing more; what is under way is finished. `done` then rejects with the reason. */
  stop(reason: unknown): void;
  /** @throws what ended the run before its end; failures of items are records */
  readonly done: Promise<void>;
};

/** While an item is looked at, waits for another try or for the disk, others may be on their way. */
const ITEMS_FOR_EACH_REQUEST = 3;
/** Items looked at together: enough to hide a disk's delay, far below any limit of open files. */
const LOOKED_AT_TOGETHER = 8;
/** Asks for all items, several at once, each until it is answered or has failed for good. */
export function runItems(run: ManyRun): Running {
  const gate = createGate(createPace(run.pace), monotonicMs);
  const { concurrency } = run.pace;
  const state: State = { next: 0, answered: false, unavailable: 0, ended: undefined };
  const pending = new Map<string, Promise<Stored>>();
  const abort = new AbortController();
  const waits = new AbortController();
  const signal = AbortSignal.any([run.signal, abort.signal]);

  const stop = (reason: unknown) => {
    state.ended ??= { reason };
    gate.close(reason);
    waits.abort(reason);
  };
  const fail = (reason: unknown) => {
    stop(reason);
    // Whoever is refused for what all are refused for need not be waited for.
    if (!(reason instanceof QuotaError || reason instanceof UnavailableError)) abort.abort(reason);
  };
  // Node warns of a leak at the eleventh listener.
  setMaxListeners(0, waits.signal, signal);
  const onAbort = () => stop(run.signal.reason);
  run.signal.addEventListener('abort', onAbort, { once: true });

  const look = takeTurns(LOOKED_AT_TOGETHER);
  const tries = { retries: run.retries, gate, signal, waits: waits.signal, state };
  const isEnd = (error: unknown) => state.ended !== undefined && error === state.ended.reason;
  const worker = async () => {
    while (!state.ended && state.next < run.count) {
      const index = state.next;
      state.next += 1;
      try {
        await settle(index);
      } catch (error) {
        // Those who were sent away say no more than why.
        if (!isEnd(error)) fail(error);
      }
    }
  };

  async function settle(index: number): Promise<void> {
    let task: Task | undefined;
    try {
      task = await look(() => run.prepare(index));
    } catch (error) {
      signal.throwIfAborted();
      if (endsRun(error, state.answered) || !(error instanceof GeminiError)) throw error;
      const sources = run.sourcesOf(index);
      return finish(index, await add({ key: '', sources, error: itemError(error) }));
    }
    if (!task) return finish(index, undefined);
    let done = await findDone(run, task, pending);
    // Meanwhile somebody else may have begun to ask the same.
    while (!done && pending.has(task.facts.key)) done = await findDone(run, task, pending);
    if (done) {
      await run.keep?.(index, done.stored.record, done.own);
      return finish(index, done.stored, done.earlier);
    }
    const asking = retryUntilAnswered(task, tries).then(async (record) => {
      if (record.error === undefined) await run.keep?.(index, record, false);
      return add(record);
    });
    const { key } = task.facts;
    pending.set(key, asking);
    try {
      finish(index, await asking);
    } finally {
      pending.delete(key);
    }
  }

  const add = async (record: ItemRecord): Promise<Stored> =>
    run.journal ? run.journal.add(record) : { record, place: 0 };
  const finish = (index: number, stored: Stored | undefined, again = false) => {
    run.output.put(index, stored);
    run.onItem(stored?.record, { again });
    const message = stored && !again ? breakdown(stored.record, state, concurrency) : undefined;
    if (message) stop(message);
  };

  const workers = Array.from({ length: Math.min(concurrency * ITEMS_FOR_EACH_REQUEST, run.count) }, worker);
  const done = Promise.all(workers).then(async () => {
    run.signal.removeEventListener('abort', onAbort);
    await run.output.settled();
    if (state.ended) throw state.ended.reason;
  });
  return { stop, done };
}

/** `own`: it is the last that was recorded of this very input. `earlier`: it was not asked in this run. */
type Done = { readonly stored: Stored; readonly own: boolean; readonly earlier: boolean };

/** What an earlier run, or this one for a file with the same content, has answered. */
async function findDone(
  { journal, retryFailed }: ManyRun,
  { facts, own }: Task,
  pending: ReadonlyMap<string, Promise<Stored>>,
): Promise<Done | undefined> {
  const usable = (stored: Stored | undefined) =>
    stored?.record.key === facts.key && !(retryFailed && stored.record.error) ? stored : undefined;
  const asked = pending.get(facts.key);
  // Its failure is its own; this one may have better luck.
  const same = asked && (await asked.catch(() => undefined));
  if (same && !same.record.error) {
    const stored = journal ? await recordFor(journal, facts, same.record) : same;
    return { stored, own: false, earlier: false };
  }
  if (!journal) return undefined;
  const mine = usable(own);
  if (mine) return { stored: mine, own: true, earlier: true };
  const found = usable(await journal.ofKey(facts.key));
  if (!found) return undefined;
  const stored = await recordFor(journal, facts, found.record);
  return { stored, own: false, earlier: journal.isEarlier(found) };
}

/** The same answer to the same question about another file: a record of its own, so that the next run knows the file. */
async function recordFor(
  journal: Journal,
  facts: ItemFacts,
  { usage: _, ...answer }: ItemRecord,
): Promise<Stored> {
  return journal.add({ ...answer, ...facts }, true);
}

type State = {
  /** The item that is begun next. */
  next: number;
  /** Something has been answered in this run. */
  answered: boolean;
  /** Items in a row that the service failed. */
  unavailable: number;
  /** Nothing more is begun. */
  ended: { readonly reason: unknown } | undefined;
};
/** When nothing but the service fails, the rest need not fail too. @returns the error that ends the run */
function breakdown({ error }: ItemRecord, state: State, concurrency: number): UnavailableError | undefined {
  if (error?.kind !== 'unavailable') {
    state.unavailable = 0;
    return undefined;
  }
  state.unavailable += 1;
  if (state.unavailable < Math.max(10, 2 * concurrency)) return undefined;
  return new UnavailableError(`the last ${state.unavailable} requests have all failed: ${error.message}`, {
    hint: 'run the same command again later, with --retry-failed',
  });
}

/** Has at most `most` tasks under way; the others wait in the order in which they came. */
function takeTurns(most: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return async (task) => {
    if (underWay >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else underWay += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else underWay -= 1;
    }
  };
}
