import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, constants, type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { finished } from 'node:stream/promises';
import { InputError } from '../errors.ts';
import { windowsPathFault } from '../windows-name.ts';
import { type OutputStream, writeFailure } from './io.ts';
import { createOutputStream } from './output-stream.ts';

/** A file that comes into being whole: until `publish`, the old one of that name is untouched. */
export type FileOutput = OutputStream & {
  /** Puts what was written in place of the old file. @throws InputError when it cannot be written */
  publish(): Promise<void>;
  /**
   * Gives up, without losing what came: it is kept as FILE.partial.
   * @returns the path of that file; undefined when nothing came, or it was published
   */
  abandon(): Promise<string | undefined>;
};

/**
 * Opens a file to write: a temporary one beside it, with its permissions. A device, a FIFO or a file descriptor
 * (`/dev/null`, `>(command)`) is written directly.
 * @throws InputError when nothing can be written there, so that it is known before a request is paid for
 */
export async function fileOutput(path: string): Promise<FileOutput> {
  const old = await statIfThere(path);
  if (old?.isDirectory() || path === '' || path.endsWith(sep)) {
    throw new InputError(`cannot write ${path || 'a file without a name'}: it is a folder`, {
      hint: 'name a file in it',
    });
  }
  const fault = process.platform === 'win32' ? windowsPathFault(path) : undefined;
  if (fault) throw new InputError(`cannot write ${path}: ${fault}`, { hint: 'choose another name' });
  if (old && !old.isFile()) return openDirectly(path);
  try {
    if (old) await access(path, constants.W_OK);
    // A link stays one: what it points to is replaced.
    return await openBeside(old ? await realpath(path) : path, old);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

async function openBeside(target: string, old: Stats | undefined): Promise<FileOutput> {
  const temporary = besideWith(target, `.${randomBytes(4).toString('hex')}.tmp`);
  const handle = await open(temporary, 'wx');
  if (old) await handle.chmod(old.mode & 0o777);
  const output = outputTo(handle, target, { flush: true });
  let done = false;
  return {
    ...output,
    async publish() {
      try {
        await closed(output);
        await rename(temporary, target);
      } catch (error) {
        throw cannotWrite(target, error);
      }
      done = true;
    },
    async abandon() {
      if (done) return undefined;
      done = true;
      await closed(output).catch(() => {});
      const length = (await statIfThere(temporary))?.size ?? 0;
      const partial = besideWith(target, '.partial');
      if (length > 0) await rename(temporary, partial);
      else await rm(temporary, { force: true });
      return length > 0 ? partial : undefined;
    },
  };
}

async function openDirectly(path: string): Promise<FileOutput> {
  const handle = await open(path, 'w').catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
  const output = outputTo(handle, path, { flush: false });
  return {
    ...output,
    publish: () =>
      closed(output).catch((error: unknown) => {
        throw cannotWrite(path, error);
      }),
    abandon: async () => {
      await closed(output).catch(() => {});
      return undefined;
    },
  };
}

/** @param options.flush to the disk before it is closed: a file renamed into place is then whole even after a crash */
function outputTo(handle: FileHandle, path: string, { flush }: { flush: boolean }): OutputStream {
  const stream = handle.createWriteStream({ flush, highWaterMark: 65_536 });
  return createOutputStream(stream, {
    isTTY: false,
    columns: () => undefined,
    colorLevel: 0,
    failure: (error) => cannotWrite(path, error),
  });
}

async function closed({ stream }: OutputStream): Promise<void> {
  if (!stream.writableEnded) stream.end();
  await finished(stream);
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

const NAME_MAX_BYTES = 255;

/** A path beside the target whose name is the target's, cut at a character where it would grow too long, and an ending. */
function besideWith(target: string, ending: string): string {
  let name = basename(target);
  while (Buffer.byteLength(name + ending) > NAME_MAX_BYTES) name = [...name].slice(0, -1).join('');
  return join(dirname(target), name + ending);
}

function cannotWrite(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  return new InputError(`cannot write ${path}: ${writeFailure(cause)}`, { cause });
}
