import { InputError } from '../../errors.ts';

/** A request or an answer of more than this is none. */
const LONGEST_LINE = 256 * 1024 * 1024;

/**
 * The lines of bytes that come in pieces of any size, without their line ends. Only LF ends a line: what else
 * node:readline takes for one (U+2028) may stand in a text of JSON.
 * @throws InputError for a line of more than 256 MiB
 */
export async function* byteLines(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(0x0a); end !== -1; end = piece.indexOf(0x0a, start)) {
      const rest = piece.subarray(start, end);
      yield held.length === 0 ? rest : Buffer.concat([...held, rest]);
      held = [];
      size = 0;
      start = end + 1;
    }
    if (start === piece.length) continue;
    // The sender may use the piece's memory again.
    held.push(Buffer.from(piece.subarray(start)));
    size += piece.length - start;
    if (size > LONGEST_LINE)
      throw new InputError('a line of more than 256 MiB: this is no file of JSON lines');
  }
  if (held.length > 0) yield Buffer.concat(held);
}
