/** Enough for the detectors: most need 4 KiB, but track lists and archive entries may stand later. */
export const HEAD_BYTES = 64 * 1024;

/** Takes chunks until they hold the first HEAD_BYTES, or all there are; a few bytes more may come with the last one. */
export async function takeHead(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  const taken: Buffer[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const { done, value } = await chunks.next();
    if (done) break;
    taken.push(value);
    length += value.length;
  }
  return Buffer.concat(taken);
}

/** What was taken, and the rest after it. */
export async function* withHead(head: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return;
    yield value;
  }
}
