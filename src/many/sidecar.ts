import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { fileOutput } from '../terminal/file-output.ts';
import { isDeviceName } from '../windows-name.ts';
import { recordObject } from './formats/record-object.ts';
import { plainAnswer } from './formats/text.ts';
import type { ItemRecord } from './item-record.ts';

/** A file for each record. */
export type Sidecars = {
  /**
   * Writes it in one piece: whoever looks sees the old file or the new one.
   * @param source the record's first input
   * @param again only where there is none: the person may have changed it since
   * @throws InputError when it cannot be written
   */
  write(record: ItemRecord, source: SidecarSource, again: boolean): Promise<void>;
  /** How many were there and hold something else than their record: they were left as they are. */
  readonly differing: number;
};

export type SidecarOptions = {
  readonly cwd: string;
  /** '.json' holds the record, anything else the answer alone. */
  readonly extension: string;
  /** In place of the folder in which the input is. */
  readonly folder: string | undefined;
};

/** An input: its name, which may say which part of a file it is, and the file's path; undefined for what is no file. */
export type SidecarSource = { readonly name: string; readonly path: string | undefined };

export function createSidecars({ cwd, extension, folder }: SidecarOptions): Sidecars {
  const made = new Map<string, Promise<unknown>>();
  let differing = 0;
  const makeFolder = (path: string) => {
    const making = made.get(path) ?? mkdir(path, { recursive: true });
    made.set(path, making);
    return making;
  };
  return {
    get differing() {
      return differing;
    },
    async write(record, { name, path: file }, again) {
      if (folder === undefined && file === undefined) return;
      const path =
        folder === undefined
          ? resolve(cwd, file ?? '') + safeSegment(name.slice(file?.length)) + extension
          : resolve(cwd, folder, nameIn(name) + extension);
      const content =
        extension === '.json' ? `${JSON.stringify(recordObject(record), null, 2)}\n` : plainAnswer(record);
      const there = again ? await contentOf(path) : undefined;
      if (there !== undefined) {
        if (there !== content) differing += 1;
        return;
      }
      try {
        if (folder !== undefined) await makeFolder(dirname(path));
      } catch (error) {
        throw new InputError(`cannot make the folder ${dirname(path)}`, { cause: error });
      }
      const out = await fileOutput(path);
      try {
        await out.write(content);
        await out.publish();
      } catch (error) {
        await out.abandon();
        throw error;
      }
    },
  };
}

/** Bytes that a name may have, less an ending and a temporary one. */
const NAME_BYTES = 200;

/** The input's own path below the folder, whatever it was: it cannot lead out of it. */
function nameIn(name: string): string {
  const segments = name
    .replace(/^[a-z][a-z0-9+.-]*:\/*/i, '')
    .split(/[/\\]+/)
    .filter((segment) => segment !== '' && segment !== '.')
    .map(safeSegment);
  return segments.length === 0 ? 'item' : join(...segments);
}

function safeSegment(segment: string): string {
  if (segment === '..') return '__';
  // Windows takes none of these, nor a dot at the end, nor the names of its devices.
  if (segment === '') return '';
  const plain = segment.replace(/[<>:"|?*\0-\x1f]/g, '_').replace(/[. ]+$/, '_');
  const own = isDeviceName(plain) ? `_${plain}` : plain;
  if (Buffer.byteLength(own) <= NAME_BYTES) return own;
  const hash = createHash('sha256').update(segment).digest('hex').slice(0, 16);
  let cut = own;
  while (Buffer.byteLength(cut) > NAME_BYTES - hash.length - 1) cut = [...cut].slice(0, -1).join('');
  return `${cut}~${hash}`;
}

/** Undefined where there is none; '' for what cannot be read. */
async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '';
  }
}
