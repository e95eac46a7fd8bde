import { close, mkdtempSync, openSync, rmdirSync, rmSync, unlinkSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ByteSource } from '../byte-source.ts';
import { type GeminiError, InputError } from '../errors.ts';
import { bufferSource } from './buffer-source.ts';
import { sharedDescriptor } from './descriptor.ts';
import { fileReader } from './file-reader.ts';

/** What is kept in memory; more goes to a temporary file. */
const MEMORY_BYTES = 4 * 1024 * 1024;
/** Written at once: a call for each 64 KiB of a pipe would cost as much as the copying. */
const WRITE_BYTES = 1024 * 1024;

export type SpoolLimit = { readonly bytes: number; exceeded(): GeminiError };

/**
 * Takes bytes whose number is not known beforehand to their end, so that they can be sent with a length, and again for
 * a second try. Much is kept in a temporary file that nobody else can open, and that is gone however the run ends.
 * @throws what `limit` says for more bytes than it allows; InputError when there is no room; whatever `chunks` throws
 */
export async function spool(
  chunks: AsyncIterable<Buffer>,
  name: string,
  limit: SpoolLimit,
): Promise<ByteSource> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let total = 0;
  let file: OpenFile | undefined;
  for await (const chunk of chunks) {
    pending.push(chunk);
    pendingBytes += chunk.length;
    total += chunk.length;
    if (total > limit.bytes) throw limit.exceeded();
    if (pendingBytes < (file ? WRITE_BYTES : MEMORY_BYTES)) continue;
    file ??= openTemporaryFile(name);
    await writeAll(file, Buffer.concat(pending), name);
    pending = [];
    pendingBytes = 0;
  }
  if (!file) return bufferSource(Buffer.concat(pending), name);
  await writeAll(file, Buffer.concat(pending), name);
  return fileSource(file, name, total);
}

/** Closed when nothing can read it any more. */
type OpenFile = { readonly fd: number };

const unused = new FinalizationRegistry<number>((fd) => close(fd));

/** The name is taken away at once: what has no name cannot be opened by others, and is freed with its last descriptor. */
function openTemporaryFile(name: string): OpenFile {
  let path: string;
  let fd: number;
  try {
    path = join(mkdtempSync(join(tmpdir(), 'gemini-')), 'spool');
    fd = openSync(path, 'wx+', 0o600);
  } catch (error) {
    throw noRoom(error, name);
  }
  try {
    unlinkSync(path);
    rmdirSync(dirname(path));
  } catch {
    // Windows keeps the name of an open file.
    process.once('exit', () => rmSync(dirname(path), { recursive: true, force: true, maxRetries: 2 }));
  }
  const file = { fd };
  unused.register(file, fd);
  return file;
}

async function writeAll({ fd }: OpenFile, bytes: Buffer, name: string): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    offset += await new Promise<number>((resolve, reject) =>
      write(fd, bytes, offset, bytes.length - offset, null, (error, count) =>
        error ? reject(noRoom(error, name)) : resolve(count),
      ),
    );
  }
}

function fileSource(file: OpenFile, name: string, byteLength: number): ByteSource {
  return {
    byteLength,
    name,
    async open() {
      // Nobody else can write to it.
      return fileReader(sharedDescriptor(file), name, { size: byteLength, unchanged: async () => true });
    },
  };
}

function noRoom(cause: unknown, name: string): InputError {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'no space left' : code;
  return new InputError(`cannot keep ${name} in ${tmpdir()} until it is sent: ${why}`, {
    hint: 'free some space there, or set TMPDIR to a folder with more',
    cause,
  });
}
