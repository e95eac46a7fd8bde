import { createHash, hash } from 'node:crypto';
import { type BigIntStats, statSync, stat as statWithCallback } from 'node:fs';
import { resolve } from 'node:path';
import type { ByteSource } from '../../byte-source.ts';
import { monotonicMs } from '../../concurrency.ts';
import type { Context } from '../../context.ts';
import type { Medium } from '../../media/medium.ts';
import { renderSourceOptions } from '../../prompt/source-options.ts';
import type { Composer } from './compose-item.ts';
import type { Item, ItemSource } from './list-sources.ts';

/** What an earlier run found in a file; believed as long as `stamp` is the same. */
export type KnownFile = (
  name: string,
) => Promise<{ readonly stamp: string; readonly sha256: string; readonly type: string } | undefined>;

/** An item of which it is known what it holds. The lists have one entry for each source that is sent. */
export type IdentifiedItem = {
  readonly item: Item;
  /** The same key is the same question about the same content, by the same model. */
  readonly key: string;
  readonly sources: readonly string[];
  /** In hex; '' for an address, which is not read. */
  readonly sha256: readonly string[];
  /** MIME types; '' where nobody knows. */
  readonly types: readonly string[];
  /** Size, time of change and number of each file; '' for what is no file. */
  readonly stamps: readonly string[];
  /** Undefined where an earlier run is believed: nothing was opened. */
  readonly media: readonly Medium[] | undefined;
  /** Files of a folder that cannot be described; an item may consist of them alone. */
  readonly passedOver: readonly string[];
};

type Fact = Omit<Found, 'medium'> & { readonly medium: Medium | undefined };
type Found = {
  readonly name: string;
  readonly sha256: string;
  readonly type: string;
  readonly stamp: string;
  readonly medium: Medium;
};

/** See Describing.identify in describing.ts. */
export async function identifyItem(
  context: Context,
  item: Item,
  { composer, known }: { composer: Composer; known: KnownFile | undefined },
): Promise<IdentifiedItem> {
  const facts: Fact[] = [];
  const passedOver: string[] = [];
  for (const source of item.sources) {
    const remembered = known && (await recall(context, source, known));
    const fact = remembered ?? (await look(context, source, composer));
    if (fact === undefined) passedOver.push(source.name);
    else facts.push(fact);
  }
  const media = facts.flatMap(({ medium }) => medium ?? []);
  return {
    item,
    key: keyOf(composer.identity, facts, item.sources),
    sources: facts.map(({ name }) => name),
    sha256: facts.map(({ sha256 }) => sha256),
    types: facts.map(({ type }) => type),
    stamps: facts.map(({ stamp }) => stamp),
    media: media.length === facts.length ? media : undefined,
    passedOver,
  };
}

function keyOf(identity: string, facts: readonly Fact[], sources: readonly ItemSource[]): string {
  const lines = facts.map(({ name, sha256, type }) => {
    const options = sources.find((source) => source.name === name)?.part.options ?? {};
    return `${sha256 || name} ${type} ${renderSourceOptions(options)}`;
  });
  return hash('sha256', [identity, ...lines].join('\n'), 'base64url');
}

async function recall(
  { cwd }: Context,
  { name, part }: ItemSource,
  known: KnownFile,
): Promise<Fact | undefined> {
  const found = 'path' in part ? await known(name) : undefined;
  if (!found || !('path' in part) || found.stamp === '') return undefined;
  const stamp = await stampOf(resolve(cwd, part.path));
  return stamp === found.stamp ? { ...found, name, medium: undefined } : undefined;
}

/** Undefined for a file that was found in a folder and cannot be described. */
async function look(context: Context, source: ItemSource, composer: Composer): Promise<Found | undefined> {
  const { name, part } = source;
  // Before it is read: whoever changes it meanwhile changes the stamp.
  const stamp = 'path' in part ? await stampOf(resolve(context.cwd, part.path)) : '';
  const medium = await composer.locate(source);
  if (medium === undefined) return undefined;
  const sha256 =
    'address' in part || !('bytes' in medium.content) ? '' : await hashOf(medium.content.bytes, context);
  return { name, sha256, type: medium.mimeType ?? '', stamp, medium };
}

async function hashOf(bytes: ByteSource, { signal }: Context): Promise<string> {
  // In one call, which takes a third of the time that createHash does.
  if (bytes.whole && bytes.byteLength <= BLOCK_BYTES) return hash('sha256', bytes.whole);
  const reader = await bytes.open();
  try {
    const digest = createHash('sha256');
    const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
    for (let length = await reader.read(buffer); length > 0; length = await reader.read(buffer)) {
      digest.update(buffer.subarray(0, length));
      signal.throwIfAborted();
    }
    return digest.digest('hex');
  } finally {
    await reader.close();
  }
}

const BLOCK_BYTES = 1024 * 1024;

/**
 * A look that took longer did not come from memory: the next ones leave the event loop free. In place it takes a tenth of
 * the processor time.
 */
const SLOW_MS = 2;
const LEFT_AFTER_SLOW = 16;
let left = 0;

/** '' for a file that is not there, or that cannot be looked at: reading it finds the words for that. */
async function stampOf(path: string): Promise<string> {
  const stats = left > 0 ? await statLater(path) : statNow(path);
  // Its number too: a journal may be used from several folders, where one name is of several files.
  return stats?.isFile() ? `${stats.size}-${stats.mtimeNs}-${stats.ino}` : '';
}

function statNow(path: string): BigIntStats | undefined {
  const started = monotonicMs();
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  } finally {
    if (monotonicMs() - started > SLOW_MS) left = LEFT_AFTER_SLOW;
  }
}

function statLater(path: string): Promise<BigIntStats | undefined> {
  left -= 1;
  return new Promise((done) =>
    statWithCallback(path, { bigint: true }, (error, stats) => done(error ? undefined : stats)),
  );
}
