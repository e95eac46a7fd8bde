/** Bytes that are not in memory yet: a file's content, to be streamed into a request body or an upload. */
export type ByteSource = {
  /** Exact number of bytes that reading will give, known before the first read. */
  readonly byteLength: number;
  /** For messages: the name as the person gave it. */
  readonly name: string;
  /** The absolute path, when the bytes are a file's. */
  readonly path?: string;
  /** All of its bytes, when they are in memory already. Not to be written to. */
  readonly whole?: Buffer;
  /**
   * Opens the source for one pass from the start; may be called again for a second try.
   * @throws InputError when it vanished, cannot be read, or is no longer what it was.
   */
  open(): Promise<ByteReader>;
};

/** One pass over a ByteSource. */
export type ByteReader = {
  /**
   * Fills `buffer` from the start as far as the source goes: fewer bytes than its size only at the end, 0 after it.
   * @throws InputError when the source ends early, or was changed while it was read.
   */
  read(buffer: Buffer): Promise<number>;
  close(): Promise<void>;
};

/** True for a value that stands for bytes to be streamed rather than a plain string. */
export function isByteSource(value: unknown): value is ByteSource {
  return typeof value === 'object' && value !== null && 'byteLength' in value && 'open' in value;
}

/**
 * All bytes of a source at once, for one that is known to be small. Not to be written to.
 * @throws InputError when it cannot be read
 */
export async function readWhole(source: ByteSource): Promise<Buffer> {
  if (source.whole) return source.whole;
  const bytes = Buffer.allocUnsafe(source.byteLength);
  const reader = await source.open();
  const length = await reader.read(bytes).finally(() => reader.close());
  return bytes.subarray(0, length);
}
