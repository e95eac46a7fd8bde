import { writeSync } from 'node:fs';
import { appendFile, chmod, type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InputError } from '../errors.ts';
import { lockFile } from './lock.ts';

/** A file of JSON objects, one a line, that is only ever added to and can be read after a crash at any moment. */
export type RecordLog = {
  readonly path: string;
  /**
   * Adds records; resolves when they are on the disk. What is added while the disk is busy goes there together.
   * @throws InputError when they cannot be written; the file is as it was before them then
   */
  append(...records: readonly object[]): Promise<void>;
  /** As `append`. @returns the place of the record, for `read` */
  place(record: object): Promise<number>;
  /**
   * Reads one record again, so that not all of them need to be in memory.
   * @param place where `place` put it, or `onRecord` was told of it
   * @throws InputError when there is none
   */
  read(place: number): Promise<Record<string, unknown>>;
  /** Waits for what is being written, and lets others have the file. */
  close(): Promise<void>;
};

export type RecordLogOptions = {
  /** Each record that is there, in order, and its place. Lines that are no JSON object are passed over. */
  onRecord(record: Record<string, unknown>, place: number): void;
  /** One line to the person: what was found broken. */
  note(line: string): void;
  /**
   * Records count as added when the system has them, and are forced to the disk together so many milliseconds later: what
   * a kill leaves, and a power cut may take. Without it each is on the disk first.
   */
  readonly syncLaterMs?: number;
};

/** Nobody writes such a line: what looks like it is not our file. */
const LONGEST_LINE = 64 * 1024 * 1024;

/**
 * Opens a log for this process alone, made with its folders if it is not there, for its owner's eyes only. A last line
 * that was only half written is cut off and kept in FILE.torn.
 * @throws InputError when another process has it open, or it cannot be read or written
 */
export async function openRecordLog(path: string, options: RecordLogOptions): Promise<RecordLog> {
  let release: (() => Promise<void>) | undefined;
  let file: FileHandle | undefined;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    release = await lockFile(path);
    file = await openToAppend(path);
    const size = await recover(file, path, options);
    return writer(file, { path, size, release, syncLaterMs: options.syncLaterMs });
  } catch (error) {
    await file?.close();
    await release?.();
    throw error instanceof InputError ? error : cannot('use', path, error);
  }
}

/**
 * Reads a log that another process may be writing, without its lock: every whole line.
 * @throws InputError when it cannot be read
 */
export async function readRecordLog(path: string, options: RecordLogOptions): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    await readLines(file, path, options);
  } catch (error) {
    throw error instanceof InputError ? error : cannot('read', path, error);
  } finally {
    await file?.close();
  }
}

async function openToAppend(path: string): Promise<FileHandle> {
  const file = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return open(path, 'wx+', 0o600);
    throw error;
  });
  // The umask may have said otherwise, and file systems without modes refuse.
  await chmod(path, 0o600).catch(() => {});
  return file;
}

/** Reads what is there and cuts off a torn end. @returns the size in bytes after that */
async function recover(file: FileHandle, path: string, options: RecordLogOptions): Promise<number> {
  const { size, rest } = await readLines(file, path, options);
  if (rest.length === 0) return size;
  const whole = parseRecord(rest);
  if (whole) {
    // Only its end of line is missing.
    await writeAll(file, Buffer.from('\n'), size + rest.length);
    options.onRecord(whole, size);
    return size + rest.length + 1;
  }
  await appendFile(`${path}.torn`, Buffer.concat([rest, Buffer.from('\n')]), { mode: 0o600 });
  await file.truncate(size);
  await file.datasync();
  options.note(`the last line of ${path} was only half written: it is in ${path}.torn`);
  return size;
}

/** @returns the bytes of all whole lines, and what stands after the last of them */
async function readLines(
  file: FileHandle,
  path: string,
  { onRecord, note }: RecordLogOptions,
): Promise<{ size: number; rest: Buffer }> {
  const buffer = Buffer.allocUnsafe(256 * 1024);
  let pieces: Buffer[] = [];
  let held = 0;
  let size = 0;
  let number = 0;
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return { size, rest: Buffer.concat(pieces) };
    let start = 0;
    for (let end = indexOfLineEnd(buffer, 0, bytesRead); end !== -1; ) {
      const line = Buffer.concat([...pieces, buffer.subarray(start, end)]);
      number++;
      const place = size;
      size += line.length + 1;
      pieces = [];
      held = 0;
      const record = parseRecord(line);
      if (record) onRecord(record, place);
      else if (line.length > 0) note(`line ${number} of ${path} is no record: passed over`);
      start = end + 1;
      end = indexOfLineEnd(buffer, start, bytesRead);
    }
    pieces.push(Buffer.from(buffer.subarray(start, bytesRead)));
    held += bytesRead - start;
    if (held > LONGEST_LINE)
      throw new InputError(`${path} has a line of more than 64 MiB: it is no log of ours`);
    position += bytesRead;
  }
}

function indexOfLineEnd(buffer: Buffer, from: number, to: number): number {
  return buffer.subarray(0, to).indexOf(0x0a, from);
}

function parseRecord(line: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

type Waiting = { text: string; resolve(place: number): void; reject(error: unknown): void };

type WrittenLog = {
  readonly path: string;
  readonly size: number;
  release(): Promise<void>;
  readonly syncLaterMs: number | undefined;
};

function writer(file: FileHandle, log: WrittenLog): RecordLog {
  let waiting: Waiting[] = [];
  let busy: Promise<void> | undefined;
  let { size } = log;
  const sync = log.syncLaterMs === undefined ? undefined : syncLater(file, log.syncLaterMs);

  async function flush(): Promise<void> {
    // What is added in this turn of the event loop goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const bytes = Buffer.from(group.map(({ text }) => text).join(''));
      try {
        if (sync) {
          // In place: it goes to memory, and the thread pool costs more than the write.
          writeAllNow(file, bytes, size);
          await sync.soon();
        } else {
          await writeAll(file, bytes, size);
          await file.datasync();
        }
        for (const { text, resolve } of group) {
          resolve(size);
          size += Buffer.byteLength(text);
        }
      } catch (error) {
        // Half a line would spoil the next one.
        await file.truncate(size).catch(() => {});
        for (const { reject } of group) reject(cannot('write', log.path, error));
      }
    }
    busy = undefined;
  }

  const add = (text: string) =>
    new Promise<number>((resolve, reject) => {
      waiting.push({ text, resolve, reject });
      busy ??= flush();
    });
  const lineOf = (record: object) => `${JSON.stringify(record)}\n`;
  return {
    path: log.path,
    append: async (...records) => {
      await add(records.map(lineOf).join(''));
    },
    place: (record) => add(lineOf(record)),
    read: (place) => readOne(file, log.path, place),
    async close() {
      await busy;
      try {
        await sync?.end();
      } catch (error) {
        throw cannot('write', log.path, error);
      } finally {
        await file.close();
        await log.release();
      }
    },
  };
}

/** Most records are shorter than this. */
const FIRST_READ_BYTES = 8 * 1024;

async function readOne(file: FileHandle, path: string, place: number): Promise<Record<string, unknown>> {
  for (let length = FIRST_READ_BYTES; length <= LONGEST_LINE * 2; length *= 8) {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await file.read(buffer, 0, length, place);
    const end = indexOfLineEnd(buffer, 0, bytesRead);
    if (end === -1 && bytesRead === length) continue;
    const record = end === -1 ? undefined : parseRecord(buffer.subarray(0, end));
    if (record) return record;
    break;
  }
  throw new InputError(`${path} has no record at byte ${place}: somebody has changed it`);
}

function writeAllNow({ fd }: FileHandle, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

/** Forces a file to the disk some time after a write; a failure is told to the next who writes, or at the end. */
function syncLater(file: FileHandle, ms: number): { soon(): Promise<void>; end(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | undefined;
  const sync = () => {
    timer = undefined;
    running = running
      .then(() => file.datasync())
      .catch((error: unknown) => {
        failure ??= { error };
      });
  };
  return {
    async soon() {
      if (failure) throw failure.error;
      timer ??= setTimeout(sync, ms);
    },
    async end() {
      if (timer !== undefined) {
        clearTimeout(timer);
        sync();
      }
      await running;
      if (failure) throw failure.error;
    },
  };
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function cannot(verb: string, path: string, error: unknown): InputError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = (code && REASONS[code]) || message;
  return new InputError(`cannot ${verb} ${path}: ${why}`, { cause: error });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be too big',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
};
