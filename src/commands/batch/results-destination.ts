import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { RECORD_FORMATS } from '../../many/formats/index.ts';
import type { ItemRecord } from '../../many/item-record.ts';
import { createSidecars } from '../../many/sidecar.ts';
import { fileOutput } from '../../terminal/file-output.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { BatchItem } from './batch-log.ts';
import type { ResultsOptions } from './results.ts';

/** Where records go: all of them in a row, or each into a file of its own, or both. */
export type ResultsDestination = {
  write(item: BatchItem, record: ItemRecord): Promise<void>;
  end(): Promise<void>;
  abandon(): Promise<void>;
};

/** Characters: they are all here, so that nobody waits for them. */
const WRITTEN_AT_ONCE = 64 * 1024;

/** @throws InputError when nothing can be written there */
export async function openDestination(
  { cwd, io, note }: Context,
  { format, output, sidecar, outputDir }: ResultsOptions,
): Promise<ResultsDestination> {
  const { begin, record: render, end, extension } = RECORD_FORMATS[format];
  const apart = sidecar !== undefined || outputDir !== undefined;
  const ending = sidecar ?? (format === 'csv' ? '.json' : extension);
  const sidecars = apart ? createSidecars({ cwd, extension: ending, folder: outputDir }) : undefined;
  const file = output === undefined || output === '-' ? undefined : await fileOutput(resolve(cwd, output));
  const out = file ?? (apart && output === undefined ? undefined : io.stdout);
  const flush = async () => {
    if (held !== '') await out?.write(out.isTTY ? sanitize(held) : held);
    held = '';
  };
  let held = begin;
  let count = 0;
  return {
    async write(item, record) {
      const [name = item.key] = item.sources;
      // Why there is no answer is no text about the input.
      if (!record.error) await sidecars?.write(record, { name, path: item.path }, false);
      held += render(record, count);
      if (held.length >= WRITTEN_AT_ONCE) await flush();
      count += 1;
    },
    async end() {
      held += end(count);
      await flush();
      await file?.publish();
    },
    async abandon() {
      await flush().catch(() => {});
      const partial = await file?.abandon();
      if (partial !== undefined) note(`what came so far is in ${partial}`);
    },
  };
}
