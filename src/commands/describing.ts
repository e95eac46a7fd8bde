import type { Backend } from '../backends/backend.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { TypedPart } from '../prompt/parts.ts';
import type { ComposedPrompt } from './compose-request.ts';
import { type Composer, createComposer } from './describing/compose-item.ts';
import { type IdentifiedItem, identifyItem, type KnownFile } from './describing/identify.ts';
import { type Item, type ItemList, listSources } from './describing/list-sources.ts';
import { type PromptOptions, readFlags, readPromptOptions } from './prompt-options.ts';

export type { IdentifiedItem, KnownFile } from './describing/identify.ts';
export type { Item, ItemList, ItemSource } from './describing/list-sources.ts';

/**
 * What `describe` and `batch` share: which inputs there are, what each is, and the request it becomes.
 *
 * ```ts
 * const items = await listItems(context, options);
 * const describing = await openDescribing(context, options, { backend, model });
 * for (let index = 0; index < items.count; index++) {
 *   const item = await describing.identify(items.at(index));   // reads the file once, for its hash and type
 *   const { request, schema } = await describing.compose(item); // media as ByteSource, or as base64 when they are small
 * }
 * ```
 */

/** What is asked of each input, as the command line put it. */
export type DescribingOptions = PromptOptions & {
  /** The inputs as typed, in order; what `parts` holds besides is the prompt. */
  readonly inputs: readonly TypedPart[];
  /** A file that lists inputs, one a line; '-' is stdin. */
  readonly filesFrom: string | undefined;
  /** Names in that list end with NUL in place of a newline. */
  readonly nulSeparated: boolean;
  /** Inputs of one request. */
  readonly group: number;
  readonly altText: boolean;
  readonly language: string | undefined;
  readonly length: 'short' | 'medium' | 'long' | undefined;
  /** False with --no-limits. */
  readonly limits: boolean;
  /** Files that end like this beside an input are what an earlier run made of it: no inputs. */
  readonly sidecar: string | undefined;
  /** Files and folders that this run writes, as typed: no inputs either, unless they are named themselves. */
  readonly outputs: readonly string[];
};

/**
 * The options record of commander's flags.
 * @param parts in the order typed (prompt/parts): positionals and media are inputs, other texts are the prompt
 */
export function readDescribingOptions(
  flags: Readonly<Record<string, unknown>>,
  parts: readonly TypedPart[],
): DescribingOptions {
  const { text, is } = readFlags(flags);
  const isPrompt = (part: TypedPart) => 'textFile' in part || ('text' in part && !part.positional);
  return {
    ...readPromptOptions(flags, parts.filter(isPrompt)),
    inputs: parts.filter((part) => !isPrompt(part)),
    filesFrom: text('filesFrom'),
    nulSeparated: is('null'),
    group: readCount(text('group') ?? '1', '--group'),
    altText: is('altText'),
    language: text('language'),
    length: text('length') as DescribingOptions['length'],
    limits: flags.limits !== false,
    sidecar: text('sidecar'),
    outputs: ['output', 'outputDir', 'journal'].flatMap((name) => text(name) ?? []),
  };
}

/** A whole number from 1. @throws UsageError that names the flag */
export function readCount(text: string, flag: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new UsageError(`${flag}: "${text}" is not a whole number from 1`);
}

/**
 * The inputs in their order: folders and patterns as their files by code unit, a list as its lines; named twice is once.
 * Nothing is opened: what is missing or unreadable is told when its turn comes.
 * @throws InputError for a folder or pattern that gives no file, or a list that cannot be read; UsageError for no input
 */
export function listItems(context: Context, options: DescribingOptions): Promise<ItemList> {
  return listSources(context, options);
}

/** Turns items into requests: what is the same for all of them is made once. */
export type Describing = {
  /**
   * What an item is: its types, hashes and key. Files are read once, unless `known` tells what they held.
   * @param known what an earlier run found of a file, by its name; believed while size and time of change are the same
   * @throws InputError for what is missing, unreadable, empty or unsupported
   */
  identify(item: Item, known?: KnownFile): Promise<IdentifiedItem>;
  /**
   * The request. Large media are ByteSources, which are read while they are sent or uploaded.
   * @throws InputError for what cannot be sent; a file that has changed since is told when it is read
   */
  compose(item: IdentifiedItem): Promise<ComposedPrompt>;
};

/** @throws UsageError or InputError for anything that is wrong with the prompt or the options, before any item is looked at */
export async function openDescribing(
  context: Context,
  options: DescribingOptions,
  asked: { readonly backend: Pick<Backend, 'name' | 'limits'>; readonly model: string },
): Promise<Describing> {
  const composer: Composer = await createComposer(context, options, asked);
  return {
    identify: (item, known) => identifyItem(context, item, { composer, known }),
    compose: (item) => composer.compose(item),
  };
}
