import { type Stats, stat } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, UsageError } from '../errors.ts';
import type { BytesPart, MediaKind, PromptPart, SourceOptions, TextPart } from '../prompt/parts.ts';
import { namesOption, parseSourceOptions, splitSource } from '../prompt/source-options.ts';
import { displayName } from './display-name.ts';
import { addressName, uploadedFile } from './uri-source.ts';

type Said = { readonly kind?: MediaKind; readonly options: SourceOptions };
/** `data:`, `https://` and the like, or the name of an uploaded file. */
export type AddressPart = Said & { readonly address: string };
/** `folder` is the one it was found in, if it was not named itself. */
export type PathPart = Said & { readonly path: string; readonly folder?: string };
export type ExpandedPart = TextPart | BytesPart | AddressPart | PathPart;

export type ExpandOptions = {
  /** Absolute; where relative paths start. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly onNote?: (line: string) => void;
};

const GLOB = /[*?[{]|[!@+]\(/;

/**
 * The single files and addresses that a part stands for: a folder its files, a pattern what it matches, by code unit; with
 * the options after "#" read. A file that has the very name that was given wins over every other reading of it.
 * @throws InputError for a folder or pattern that gives no file, UsageError for options that cannot be
 */
export async function expandPart(part: PromptPart, options: ExpandOptions): Promise<ExpandedPart[]> {
  if (!('source' in part)) return [part];
  const { source, kind, options: said = {} } = part;
  const kindSaid = kind === undefined ? {} : { kind };
  if (source === '') throw new UsageError('the name of a source is empty');
  if (isAddress(source)) {
    const { base, options: typed } = addressOptions(source);
    return [{ address: base, ...kindSaid, options: { ...said, ...typed } }];
  }
  const path = /^file:\/\//i.test(source) ? localPath(source) : source;
  const { base, stats, typed } = await withoutOptions(path, options);
  const found = await expandPath(base, stats, options);
  return found.map((each) => ({ ...each, ...kindSaid, options: { ...said, ...typed } }));
}

type PathAndOptions = { base: string; stats: Stats | undefined; typed: SourceOptions };

async function withoutOptions(path: string, options: ExpandOptions): Promise<PathAndOptions> {
  const stats = await statOf(path, options);
  const split = stats ? undefined : splitSource(path);
  if (!split) return { base: path, stats, typed: {} };
  const { base, fragment } = split;
  const baseStats = await statOf(base, options);
  if (!baseStats && !namesOption(fragment)) return { base: path, stats, typed: {} };
  return { base, stats: baseStats, typed: parseSourceOptions(fragment, displayName(base)) };
}

type Found = { path: string; folder?: string } | { address: string };

async function expandPath(path: string, stats: Stats | undefined, options: ExpandOptions): Promise<Found[]> {
  if (stats && !stats.isDirectory()) return [{ path }];
  const below = stats ? undefined : /^(.*\/|)\*\*\/?$/s.exec(path)?.[1];
  if (stats || (below !== undefined && !GLOB.test(below))) {
    const { folderFiles } = await import('./folder.ts');
    const folder = below ?? path;
    const files = await folderFiles(folder, { ...options, deep: below !== undefined });
    return files.map((file) => ({ path: file, folder: path }));
  }
  if (uploadedFile(path)) return [{ address: path }];
  if (!GLOB.test(path)) return [{ path }];
  const { matchingFiles } = await import('./pattern.ts');
  return (await matchingFiles(path, options)).map((file) => ({ path: file }));
}

/** Two letters at least: `C:` is a drive. */
function isAddress(source: string): boolean {
  return /^data:/i.test(source) || (/^[a-z][a-z0-9+.-]+:\/\//i.test(source) && !/^file:/i.test(source));
}

/** What follows "#" in an address may also be a part of it: a place in a page, the name of an object. */
function addressOptions(address: string): { base: string; options: SourceOptions } {
  const split = splitSource(address);
  if (!split || !namesOption(split.fragment)) return { base: address, options: {} };
  const { base, fragment } = split;
  const name = /^data:/i.test(base) ? displayName(base.slice(0, 60)) : addressName(base);
  return { base, options: parseSourceOptions(fragment, name) };
}

function localPath(url: string): string {
  try {
    const { href, hash } = new URL(url);
    return fileURLToPath(href.slice(0, href.length - hash.length)) + hash;
  } catch (error) {
    throw new InputError(`${displayName(url)} does not name a file on this machine`, { cause: error });
  }
}

/** Undefined for what is not there or cannot be looked at: opening it finds the words for that. */
function statOf(path: string, { cwd }: ExpandOptions): Promise<Stats | undefined> {
  return new Promise((done) => {
    try {
      stat(resolve(cwd, path), (error, stats) => done(error ? undefined : stats));
    } catch {
      done(undefined);
    }
  });
}
