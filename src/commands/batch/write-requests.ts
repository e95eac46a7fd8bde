import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchLimits } from '../../backends/batches/batch-service.ts';
import { InputError } from '../../errors.ts';
import { formatBytes } from '../../media/format-bytes.ts';
import type { BatchItem } from './batch-log.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

/** An input with its request as a line of JSON, or with why it has none. */
export type RequestLine = BatchItem & {
  readonly line?: string;
  /** What is the same whenever the same is asked, although the line names other uploads. */
  readonly identity: string;
};

/** A file of requests for one job. */
export type RequestFile = { readonly path: string; readonly requests: number; readonly bytes: number };

/** All requests of a batch, on disk. */
export type WrittenRequests = {
  readonly files: readonly RequestFile[];
  /** BatchItem as JSON: a fraction of the memory of objects. */
  readonly items: readonly string[];
  readonly failed: readonly BatchItem[];
  /** Of all that is asked, and how it is divided: 64 hexadecimal digits. */
  readonly fingerprint: string;
  remove(): Promise<void>;
};

/** Bytes that are written at once. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Writes requests to files of JSON lines in a temporary folder, a further one whenever a limit is reached.
 * @throws InputError when one line alone is over the limit, or the disk is full; whatever the source throws
 */
export async function writeRequests(
  lines: AsyncIterable<RequestLine>,
  limits: BatchLimits,
): Promise<WrittenRequests> {
  const folder = await makeTemporaryFolder();
  const remove = () => rm(folder, { recursive: true, force: true });
  const hash = createHash('sha256').update(`${limits.requests} ${limits.bytes}`);
  const files: RequestFile[] = [];
  const items: string[] = [];
  const failed: BatchItem[] = [];
  let writer: Writer | undefined;
  try {
    for await (const { line, identity, ...item } of lines) {
      items.push(JSON.stringify(item));
      hash.update(`\n${identity}`);
      if (line === undefined) {
        failed.push(item);
        continue;
      }
      const bytes = Buffer.byteLength(line) + 1;
      if (bytes > limits.bytes) throw tooLong(item, bytes, limits);
      if (writer && (writer.requests >= limits.requests || writer.bytes + bytes > limits.bytes)) {
        files.push(await writer.close());
        writer = undefined;
      }
      writer ??= await openWriter(join(folder, `requests-${files.length + 1}.jsonl`));
      await writer.add(line, bytes);
    }
    if (writer) files.push(await writer.close());
    return { files, items, failed, fingerprint: hash.digest('hex'), remove };
  } catch (error) {
    await writer?.close().catch(() => {});
    await remove();
    throw error;
  }
}

type Writer = {
  readonly requests: number;
  readonly bytes: number;
  add(line: string, bytes: number): Promise<void>;
  close(): Promise<RequestFile>;
};

async function openWriter(path: string): Promise<Writer> {
  const file = await open(path, 'wx', 0o600);
  let [requests, bytes, held, text] = [0, 0, 0, ''];
  const flush = async () => {
    await writeAll(file, Buffer.from(text));
    text = '';
    held = 0;
  };
  return {
    get requests() {
      return requests;
    },
    get bytes() {
      return bytes;
    },
    async add(line, length) {
      requests += 1;
      bytes += length;
      text += `${line}\n`;
      held += length;
      if (held >= CHUNK_BYTES) await flush();
    },
    async close() {
      try {
        await flush();
      } finally {
        await file.close();
      }
      return { path, requests, bytes };
    },
  };
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  try {
    for (let written = 0; written < bytes.length; ) {
      written += (await file.write(bytes, written)).bytesWritten;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOSPC' ? 'no space left' : (code ?? String(error));
    throw new InputError(`cannot write the requests to ${tmpdir()}: ${why}`, {
      cause: error,
      hint: 'set TMPDIR to a folder with more room',
    });
  }
}

function tooLong({ sources }: BatchItem, bytes: number, limits: BatchLimits): InputError {
  return new InputError(
    `the request about ${sources.join(', ')} has ${formatBytes(bytes)}, and a job takes ${formatBytes(limits.bytes)}`,
    { hint: 'upload its media: --upload always' },
  );
}
