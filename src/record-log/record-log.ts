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
  /** Waits for what is being written, and lets others have the file. */
  close(): Promise<void>;
};

export type RecordLogOptions = {
  /** Each record that is there, in order. Lines that are no JSON object are passed over. */
  onRecord(record: Record<string, unknown>): void;
  /** One line to the person: what was found broken. */
  note(line: string): void;
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
    return writer(file, { path, size, release });
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
    options.onRecord(whole);
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
      size += line.length + 1;
      pieces = [];
      held = 0;
      const record = parseRecord(line);
      if (record) onRecord(record);
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

type Waiting = { text: string; resolve(): void; reject(error: unknown): void };

function writer(file: FileHandle, log: { path: string; size: number; release(): Promise<void> }): RecordLog {
  let waiting: Waiting[] = [];
  let busy: Promise<void> | undefined;
  let { size } = log;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const bytes = Buffer.from(group.map(({ text }) => text).join(''));
      try {
        await writeAll(file, bytes, size);
        await file.datasync();
        size += bytes.length;
        for (const { resolve } of group) resolve();
      } catch (error) {
        // Half a line would spoil the next one.
        await file.truncate(size).catch(() => {});
        for (const { reject } of group) reject(cannot('write', log.path, error));
      }
    }
    busy = undefined;
  }

  return {
    path: log.path,
    append: (...records) =>
      new Promise((resolve, reject) => {
        waiting.push({ text: records.map((each) => `${JSON.stringify(each)}\n`).join(''), resolve, reject });
        busy ??= flush();
      }),
    async close() {
      await busy;
      await file.close();
      await log.release();
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
