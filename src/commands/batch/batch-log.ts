import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stateFolder } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import type { ItemError } from '../../many/item-record.ts';
import { openRecordLog, type RecordLog, readRecordLog } from '../../record-log/record-log.ts';

/** What is known of an input of a batch: enough for its record when the result is here. */
export type BatchItem = {
  /** As it stands in the requests and in the results. */
  readonly key: string;
  readonly sources: readonly string[];
  readonly sha256?: readonly string[];
  readonly types?: readonly string[];
  /** Of the first input, as it was named, where that is a file. */
  readonly path?: string;
  /** Why it was never sent. */
  readonly error?: ItemError;
};

/** A batch as a whole; it may be several jobs. */
export type BatchFacts = {
  readonly id: string;
  readonly backend: string;
  /** Of which account it is, so that nobody looks for it elsewhere. */
  readonly place: string;
  readonly model: string;
  readonly name: string;
  readonly created: string;
  /** Inputs, those that could not be sent among them; undefined when the service reads them by itself. */
  readonly count: number | undefined;
  /** What answers must fit. */
  readonly schema?: Record<string, unknown>;
};

/** One of a batch's jobs. `job` is its name, once there is one. */
export type BatchPart = {
  readonly displayName: string;
  /** The requests in it; undefined when the service reads them by itself. */
  readonly requests: number | undefined;
  /** When it was first tried to create it, which may have succeeded without our learning of it. */
  readonly tried?: string;
  readonly job?: string;
};

/** What this machine knows of a batch. */
export type KnownBatch = {
  readonly facts: BatchFacts;
  readonly parts: readonly BatchPart[];
};

/** A batch's file in the state folder, open to be written. */
export type BatchLog = {
  /** Undefined for a batch that is new, or was never written down whole. */
  readonly known: KnownBatch | undefined;
  /** Writes down a batch before anything of it is created; `items` are JSON texts of BatchItem. */
  begin(facts: BatchFacts, parts: readonly BatchPart[], items: readonly string[]): Promise<void>;
  /** A job is about to be created. */
  trying(part: number, at: Date): Promise<void>;
  created(part: number, job: string): Promise<void>;
  close(): Promise<void>;
};

/** Items in one line of the file. */
const ITEMS_A_LINE = 500;

/** Where batches are kept; undefined where there is no home folder. */
export function batchFolder({ env }: Pick<Context, 'env'>): string | undefined {
  const state = stateFolder(env);
  return state && join(state, 'batches');
}

/**
 * Opens a batch's file for this process alone.
 * @throws InputError when another process has it, or it cannot be written
 */
export async function openBatchLog(context: Context, id: string): Promise<BatchLog> {
  const folder = batchFolder(context);
  if (folder === undefined) {
    context.note('warning: there is no home folder to note the batch in: `gemini batch list` shows its jobs');
    return unwritten();
  }
  const reader = createReader(() => {});
  const { onRecord } = reader;
  const log = await openRecordLog(join(folder, `${id}.jsonl`), { onRecord, note: context.note });
  return { ...writer(log), known: reader.known() };
}

/** Reads what is known of a batch; undefined when nothing is. @param onItem is given each of its items, in order */
export async function readBatchLog(
  context: Context,
  id: string,
  onItem: (item: BatchItem) => void = () => {},
): Promise<KnownBatch | undefined> {
  const folder = batchFolder(context);
  const path = folder && join(folder, `${id}.jsonl`);
  if (path === undefined || !(await exists(path))) return undefined;
  const items: BatchItem[] = [];
  const reader = createReader((from, more) => {
    // What begins again replaces what a killed run had begun to write.
    items.length = Math.min(items.length, from);
    items.push(...more);
  });
  await readRecordLog(path, { onRecord: reader.onRecord, note: context.note });
  for (const item of items) onItem(item);
  return reader.known();
}

/** All batches that this machine knows of, the newest first. */
export async function knownBatches(context: Context): Promise<KnownBatch[]> {
  const folder = batchFolder(context);
  const files = folder === undefined ? [] : await readdir(folder).catch(() => []);
  const batches: KnownBatch[] = [];
  for (const file of files) {
    if (!file.endsWith('.jsonl')) continue;
    const known = await readBatchLog(context, file.slice(0, -'.jsonl'.length));
    if (known) batches.push(known);
  }
  return batches.sort((a, b) => (a.facts.created < b.facts.created ? 1 : -1));
}

/** Forgets a batch. */
export async function forgetBatch(context: Context, id: string): Promise<void> {
  const folder = batchFolder(context);
  if (folder !== undefined) await rm(join(folder, `${id}.jsonl`), { force: true });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function createReader(onItems: (from: number, items: BatchItem[]) => void) {
  let facts: BatchFacts | undefined;
  let parts: BatchPart[] = [];
  const change = (record: Record<string, unknown>, more: Partial<BatchPart>) => {
    const part = parts[Number(record.part)];
    if (part) parts[Number(record.part)] = { ...part, ...more };
  };
  return {
    onRecord(record: Record<string, unknown>) {
      if (record.type === 'items') onItems(Number(record.from), record.items as BatchItem[]);
      else if (record.type === 'batch') {
        facts = record.facts as BatchFacts;
        parts = record.parts as BatchPart[];
      } else if (record.type === 'trying') change(record, { tried: String(record.at) });
      else if (record.type === 'created') change(record, { job: String(record.job) });
    },
    known: (): KnownBatch | undefined => facts && { facts, parts },
  };
}

function writer(log: RecordLog): Omit<BatchLog, 'known'> {
  return {
    async begin(facts, parts, items) {
      for (let from = 0; from < items.length; from += ITEMS_A_LINE) {
        const some = items.slice(from, from + ITEMS_A_LINE).map((item) => JSON.parse(item));
        await log.append({ type: 'items', from, items: some });
      }
      // Last: a file without it was never finished.
      await log.append({ type: 'batch', facts, parts });
    },
    trying: (part, at) => log.append({ type: 'trying', part, at: at.toISOString() }),
    created: (part, job) => log.append({ type: 'created', part, job }),
    close: () => log.close(),
  };
}

function unwritten(): BatchLog {
  const nothing = async () => {};
  return { known: undefined, begin: nothing, trying: nothing, created: nothing, close: nothing };
}
