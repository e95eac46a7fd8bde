import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource } from '../../byte-source.ts';
import { InputError } from '../../errors.ts';
import type { Medium } from '../../media/medium.ts';
import { openRecordLog, type RecordLog } from '../../record-log/record-log.ts';
import type { Chapter, Span } from '../../transcript/transcript.ts';
import type { Piece } from './hear.ts';

/** Summary and chapters of a whole transcript. */
export type Overview = { readonly summary?: string; readonly chapters?: readonly Chapter[] };

/** The finished pieces of one transcript, kept so that a run that was ended can be gone on with. */
export type KeptPieces = {
  /** A piece that an earlier run finished. */
  piece(span: Span): Piece | undefined;
  overview(): Overview | undefined;
  /** Resolves when it is on the disk. */
  keep(record: { readonly piece: Piece } | { readonly overview: Overview }): Promise<void>;
  close(): Promise<void>;
  /** Forgets all of it: the transcript is where it should be. */
  remove(): Promise<void>;
};

/** What nobody came back for is removed after so long. */
const KEPT_MS = 30 * 24 * 3600 * 1000;

/**
 * Opens what is kept of a transcript; nothing is kept where there is no folder for it.
 * @param folder of the state of this program
 * @param fresh forgets what is there
 * @throws InputError when another process transcribes the same, or it cannot be written
 */
export async function openKeptPieces(
  folder: string | undefined,
  key: string,
  { fresh, note }: { readonly fresh: boolean; note(line: string): void },
): Promise<KeptPieces> {
  const pieces = new Map<string, Piece>();
  let overview: Overview | undefined;
  if (folder === undefined) return unkept();
  const path = join(folder, 'transcripts', `${key}.jsonl`);
  if (fresh) await rm(path, { force: true });
  let log: RecordLog;
  try {
    log = await openRecordLog(path, {
      note,
      onRecord: ({ span, piece, overview: found }) => {
        if (typeof span === 'string' && isPiece(piece)) pieces.set(span, piece);
        else if (typeof found === 'object' && found !== null) overview = found;
      },
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (/ in use/.test(error.message)) throw inUse(error);
    note(`warning: ${error.message}: an interrupted run will have to start anew`);
    return unkept();
  }
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= log.close();
    return closing;
  };
  return {
    piece: (span) => {
      const piece = pieces.get(nameOf(span));
      return piece && { ...piece, span };
    },
    overview: () => overview,
    keep: (record) => log.append('piece' in record ? { span: nameOf(record.piece.span), ...record } : record),
    close,
    async remove() {
      // Some systems keep a file that is open; what stays is removed when it has expired.
      await close();
      for (const name of [path, `${path}.torn`]) await rm(name, { force: true }).catch(() => {});
    },
  };
}

/** Removes what runs have left that nobody went on with. */
export async function removeExpired(folder: string | undefined, now: Date): Promise<void> {
  if (folder === undefined) return;
  const place = join(folder, 'transcripts');
  for (const name of await readdir(place).catch(() => [])) {
    if (!/\.(jsonl|torn)$/.test(name)) continue;
    const path = join(place, name);
    const seen = await stat(path).catch(() => undefined);
    if (seen && now.getTime() - seen.mtimeMs > KEPT_MS) await rm(path, { force: true });
  }
}

/** The name of a transcript: the content of the medium, and all that is asked of it. */
export async function transcriptKey(medium: Medium, identity: string): Promise<string> {
  const { content, options } = medium;
  const hash = createHash('sha256').update(JSON.stringify([identity, options]));
  if ('uri' in content) hash.update(content.uri);
  else await hashBytes(content.bytes, (bytes) => hash.update(bytes));
  return hash.digest('hex');
}

async function hashBytes(source: ByteSource, update: (bytes: Buffer) => void): Promise<void> {
  const reader = await source.open();
  try {
    const buffer = Buffer.allocUnsafe(256 * 1024);
    for (;;) {
      const count = await reader.read(buffer);
      if (count === 0) return;
      update(buffer.subarray(0, count));
    }
  } finally {
    await reader.close();
  }
}

function nameOf({ start, end }: Span): string {
  return `${start.toFixed(3)} ${end.toFixed(3)}`;
}

/** The file is ours: what has the right beginning is right. */
function isPiece(value: unknown): value is Piece {
  return typeof value === 'object' && value !== null && 'span' in value && 'segments' in value;
}

function unkept(): KeptPieces {
  return {
    piece: () => undefined,
    overview: () => undefined,
    keep: async () => {},
    close: async () => {},
    remove: async () => {},
  };
}

function inUse(error: InputError): InputError {
  return new InputError(`another run is transcribing this: ${error.message}`, {
    cause: error,
    hint: 'wait for it to end',
  });
}
