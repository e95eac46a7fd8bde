import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { InputError, UsageError } from '../../errors.ts';
import { type AddressPart, expandPart, type PathPart } from '../../media/expand.ts';
import { readTextFile } from '../../prompt/input.ts';
import type { BytesPart, SourceOptions, TypedPart } from '../../prompt/parts.ts';
import { renderSourceOptions } from '../../prompt/source-options.ts';
import type { DescribingOptions } from '../describing.ts';

/** One input: a file, an address, or what came from stdin. Nothing of it is open. */
export type ItemSource = {
  /** As the person named it, or as the folder or pattern did. */
  readonly name: string;
  readonly part: PathPart | AddressPart | BytesPart;
};

/** What one request is about: one input, or several with --group. */
export type Item = { readonly index: number; readonly sources: readonly ItemSource[] };

/** All items, each made when it is asked for. */
export type ItemList = { readonly count: number; at(index: number): Item };

/** See listItems in describing.ts. */
export async function listSources(context: Context, options: DescribingOptions): Promise<ItemList> {
  const typed = await fromArguments(context, options);
  if (typed.length === 0 && options.inputs.length === 0 && options.filesFrom === undefined) {
    typed.push(...(await whatIsPiped(context)));
  }
  const listed = options.filesFrom === undefined ? [] : await fromList(context, options);
  const sources = distinct(withoutSidecars([...typed, ...listed], options.sidecar));
  if (sources.length === 0) {
    if (options.filesFrom !== undefined) throw new InputError(`${options.filesFrom} lists no files`);
    throw new UsageError('nothing to describe', {
      hint: 'name files, folders or patterns, or a list of them: --files-from FILE',
    });
  }
  const { group } = options;
  return {
    count: Math.ceil(sources.length / group),
    at: (index) => ({ index, sources: sources.slice(index * group, (index + 1) * group) }),
  };
}

async function fromArguments(
  context: Context,
  { inputs, outputs }: DescribingOptions,
): Promise<ItemSource[]> {
  const isOwn = ownFiles(context.cwd, outputs);
  const sources: ItemSource[] = [];
  for (const input of inputs) {
    if ('stdin' in input) sources.push(await fromStdin(context));
    else {
      const source = 'source' in input ? input : { source: 'text' in input ? input.text : '' };
      for (const found of await expanded(source, context)) {
        if (found.name === source.source || !isOwn(found)) sources.push(found);
      }
    }
  }
  return sources;
}

/** What this run writes in the folders that it reads, and what is left of it when it was stopped. */
function ownFiles(cwd: string, outputs: readonly string[]): (source: ItemSource) => boolean {
  const own = outputs.map((output) => resolve(cwd, output));
  return ({ part }) => {
    if (own.length === 0 || !('path' in part)) return false;
    const path = resolve(cwd, part.path);
    return own.some(
      (each) => path.startsWith(each) && /^($|[/\\]|\.(partial|lock|torn)$)/.test(path.slice(each.length)),
    );
  };
}

/** Where nothing is named it is what another program writes, if there is one. */
async function whatIsPiped(context: Context): Promise<ItemSource[]> {
  const held = context.io.stdin.isTTY ? undefined : await readMedium(context);
  return held && 'bytes' in held ? [{ name: 'stdin', part: held }] : [];
}

async function readMedium({ io, signal, note }: Context) {
  const { stdinReader } = await import('../../media/stdin.ts');
  return stdinReader({ open: () => io.stdin, signal, note })('attachment');
}

async function fromStdin(context: Context): Promise<ItemSource> {
  const held = await readMedium(context);
  if (!held || !('bytes' in held)) throw new InputError('stdin is empty, but "-" asks for it');
  return { name: 'stdin', part: held };
}

/** One name a line, exactly as it stands there: a list is data, so that nothing in it is a pattern. */
async function fromList(context: Context, options: DescribingOptions): Promise<ItemSource[]> {
  const { filesFrom = '-', nulSeparated } = options;
  const text = filesFrom === '-' ? await readStdin(context) : await readTextFile(filesFrom, context.cwd);
  const sources: ItemSource[] = [];
  for (const line of text.split(nulSeparated ? '\0' : /\r?\n/)) {
    if (line === '') continue;
    if (/#|^[a-z][a-z0-9+.-]+:|^files\//i.test(line))
      sources.push(...(await expanded({ source: line }, context)));
    else sources.push({ name: line, part: { path: line, options: NO_OPTIONS } });
  }
  return sources;
}

async function readStdin({ io, signal }: Context): Promise<string> {
  const chunks: Buffer[] = [];
  const onAbort = () => io.stdin.destroy(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of io.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  return Buffer.concat(chunks).toString();
}

async function expanded(
  input: Extract<TypedPart, { source: string }>,
  { cwd, signal, note }: Context,
): Promise<ItemSource[]> {
  const sources: ItemSource[] = [];
  for (const part of await expandPart(input, { cwd, signal, onNote: note })) {
    if ('path' in part) sources.push({ name: part.path + fragmentOf(part.options), part: lighter(part) });
    else if ('address' in part) sources.push({ name: part.address + fragmentOf(part.options), part });
  }
  return sources;
}

const NO_OPTIONS: SourceOptions = {};

/** A hundred thousand files share one record of no options. */
function lighter(part: PathPart): PathPart {
  return isEmpty(part.options) ? { ...part, options: NO_OPTIONS } : part;
}

/** Two parts of one video are two inputs. */
function fragmentOf(options: SourceOptions): string {
  return isEmpty(options) ? '' : `#${renderSourceOptions(options)}`;
}

function isEmpty(options: SourceOptions): boolean {
  for (const _name in options) return false;
  return true;
}

function distinct(sources: readonly ItemSource[]): ItemSource[] {
  const seen = new Set<string>();
  return sources.filter(({ name }) => !seen.has(name) && seen.add(name));
}

/** `photo.jpg.txt` beside `photo.jpg` is what an earlier run wrote. */
function withoutSidecars(sources: readonly ItemSource[], suffix: string | undefined): readonly ItemSource[] {
  if (suffix === undefined) return sources;
  const names = new Set(sources.map(({ name }) => name));
  return sources.filter(({ name }) => !name.endsWith(suffix) || !names.has(name.slice(0, -suffix.length)));
}
