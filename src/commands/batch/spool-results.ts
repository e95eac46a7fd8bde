import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchService } from '../../backends/batches/batch-service.ts';
import type { Context } from '../../context.ts';
import { GeminiError, InputError } from '../../errors.ts';
import { type BatchJob, type BatchResult, parseBatchResult } from '../../wire/batches.ts';
import { byteLines } from './byte-lines.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

/** The results of a batch, on disk: they come in any order, and are wanted in that of the inputs. */
export type SpooledResults = {
  /** Of those that were not taken yet, in the order in which they came. */
  keys(): Iterable<string>;
  /** How many there were. */
  readonly count: number;
  /** What came of a request, once; undefined when nothing did. */
  take(key: string): Promise<BatchResult | undefined>;
  close(): Promise<void>;
};

/** Where a line stands in the file. */
type Place = { readonly start: number; readonly length: number };

/** Bytes that are written or read at once: results of neighbours are often near each other. */
const BLOCK_BYTES = 256 * 1024;

/** Tries of a download: what came before it broke off is thrown away. */
const TRIES = 3;

/**
 * Downloads the results of jobs into one temporary file, of which only places are in memory.
 * @throws GeminiError when they cannot be read; InputError when the disk is full
 */
export async function spoolResults(
  context: Context,
  service: BatchService,
  jobs: readonly BatchJob[],
): Promise<SpooledResults> {
  const folder = await makeTemporaryFolder();
  const file = await open(join(folder, 'results.jsonl'), 'wx+', 0o600);
  const close = async () => {
    await file.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const index = createIndex();
    let end = 0;
    for (const job of jobs) {
      const found = await downloadJob(context, service, { job, file, start: end });
      end = found.end;
      index.add(found);
      if (found.broken > 0) {
        context.note(`warning: ${found.broken} lines of the results of ${job.name} are no results`);
      }
    }
    const read = blockReader(file);
    return {
      keys: index.keys,
      count: index.count(),
      async take(key) {
        const place = index.take(key);
        return place && parseBatchResult(await read(place));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Download = { readonly job: BatchJob; readonly file: FileHandle; readonly start: number };
type Downloaded = {
  /** Of each line: its key, where it begins, and how long it is. */
  readonly keys: readonly string[];
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
  readonly end: number;
  /** Lines that are no JSON objects. */
  readonly broken: number;
};

async function downloadJob(context: Context, service: BatchService, download: Download): Promise<Downloaded> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readJob(context, service, download);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof GeminiError) || error.exitCode !== 7 || attempt === TRIES) throw error;
      context.note(`${error.message}: once more`);
    }
  }
}

async function readJob(
  { signal }: Context,
  service: BatchService,
  { job, file, start }: Download,
): Promise<Downloaded> {
  const found = { keys: [] as string[], starts: [] as number[], lengths: [] as number[] };
  let held: Buffer[] = [];
  let written = start;
  let end = start;
  let broken = 0;
  let number = 0;
  const flush = async () => {
    await writeAt(file, Buffer.concat(held), written);
    written = end;
    held = [];
  };
  for await (const line of byteLines(service.results(job, signal))) {
    if (line.length === 0) continue;
    number += 1;
    const result = parseBatchResult(line.toString());
    if (!result) {
      broken += 1;
      continue;
    }
    found.keys.push(result.key ?? `${job.name} ${number}`);
    found.starts.push(end);
    found.lengths.push(line.length);
    // The line's memory may be used again for the next ones.
    held.push(Buffer.from(line));
    end += line.length;
    if (end - written >= BLOCK_BYTES) await flush();
  }
  await flush();
  return { ...found, end, broken };
}

/** Which line is whose: numbers apart from the keys take a third of the memory of objects. */
function createIndex() {
  const numbers = new Map<string, number>();
  const starts: number[] = [];
  const lengths: number[] = [];
  return {
    add(found: Downloaded) {
      for (const [index, key] of found.keys.entries()) {
        numbers.set(key, starts.length);
        starts.push(found.starts[index] ?? 0);
        lengths.push(found.lengths[index] ?? 0);
      }
    },
    keys: () => numbers.keys(),
    count: () => numbers.size,
    take(key: string): Place | undefined {
      const number = numbers.get(key);
      if (number === undefined) return undefined;
      numbers.delete(key);
      return { start: starts[number] ?? 0, length: lengths[number] ?? 0 };
    },
  };
}

async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  try {
    for (let written = 0; written < bytes.length; ) {
      const rest = bytes.length - written;
      written += (await file.write(bytes, written, rest, position + written)).bytesWritten;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`cannot keep the results in ${tmpdir()}: ${code ?? error}`, {
      cause: error,
      hint: 'set TMPDIR to a folder with more room',
    });
  }
}

/** Reads lines, and what is around them with them. */
function blockReader(file: FileHandle): (place: Place) => Promise<string> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let from = 0;
  let filled = 0;
  return async ({ start, length }) => {
    if (length > BLOCK_BYTES / 2) {
      const own = Buffer.allocUnsafe(length);
      await fill(file, own, start);
      return own.toString();
    }
    if (start < from || start + length > from + filled) {
      from = Math.max(0, start - BLOCK_BYTES / 2);
      filled = await fill(file, block, from);
    }
    return block.toString('utf8', start - from, start - from + length);
  };
}

/** Fills the buffer as far as the file goes. */
async function fill(file: FileHandle, buffer: Buffer, position: number): Promise<number> {
  for (let filled = 0; filled < buffer.length; ) {
    const rest = buffer.length - filled;
    const { bytesRead } = await file.read(buffer, filled, rest, position + filled);
    if (bytesRead === 0) return filled;
    filled += bytesRead;
  }
  return buffer.length;
}
