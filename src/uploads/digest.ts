import { createHash, type Hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ByteSource } from '../byte-source.ts';

/** What is known of a content before it is sent, to find it again and to check what arrived. */
export type Digests = {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Base64, as Cloud Storage writes it; only if asked for, and undefined where a policy (FIPS) forbids it. */
  readonly md5: string | undefined;
  /** The sha256 of each part; empty unless asked for. */
  readonly parts: readonly string[];
};

export type DigestOptions = {
  readonly signal: AbortSignal;
  readonly md5?: boolean;
  /** Bytes of a part, when each is to have a digest of its own. */
  readonly partBytes?: number;
};

const BLOCK_BYTES = 1024 * 1024;
/** Reads from the page cache and hashing never wait: without a pause, Ctrl-C would not be heard. */
const BLOCKS_PER_TURN = 16;

/**
 * Reads the content once, in flat memory (about 1 s for 1 GB).
 * @throws InputError of the source; the signal's reason
 */
export async function digestSource(source: ByteSource, options: DigestOptions): Promise<Digests> {
  const whole = createHash('sha256');
  const md5 = options.md5 ? createMd5() : undefined;
  const parts = partDigests(options.partBytes);
  const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  const reader = await source.open();
  try {
    for (let blocks = 0; ; blocks += 1) {
      const length = await reader.read(buffer);
      if (length === 0) break;
      const bytes = buffer.subarray(0, length);
      whole.update(bytes);
      md5?.update(bytes);
      parts.update(bytes);
      if (blocks % BLOCKS_PER_TURN === BLOCKS_PER_TURN - 1) await setImmediate();
      options.signal.throwIfAborted();
    }
  } finally {
    await reader.close();
  }
  return { sha256: whole.digest('hex'), md5: md5?.digest('base64'), parts: parts.end() };
}

/** The sha256 of bytes in memory. */
export function sha256Hex(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function createMd5(): Hash | undefined {
  try {
    return createHash('md5');
  } catch {
    return undefined;
  }
}

/** Digests of consecutive parts of the same size, the last one shorter. */
function partDigests(partBytes: number | undefined): { update(bytes: Buffer): void; end(): string[] } {
  const done: string[] = [];
  if (partBytes === undefined) return { update: () => {}, end: () => done };
  let hash = createHash('sha256');
  let missing = partBytes;
  return {
    update(bytes) {
      for (let rest = bytes; rest.length > 0; ) {
        const piece = rest.subarray(0, missing);
        hash.update(piece);
        rest = rest.subarray(piece.length);
        missing -= piece.length;
        if (missing > 0) continue;
        done.push(hash.digest('hex'));
        hash = createHash('sha256');
        missing = partBytes;
      }
    },
    end: () => (missing < partBytes ? [...done, hash.digest('hex')] : done),
  };
}
