import { randomBytes } from 'node:crypto';
import type { GenerateContentResponse } from '../../wire/generate-content.ts';
import type { Service } from '../messages/field.ts';
import type { StoredBytes } from '../store/stored-bytes.ts';

/** The states of both services; each writes them with a prefix of its own. */
export type BatchState = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'PARTIALLY_SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** google.rpc.Status. */
export type BatchStatus = { readonly code: number; readonly message: string };

/** What one line, or one inline request, asks. */
export type BatchRequest = {
  /** Everything that stood beside the request: `key`, `metadata`, whatever else. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly request: unknown;
};

/** What came of it. */
export type BatchResult = BatchRequest &
  ({ readonly response: GenerateContentResponse } | { readonly error: BatchStatus });

/** A batch job, of either service. */
export type Batch = {
  readonly id: string;
  readonly service: Service;
  readonly model: string;
  readonly displayName: string;
  readonly created: Date;
  /** What else the service says of it: the input of a job on Vertex AI. */
  readonly facts: Readonly<Record<string, unknown>>;
  state: BatchState;
  started?: Date;
  ended?: Date;
  updated: Date;
  /** Undefined until they were counted. */
  total: number | undefined;
  succeeded: number;
  failed: number;
  error?: BatchStatus;
  /** Where its results are, in the service's own words. */
  output: Readonly<Record<string, unknown>>;
  /** Aborted when it is cancelled, deleted, or the emulator closes. */
  readonly abort: AbortController;
};

/** Where the requests of a batch come from, and where their results go. */
export type BatchWork = {
  /** @throws GoogleError for input that is no batch at all */
  requests(): AsyncIterable<BatchRequest>;
  /** Takes what came of some requests. */
  keep(results: readonly BatchResult[]): Promise<void>;
  /** Publishes what was kept. @returns where it is */
  publish(): Promise<Readonly<Record<string, unknown>>>;
  /** Forgets what was kept. */
  discard(): Promise<void>;
  /** Results in the order of their requests; a file's come in any order. */
  readonly inOrder: boolean;
};

export function newBatch(
  facts: Pick<Batch, 'service' | 'model' | 'displayName' | 'facts'> & { total: number | undefined },
): Batch {
  const created = new Date();
  // Vertex AI counts its jobs, the Developer API makes names up.
  const id =
    facts.service === 'vertex'
      ? String(randomBytes(8).readBigUInt64BE() / 2n)
      : BigInt(`0x${randomBytes(20).toString('hex')}`).toString(36);
  return {
    ...facts,
    id,
    created,
    updated: created,
    state: 'PENDING',
    succeeded: 0,
    failed: 0,
    output: {},
    abort: new AbortController(),
  };
}

/** True once nothing more happens to it. */
export function isOver({ state }: Batch): boolean {
  return state !== 'PENDING' && state !== 'RUNNING';
}

/**
 * JSON lines as they are stored, one after the other.
 * @returns each with its number, counted from 1; blank ones are left out
 */
export async function* storedLines(bytes: StoredBytes): AsyncGenerator<{ number: number; line: Buffer }> {
  let pieces: Buffer[] = [];
  let number = 0;
  const line = (end: Buffer) => {
    number += 1;
    const whole = pieces.length === 0 ? end : Buffer.concat([...pieces, end]);
    pieces = [];
    return { number, line: whole };
  };
  for await (const piece of bytes.pieces()) {
    let start = 0;
    for (let end = piece.indexOf(0x0a); end !== -1; end = piece.indexOf(0x0a, start)) {
      const found = line(piece.subarray(start, end));
      if (!isBlank(found.line)) yield found;
      start = end + 1;
    }
    if (start < piece.length) pieces.push(piece.subarray(start));
  }
  const last = line(Buffer.alloc(0));
  if (!isBlank(last.line)) yield last;
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}
