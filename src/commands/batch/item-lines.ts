import type { Context } from '../../context.ts';
import { GeminiError } from '../../errors.ts';
import { itemError } from '../../many/outcome.ts';
import type { Describing, Item, ItemList, ItemSource } from '../describing.ts';
import type { MediaDelivery } from './deliver-media.ts';
import { inOrder } from './in-order.ts';
import type { RequestLine } from './write-requests.ts';

/** Items looked at and uploaded at once. */
const TOGETHER = 8;

/** What items are made into requests with. */
export type ItemTools = {
  readonly describing: Describing;
  readonly delivery: MediaDelivery;
  /** Is told what answers must fit, with every request. */
  onSchema(schema: Record<string, unknown> | undefined): void;
};

/**
 * The requests about many inputs, in their order. An input that cannot be sent is one with an error.
 * @param onDone is told after each, for a progress line
 */
export async function* itemLines(
  context: Context,
  items: ItemList,
  using: ItemTools & { onDone(done: number): void },
): AsyncGenerator<RequestLine> {
  let done = 0;
  const lines = inOrder(items.count, TOGETHER, (index) => lineOf(context, items.at(index), using));
  for await (const line of lines) {
    done += 1;
    using.onDone(done);
    if (line) yield line;
  }
}

/** Undefined for files of a folder that cannot be described. */
async function lineOf(
  context: Context,
  item: Item,
  { describing, delivery, onSchema }: ItemTools,
): Promise<RequestLine | undefined> {
  context.signal.throwIfAborted();
  const names = item.sources.map(({ name }) => name);
  try {
    const identified = await describing.identify(item);
    const { sources, sha256, types } = identified;
    for (const name of identified.passedOver)
      context.note(`${name} is of a type that is not described: left out`);
    if (sources.length === 0) return undefined;
    const { request, schema } = await describing.compose(identified);
    onSchema(schema);
    const key = keyOf(item.index, sources);
    const line = JSON.stringify({ key, request: await delivery.deliver(request) });
    const first = item.sources.find(({ name }) => name === sources[0]);
    return { key, sources, sha256, types, ...pathOf(first), line, identity: `${key} ${identified.key}` };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof GeminiError) || !isOfItem(error)) throw error;
    const key = keyOf(item.index, names);
    return { key, sources: names, error: itemError(error), identity: `${key} failed` };
  }
}

function pathOf(source: ItemSource | undefined): { path?: string } {
  return source && 'path' in source.part ? { path: source.part.path } : {};
}

/** An input's own fault does not end the run; what is wrong with the service does. */
function isOfItem({ exitCode }: GeminiError): boolean {
  return exitCode === 3;
}

/** Characters of the sources' names in a key. */
const LONGEST_NAME = 200;

/**
 * What a request is known by in the service's results: its place, and what it is about, so that whoever has nothing but
 * the results still knows. Two inputs never have the same.
 */
export function keyOf(index: number, sources: readonly string[]): string {
  const names = sources.join(' + ');
  return `#${index + 1} ${names.length > LONGEST_NAME ? `${names.slice(0, LONGEST_NAME)}…` : names}`;
}

/** What keyOf has put into a key; undefined for the key of somebody else. */
export function placeOf(key: string): { index: number; source: string } | undefined {
  const [, number, source] = /^#([1-9]\d{0,9}) (.*)$/s.exec(key) ?? [];
  return number === undefined || source === undefined ? undefined : { index: Number(number) - 1, source };
}
