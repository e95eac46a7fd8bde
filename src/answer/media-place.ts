import { join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import type { OutputStream } from '../terminal/io.ts';
import type { Medium } from './media.ts';
import { createSoleOutput } from './sole-output.ts';

/** Where the media of an answer go. */
export type MediaPlace = {
  /** Where the text goes in this case. */
  readonly out: OutputStream;
  /**
   * @returns the path to print; undefined when there is none
   * @throws InputError when there is no place for the medium
   */
  take(medium: Medium): Promise<string | undefined>;
  /** No more media will come. */
  release(): Promise<void>;
};

export type MediaPlaceOptions = {
  readonly cwd: string;
  /** The folder of --output-dir. */
  readonly outputDir: string | undefined;
  /** The answer goes to the file of -o, or to stdout with `-o -`. */
  readonly named: boolean;
  readonly out: OutputStream;
  readonly stderr: OutputStream;
};

/**
 * Media go to the folder of --output-dir; without one to the file of -o, or stdout with `-o -`, if there is a single
 * one; on a terminal to the current folder; else nowhere, since a pipe of text has no room for them.
 * @throws InputError when there is no such folder and it cannot be made: better before the answer than after
 */
export async function openMediaPlace(options: MediaPlaceOptions): Promise<MediaPlace> {
  const { cwd, outputDir, named, out } = options;
  if (outputDir !== undefined) {
    // Files are loaded with the first medium or folder: most answers have none.
    const { openFolder } = await import('./media-folder.ts');
    await openFolder(resolve(cwd, outputDir), outputDir);
    return inFolder(out, cwd, outputDir);
  }
  if (out.isTTY) return inFolder(out, cwd, '');
  return named ? inOutput(options) : nowhere(out);
}

function inFolder(out: OutputStream, cwd: string, folder: string): MediaPlace {
  let last = 0;
  return {
    out,
    release: async () => {},
    async take({ extension, bytes }) {
      const { writeNewFile } = await import('./media-folder.ts');
      const written = await writeNewFile(resolve(cwd, folder), { from: last + 1, extension }, bytes);
      last = written.number;
      return join(folder, written.name);
    },
  };
}

function inOutput({ out, stderr }: MediaPlaceOptions): MediaPlace {
  const sole = createSoleOutput(out, stderr);
  return {
    out: sole,
    release: sole.release,
    async take(medium) {
      await sole.takeMedium(medium);
      return undefined;
    },
  };
}

function nowhere(out: OutputStream): MediaPlace {
  return {
    out,
    release: async () => {},
    async take({ type }) {
      throw new InputError(`the answer holds ${type}, and stdout is not a terminal`, {
        hint: 'add --output-dir DIR to save it, or -o FILE if it is the only one',
      });
    },
  };
}
