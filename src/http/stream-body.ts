import type { ByteReader, ByteSource } from '../byte-source.ts';
import { InputError } from '../errors.ts';
import type { RequestBody } from './json-body.ts';

/**
 * Takes one chunk. The returned promise settles when the chunk's memory may be overwritten, not merely when more may be
 * written: a sink that keeps the Buffer must copy it. It must also settle (reject) when the signal is aborted.
 */
export type WriteChunk = (chunk: Buffer) => Promise<void> | void;

/** Bytes encoded at once: a multiple of 3, so that slices join without padding; larger ones encode several times slower. */
const SLICE_BYTES = 48 * 1024;
/** Bytes whose base64 is written at once, and bytes read at once: each costs some 20 to 50 µs beside its bytes. */
const CHUNK_BYTES = 4 * SLICE_BYTES;
const BLOCK_BYTES = 2 * CHUNK_BYTES;

/**
 * Writes the body in order, sources slice by slice: memory stays flat however large they are. The next block is read
 * while this one is on its way to the sink.
 * @throws InputError when a source gives more or fewer bytes than its byteLength; the signal's reason; what `write` throws
 */
export async function streamBody(body: RequestBody, write: WriteChunk, signal: AbortSignal): Promise<void> {
  const texts: Promise<void>[] = [];
  let ring: Ring | undefined;
  for (const segment of body.segments) {
    signal.throwIfAborted();
    if (Buffer.isBuffer(segment)) {
      texts.push(handOver(write, segment));
    } else {
      ring ??= createRing(largestSource(body));
      const [source, encode] = 'raw' in segment ? [segment.raw, copyBytes] : [segment, encodeBase64];
      await sendSource(source, encode, { ring, write, signal });
    }
  }
  await Promise.all([...texts, ...(ring?.slots ?? []).map((slot) => slot.taken)]);
}

/** Two blocks in and two chunks out: one is filled while the other is still being worked on. */
type Ring = { readonly blocks: [Buffer, Buffer]; readonly slots: [Slot, Slot] };
type Slot = { readonly bytes: Buffer; taken: Promise<void> };

/** @param most bytes of the largest source: a photograph needs no megabyte */
function createRing(most: number): Ring {
  // A byte more shows that a source has more than it said.
  const blockBytes = Math.min(BLOCK_BYTES, most + 1);
  const chunkBytes = Math.min(CHUNK_BYTES, 3 * Math.ceil(blockBytes / 3));
  const block = () => Buffer.allocUnsafeSlow(blockBytes);
  const slot = () => ({ bytes: Buffer.allocUnsafeSlow((chunkBytes / 3) * 4), taken: Promise.resolve() });
  return { blocks: [block(), block()], slots: [slot(), slot()] };
}

function largestSource({ segments }: RequestBody): number {
  const sizes = segments.map((segment) => ('raw' in segment ? segment.raw : segment).byteLength);
  return Math.max(...sizes);
}

/** Fills a slot with what is sent for these bytes. @returns how many bytes that is */
type Encode = (from: Buffer, slot: Buffer) => number;

type Sending = { readonly ring: Ring; readonly write: WriteChunk; readonly signal: AbortSignal };

async function sendSource(
  source: ByteSource,
  encode: Encode,
  { ring, write, signal }: Sending,
): Promise<void> {
  const reader = await source.open();
  let [block, nextBlock] = ring.blocks;
  let reading = fill(reader, block);
  try {
    let total = 0;
    for (let length = block.length; length === block.length; [block, nextBlock] = [nextBlock, block]) {
      length = await reading;
      total += length;
      if (total > source.byteLength) throw changed(source, 'more');
      if (length === block.length) reading = fill(reader, nextBlock);
      for (let start = 0; start < length; start += CHUNK_BYTES) {
        // The slot that was handed over the longest ago, once the sink is through with it.
        const [slot] = ring.slots;
        ring.slots.reverse();
        await slot.taken;
        const size = encode(block.subarray(start, Math.min(start + CHUNK_BYTES, length)), slot.bytes);
        slot.taken = handOver(write, slot.bytes.subarray(0, size));
        signal.throwIfAborted();
      }
    }
    if (total < source.byteLength) throw changed(source, 'fewer');
  } finally {
    await reading.catch(() => {});
    await reader.close();
  }
}

function encodeBase64(from: Buffer, slot: Buffer): number {
  let length = 0;
  for (let start = 0; start < from.length; start += SLICE_BYTES) {
    length += slot.write(from.toString('base64', start, start + SLICE_BYTES), length, 'latin1');
  }
  return length;
}

function copyBytes(from: Buffer, slot: Buffer): number {
  return from.copy(slot);
}

/** Reads until the buffer is full or the source has ended, whatever sizes the reader gives. */
async function fill(reader: ByteReader, buffer: Buffer): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const length = await reader.read(filled === 0 ? buffer : buffer.subarray(filled));
    if (length === 0) break;
    filled += length;
  }
  return filled;
}

/** A failed write is seen where its buffer is needed again or at the end; until then it is not an unhandled rejection. */
function handOver(write: WriteChunk, chunk: Buffer): Promise<void> {
  const taken = Promise.resolve(write(chunk));
  taken.catch(() => {});
  return taken;
}

function changed(source: ByteSource, amount: 'more' | 'fewer'): InputError {
  return new InputError(
    `${source.name} changed while it was sent: it has ${amount} than ${source.byteLength} bytes`,
    {
      hint: 'try again when nothing writes to it',
    },
  );
}
