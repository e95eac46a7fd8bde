import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import { RECORD_FORMATS } from '../../many/formats/index.ts';
import { plainAnswer } from '../../many/formats/text.ts';
import type { ItemRecord } from '../../many/item-record.ts';
import { createSidecars, type SidecarSource, type Sidecars } from '../../many/sidecar.ts';
import { type FileOutput, fileOutput } from '../../terminal/file-output.ts';
import type { OutputStream } from '../../terminal/io.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Item, ItemList } from '../describing.ts';
import type { DescribeOptions } from './describe-options.ts';

/** Where records go: all of them in a row, or each into a file of its own, or both. */
export type Destination = {
  write(record: ItemRecord): Promise<void>;
  /** What is written shares the screen with the progress. */
  readonly onTerminal: boolean;
  /** Files of their own, if they are asked for. */
  readonly sidecars: Sidecars | undefined;
  /** All records are written. @throws InputError when the file cannot be */
  end(): Promise<void>;
  /** They are not: what came is kept as FILE.partial. */
  abandon(): Promise<void>;
};

/** Opens it before anything is asked, so that nobody pays for answers that have no place. */
export async function openDestination(
  context: Context,
  options: DescribeOptions,
  items: ItemList,
): Promise<Destination> {
  const { cwd, io } = context;
  const { format, sidecar, outputDir } = options;
  const { begin, record: render, end } = RECORD_FORMATS[format];
  const sidecars =
    sidecar === undefined && outputDir === undefined
      ? undefined
      : createSidecars({ cwd, extension: extensionOf(options), folder: outputDir });
  if (sidecars && outputDir === undefined) refuseAddresses(items);
  const file = options.output === undefined ? undefined : await fileOutput(resolve(cwd, options.output));
  const out = file ?? (sidecars ? undefined : io.stdout);
  const alone = items.count === 1 && format === 'text';
  const gathered = file && gatherWrites(file);
  const send = (text: string) =>
    gathered ? gathered.write(text) : out?.write(out.isTTY ? sanitize(text) : text);
  let count = 0;
  const begun = async () => {
    if (count === 0 && begin !== '' && !alone) await send(begin);
  };
  return {
    sidecars,
    onTerminal: out?.isTTY === true,
    async write(record) {
      if (!out) return;
      await begun();
      // The error of a single one is reported as that of the run.
      const { error: _error, ...answer } = record;
      await send(alone ? plainAnswer(answer) : render(record, count));
      count += 1;
    },
    async end() {
      await begun();
      const last = alone ? '' : end(count);
      if (last !== '') await send(last);
      await gathered?.flush();
      await file?.publish();
    },
    async abandon() {
      await gathered?.flush().catch(() => {});
      await keepPartial(context, file);
    },
  };
}

const GATHERED_CHARACTERS = 32 * 1024;
const GATHERED_MS = 100;

/** Small pieces go to a file together: each by itself takes 50 µs of processor time, and the journal has them already. */
function gatherWrites(out: OutputStream): { write(text: string): Promise<void>; flush(): Promise<void> } {
  let held = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const text = held;
    held = '';
    if (text !== '') await out.write(text);
  };
  return {
    flush,
    async write(text) {
      held += text;
      if (held.length >= GATHERED_CHARACTERS) await flush();
      // What fails then fails again with the next write.
      else timer ??= setTimeout(() => flush().catch(() => {}), GATHERED_MS);
    },
  };
}

async function keepPartial({ note }: Context, file: FileOutput | undefined): Promise<void> {
  const partial = await file?.abandon();
  if (partial !== undefined) note(`what came so far is in ${partial}`);
}

function extensionOf({ sidecar, format, schema }: DescribeOptions): string {
  if (sidecar !== undefined) return sidecar;
  const { extension } = RECORD_FORMATS[format];
  return schema !== undefined || format === 'csv' ? '.json' : extension;
}

function refuseAddresses(items: ItemList): void {
  for (let index = 0; index < items.count; index += 1) {
    const { name, path } = firstSource(items.at(index));
    if (path !== undefined) continue;
    throw new UsageError(`--sidecar: ${name} is in no folder here to put a file into`, {
      hint: 'name a folder: --output-dir DIR',
    });
  }
}

/** The input after which the file of an item is named. */
export function firstSource({ sources }: Item): SidecarSource {
  const [first] = sources;
  return { name: first?.name ?? '', path: first && 'path' in first.part ? first.part.path : undefined };
}
