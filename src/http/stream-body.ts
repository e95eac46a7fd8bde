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
 * Writes the body in order, sources encoded slice by slice: memory stays flat however large they are. The next block
 * is read while this one is on its way to the sink.
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
      ring ??= createRing();
      await encodeSource(segment, ring, write, signal);
    }
  }
  await Promise.all([...texts, ...(ring?.slots ?? []).map((slot) => slot.taken)]);
}

/** Two blocks in and two chunks out: one is filled while the other is still being worked on. */
type Ring = { readonly blocks: [Buffer, Buffer]; readonly slots: [Slot, Slot] };
type Slot = { readonly characters: Buffer; taken: Promise<void> };

function createRing(): Ring {
  const block = () => Buffer.allocUnsafeSlow(BLOCK_BYTES);
  const slot = () => ({
    characters: Buffer.allocUnsafeSlow((CHUNK_BYTES / 3) * 4),
    taken: Promise.resolve(),
  });
  return { blocks: [block(), block()], slots: [slot(), slot()] };
}

async function encodeSource(
  source: ByteSource,
  ring: Ring,
  write: WriteChunk,
  signal: AbortSignal,
): Promise<void> {
  const reader = await source.open();
  let [block, nextBlock] = ring.blocks;
  let reading = fill(reader, block);
  try {
    let total = 0;
    for (let length = BLOCK_BYTES; length === BLOCK_BYTES; [block, nextBlock] = [nextBlock, block]) {
      length = await reading;
      total += length;
      if (total > source.byteLength) throw changed(source, 'more');
      if (length === BLOCK_BYTES) reading = fill(reader, nextBlock);
      for (let start = 0; start < length; start += CHUNK_BYTES) {
        await encodeChunk(block.subarray(start, Math.min(start + CHUNK_BYTES, length)), ring.slots, write);
        signal.throwIfAborted();
      }
    }
    if (total < source.byteLength) throw changed(source, 'fewer');
  } finally {
    await reading.catch(() => {});
    await reader.close();
  }
}

/** Encodes into the slot that was handed over the longest ago, once the sink is through with it. */
async function encodeChunk(bytes: Buffer, slots: Ring['slots'], write: WriteChunk): Promise<void> {
  const [slot] = slots;
  slots.reverse();
  await slot.taken;
  let length = 0;
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    length += slot.characters.write(bytes.toString('base64', start, start + SLICE_BYTES), length, 'latin1');
  }
  slot.taken = handOver(write, slot.characters.subarray(0, length));
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
