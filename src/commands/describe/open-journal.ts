import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { stateFolder } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { InputError } from '../../errors.ts';
import { type Journal, openJournal } from '../../many/journal.ts';
import type { TypedPart } from '../../prompt/parts.ts';
import type { ItemList } from '../describing.ts';
import type { DescribeOptions } from './describe-options.ts';

/**
 * The journal of a run: the one that is named, else one for the folders it works in, so that a file more or another
 * question goes on with what is known. One input alone has none: whoever asks twice wants two answers.
 */
export async function openRunJournal(
  context: Context,
  options: DescribeOptions,
  items: ItemList,
): Promise<Journal | undefined> {
  if (options.journal === undefined && items.count === 1) return undefined;
  const path =
    options.journal === undefined ? defaultPath(context, options) : resolve(context.cwd, options.journal);
  try {
    return await openJournal(path, { note: context.note, fresh: options.fresh });
  } catch (error) {
    if (options.journal !== undefined || !(error instanceof InputError) || !/is in use/.test(error.message))
      throw error;
    throw new InputError(error.message, {
      hint: 'wait for the other run, or keep the journal of this one elsewhere: --journal FILE',
      cause: error,
    });
  }
}

function defaultPath({ env, cwd, note }: Context, { inputs, filesFrom, group }: DescribeOptions): string {
  const places = [...new Set(inputs.map((input) => placeOf(input, cwd)))].sort();
  // A list on stdin has no place but the one where its names hold.
  const list = filesFrom === undefined ? '' : resolve(cwd, filesFrom === '-' ? '.' : filesFrom);
  const identity = JSON.stringify([places, list, group]);
  const name = `${createHash('sha256').update(identity).digest('hex').slice(0, 24)}.jsonl`;
  const folder = stateFolder(env);
  if (folder === undefined) {
    note('note: there is no home folder: what is done is remembered in the folder of temporary files');
  }
  return join(folder ?? join(tmpdir(), 'gemini-prompt'), 'describe', name);
}

/** The folder that an input lies in, or is, from wherever it is named; of a pattern, the one before its first sign. */
function placeOf(input: TypedPart, cwd: string): string {
  const source = 'source' in input ? input.source : 'text' in input ? input.text : '-';
  const address = /^([a-z][a-z0-9+.-]+:\/\/[^/]*|data:)/i.exec(source)?.[1];
  if (address !== undefined) return address;
  if (isFolder(resolve(cwd, source))) return resolve(cwd, source);
  return dirname(resolve(cwd, source.replace(/[*?[{].*$/s, '*')));
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
