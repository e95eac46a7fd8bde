import type { Backend } from '../../backends/backend.ts';
import type { Context } from '../../context.ts';
import { InterruptedError } from '../../errors.ts';
import type { ItemRecord } from '../../many/item-record.ts';
import type { Journal } from '../../many/journal.ts';
import { createOrderedOutput } from '../../many/ordered-output.ts';
import { type Running, runItems } from '../../many/run-items.ts';
import { createRunProgress, type RunProgress } from '../../many/run-progress.ts';
import { createSummary, type Summary } from '../../many/summary.ts';
import { costOf, priceOf } from '../../models/prices.ts';
import { askedModel } from '../asked-model.ts';
import { type Describing, type ItemList, listItems, openDescribing } from '../describing.ts';
import { ownPrices } from '../own-prices.ts';
import type { Asking } from './ask-item.ts';
import type { DescribeOptions } from './describe-options.ts';
import { type Destination, firstSource, openDestination } from './destination.ts';
import { openRunJournal } from './open-journal.ts';
import { prepareItem, type Seen } from './prepare-item.ts';
import { limitNotes, notePassedOver } from './run-notes.ts';

export { readDescribeOptions } from './describe-options.ts';

/** `gemini describe`: one answer for each input, for one file or a hundred thousand. */
export async function describe(context: Context, options: DescribeOptions): Promise<void> {
  const items = await listItems(context, options);
  const model = askedModel(context);
  const { preview } = options;
  const sending = preview === undefined;
  const backend = await context.backend({ stream: false, sending });
  const describing = await openDescribing(context, { ...options, offline: !sending }, { backend, model });
  if (!sending) {
    const { previewItems } = await import('./preview-items.ts');
    return previewItems(context, { ...options, preview }, { items, describing, backend, model });
  }
  const destination = await openDestination(context, options, items);
  let journal: Journal | undefined;
  try {
    journal = await openRunJournal(context, options, items);
    if (journal && options.verbose) context.note(`the journal is ${journal.path}`);
    await describeAll({ context, options, items, backend, model, describing, destination, journal });
  } catch (error) {
    await destination.abandon();
    throw error;
  } finally {
    await journal?.close();
  }
}

type Everything = {
  readonly context: Context;
  readonly options: DescribeOptions;
  readonly items: ItemList;
  readonly backend: Backend;
  readonly model: string;
  readonly describing: Describing;
  readonly destination: Destination;
  readonly journal: Journal | undefined;
};

async function describeAll(from: Everything): Promise<void> {
  const { context, options, items, describing, destination, journal } = from;
  const summary = createSummary();
  const progress = await openProgress(from, summary);
  const notes = limitNotes(context, options.verbose);
  const seen: Seen = { fault: undefined, passedOver: [] };
  let doneBefore = 0;
  const output = createOrderedOutput({
    ordered: options.ordered,
    journal,
    write: async (record) => {
      if (destination.onTerminal) progress.clear();
      await destination.write(record);
    },
    onFailure: (error) => running.stop(error),
  });
  const asking = askingOf(from, notes.note);
  const { sidecars } = destination;
  const running: Running = runItems({
    count: items.count,
    prepare: (index) => prepareItem({ describing, asking, journal, seen }, items.at(index)),
    sourcesOf: (index) => items.at(index).sources.map(({ name }) => name),
    journal,
    output,
    ...(sidecars && {
      keep: async (index: number, record: ItemRecord, again: boolean) => {
        if (!record.error) await sidecars.write(record, firstSource(items.at(index)), again);
      },
    }),
    pace: {
      concurrency: options.jobs,
      requestsPerMinute: options.requestsPerMinute,
      tokensPerMinute: options.tokensPerMinute,
    },
    retries: context.config.number('retries'),
    retryFailed: options.retryFailed,
    signal: context.signal,
    onItem(record, { again }) {
      summary.add(record);
      if (again) doneBefore += 1;
      else if (record) progress.add(record);
    },
  });
  const stopListening = finishOnInterrupt(context, running);
  try {
    await running.done;
  } catch (error) {
    if (error instanceof InterruptedError) tellRest(from, summary);
    throw error;
  } finally {
    stopListening();
    progress.stop();
    notes.end();
  }
  await destination.end();
  if (doneBefore > 0) {
    context.note(`${doneBefore} of ${items.count} were done by an earlier run (--fresh asks again)`);
  }
  noteDiffering(context, sidecars?.differing ?? 0);
  notePassedOver(context, seen.passedOver);
  if (options.usage) await context.io.stderr.write(`${progress.line()}\n`);
  const failure = summary.failure('--retry-failed asks again for those that failed');
  if (failure) throw items.count === 1 ? (seen.fault ?? failure) : failure;
}

/** Whoever changed them meant it; whoever asked for something else since wants to know. */
function noteDiffering({ note }: Context, count: number): void {
  if (count === 0) return;
  const files = count === 1 ? '1 file was left as it is' : `${count} files were left as they are`;
  note(`note: ${files}, with a text that is not this answer; --fresh asks again and replaces all`);
}

async function openProgress(
  { context, options, items, backend, model }: Everything,
  summary: Summary,
): Promise<RunProgress> {
  const { io, quiet, env, note } = context;
  const { verbose, usage } = options;
  const watched = verbose || usage || (io.stderr.isTTY && !quiet);
  const price = watched ? priceOf(model, backend.name, context.now(), await ownPrices(env)) : undefined;
  return createRunProgress({
    total: items.count,
    summary,
    stderr: io.stderr,
    quiet,
    verbose,
    note,
    ...(price && {
      costOf: ({ promptTokenCount: all = 0, promptTokensDetails = [], ...usage }) =>
        costOf(price, {
          all,
          audio: promptTokensDetails.find(({ modality }) => modality === 'AUDIO')?.tokenCount ?? 0,
          answer: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
        }),
      costOfInputAlone: price.output === undefined,
    }),
  });
}

/** What every item needs of the run, made once: an uploader, and no word about single files. */
function askingOf({ context, options, backend, model }: Everything, note: Context['note']): Asking {
  let uploader: ReturnType<Context['uploader']> | undefined;
  let making: ReturnType<NonNullable<typeof uploader>> | undefined;
  const own: Context = {
    ...context,
    quiet: true,
    note,
    uploader: (schemes) => {
      uploader ??= context.uploader(schemes);
      const make = uploader;
      return (
        make &&
        (() => {
          making ??= make();
          return making;
        })
      );
    },
  };
  return { context: own, backend, model, limits: options.limits, fitting: new Map() };
}

/** Ctrl-C finishes what is under way; pressed again it stops at once. */
function finishOnInterrupt({ onInterrupt, note }: Context, running: Running): () => void {
  const stopListening = onInterrupt(() => {
    stopListening();
    note('finishing what is under way; Ctrl-C again stops at once');
    running.stop(new InterruptedError('SIGINT'));
  });
  return stopListening;
}

function tellRest({ context, items, journal }: Everything, { done, failed }: Summary): void {
  if (!journal) return;
  context.note(`stopped: ${done + failed} of ${items.count} are done; the same command goes on from there`);
}
