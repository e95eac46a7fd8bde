import { fstatSync, readSync, type Stats } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ByteSource } from '../byte-source.ts';
import { InputError } from '../errors.ts';
import { decodeText, type ReadStdin } from '../prompt/input.ts';
import { takeHead, withHead } from './chunks.ts';
import { sharedDescriptor } from './descriptor.ts';
import { changed, notAFile } from './file-faults.ts';
import { fileReader } from './file-reader.ts';
import { sameFile } from './file-source.ts';
import { detectMimeType, isTextHead } from './mime-type.ts';

/** More text than any model reads at once; a larger stream is a mistake. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;
/** More than any service takes as one file. */
const MAX_MEDIA_BYTES = 4 * 1024 ** 3;
const SILENCE_MS = 3000;
const STDIN = { fd: 0 };

export type StdinOptions = {
  /** Opens stdin; asked for only when there is something to read, since that takes time. */
  open(): Readable;
  readonly signal: AbortSignal;
  note(line: string): void;
};

/**
 * Reads stdin: text as text, and what is known as media by its first bytes as bytes. A regular file is read in place; the
 * rest, whose length nobody knows, is kept until it is sent.
 * @throws InputError for what is neither text nor a known medium, or has no end
 */
export function stdinReader(options: StdinOptions): ReadStdin {
  return async (as) => {
    if (!holdsData()) return undefined;
    const chunks = readChunks(options);
    try {
      const head = await takeHead(chunks);
      if (head.length === 0) return undefined;
      if (as === 'found' && isTextHead(head)) return { text: await readText(head, chunks) };
      // What nobody knows is told now, not after gigabytes of it.
      if (as !== 'attachment of a given type') await detectMimeType(head, 'stdin');
      return { bytes: fileInPlace(head) ?? (await keep(head, chunks)), head };
    } finally {
      await chunks.return(undefined);
    }
  };
}

/** A terminal and /dev/null hold nothing; a pipe, a socket or a file may. */
function holdsData(): boolean {
  let stats: Stats;
  try {
    stats = fstatSync(STDIN.fd);
  } catch {
    return false;
  }
  // Node would give it as an empty stream.
  if (stats.isDirectory()) throw new InputError('stdin is a folder, which cannot be read');
  return !stats.isCharacterDevice();
}

async function* readChunks({ open, signal, note }: StdinOptions): AsyncGenerator<Buffer, void> {
  signal.throwIfAborted();
  const stdin = open();
  const silence = setTimeout(() => note('waiting for stdin to end; --no-stdin ignores it'), SILENCE_MS);
  const onAbort = () => stdin.destroy(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      clearTimeout(silence);
      yield chunk;
    }
  } catch (error) {
    signal.throwIfAborted();
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new InputError(`stdin cannot be read to its end (${code})`, { cause: error });
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', onAbort);
  }
}

async function readText(head: Buffer, chunks: AsyncIterator<Buffer>): Promise<string> {
  const taken: Buffer[] = [];
  let length = 0;
  for await (const chunk of withHead(head, chunks)) {
    taken.push(chunk);
    length += chunk.length;
    if (length > MAX_TEXT_BYTES) {
      throw new InputError(`stdin holds more than ${MAX_TEXT_BYTES >> 20} MiB of text`);
    }
  }
  const bytes = Buffer.concat(taken);
  if (bytes.includes(0)) {
    throw new InputError('stdin holds neither text nor a known kind of media: there is a NUL in it');
  }
  return decodeText(bytes, 'stdin');
}

/**
 * A file that the shell opened for us (`< scan.pdf`), if it was not read from already: nothing tells how far, so that its
 * beginning is compared with what came.
 */
function fileInPlace(head: Buffer): ByteSource | undefined {
  const seen = fstatSync(STDIN.fd, { bigint: true });
  if (!seen.isFile()) return undefined;
  const start = Buffer.alloc(head.length);
  if (readSync(STDIN.fd, start, 0, start.length, 0) !== head.length || !start.equals(head)) return undefined;
  const size = Number(seen.size);
  return {
    byteLength: size,
    name: 'stdin',
    async open() {
      const file = sharedDescriptor(STDIN);
      const now = await file.stat();
      if (!now.isFile()) throw notAFile(now, 'stdin');
      if (!sameFile(seen, now)) throw changed('stdin');
      return fileReader(file, 'stdin', {
        size,
        unchanged: async () => sameFile(seen, await file.stat()),
      });
    },
  };
}

async function keep(head: Buffer, chunks: AsyncIterator<Buffer>): Promise<ByteSource> {
  const { spool } = await import('./spool.ts');
  return spool(withHead(head, chunks), 'stdin', {
    bytes: MAX_MEDIA_BYTES,
    exceeded: () => new InputError(`stdin holds more than ${MAX_MEDIA_BYTES / 1024 ** 3} GiB`),
  });
}
