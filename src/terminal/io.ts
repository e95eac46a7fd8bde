import type { Readable, Writable } from 'node:stream';
import { ClosedPipeError, type GeminiError, InputError } from '../errors.ts';
import { type ColorMode, colorLevel } from './color-level.ts';
import { createOutputStream } from './output-stream.ts';

/** The three streams of a run and what is known of them: IO is a value, so that tests give their own. */
export type IO = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: WatchedOutputStream;
  readonly stderr: OutputStream;
};

/** A stream people or programs read. */
export type OutputStream = {
  readonly stream: Writable;
  readonly isTTY: boolean;
  /** Width in columns; a pipe has none. */
  columns(): number | undefined;
  /** Colour depth as chalk counts it: 0 none, 1 basic, 2 256, 3 true colour. */
  readonly colorLevel: 0 | 1 | 2 | 3;
  /**
   * Writes text or bytes unchanged and resolves when more may be written (backpressure).
   * @throws ClosedPipeError when the reader is gone; InputError when the device is full.
   */
  write(data: string | Uint8Array): Promise<void>;
  /**
   * Calls the listener before each write, so that a status line can leave the screen first.
   * @returns a function that ends it
   */
  beforeWrite?(listener: () => void): () => void;
};

/** An output that says at once when nobody reads it any more, even if nothing more is written. */
export type WatchedOutputStream = OutputStream & {
  /** Calls the listener once, with the error that every further write rejects with. */
  onClosed(listener: (reason: GeminiError) => void): void;
};

/**
 * The streams of this process. Each is made on first use, since opening a stream costs start time.
 * @param options.color what `--color` says
 */
export function processIO(env: NodeJS.ProcessEnv, options: { color?: ColorMode } = {}): IO {
  const color = options.color ?? 'auto';
  const open = (
    stream: NodeJS.WriteStream,
    failure: (error: NodeJS.ErrnoException) => GeminiError | undefined,
  ) =>
    createOutputStream(stream, {
      isTTY: stream.isTTY === true,
      columns: () => stream.columns || undefined,
      colorLevel: colorLevel(stream, env, color),
      failure,
    });
  let stdout: WatchedOutputStream | undefined;
  let stderr: OutputStream | undefined;
  return {
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      stdout ??= open(process.stdout, answerFailure);
      return stdout;
    },
    get stderr() {
      // Whoever closed stderr does not want to hear of it.
      stderr ??= open(process.stderr, () => undefined);
      return stderr;
    },
  };
}

/** EOF and ECONNRESET are what a closed pipe is called on Windows and on a socket. */
const READER_GONE = new Set(['EPIPE', 'EOF', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

function answerFailure(error: NodeJS.ErrnoException): GeminiError {
  if (error.code !== undefined && READER_GONE.has(error.code)) return new ClosedPipeError();
  return new InputError(`cannot write the answer: ${writeFailure(error)}`, {
    hint: 'redirect stdout to a place with room, or name a file with -o',
    cause: error,
  });
}

/** Why a write failed, in words. */
export function writeFailure(error: NodeJS.ErrnoException): string {
  return (error.code && WRITE_FAILURES[error.code]) || error.message;
}

const WRITE_FAILURES: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be too big',
  EIO: 'the device failed',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
};
