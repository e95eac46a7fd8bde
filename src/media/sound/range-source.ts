import type { ByteSource } from '../../byte-source.ts';
import { InputError } from '../../errors.ts';
import { displayName } from '../display-name.ts';
import { openRandomAccess } from '../probe/random-access.ts';

/** Bytes `from` up to `to` of a source. */
export type ByteRange = { readonly from: number; readonly to: number };

/**
 * A part of a source as a source of its own, behind a header that it needs. Its bytes are read when they are sent.
 */
export function rangeSource(
  source: ByteSource,
  { from, to }: ByteRange,
  header: Buffer = Buffer.alloc(0),
): ByteSource {
  return {
    byteLength: header.length + to - from,
    name: source.name,
    async open() {
      const access = await openRandomAccess(source, new AbortController().signal);
      let position = 0;
      return {
        async read(buffer) {
          let filled = header.copy(buffer, 0, Math.min(position, header.length));
          const at = from + position + filled - header.length;
          const wanted = Math.min(buffer.length - filled, to - at);
          if (wanted > 0) {
            const bytes = await access.read(at, wanted);
            if (bytes.length < wanted) throw new InputError(`${displayName(source.name)} became shorter`);
            filled += bytes.copy(buffer, filled);
          }
          position += filled;
          return filled;
        },
        close: () => access.close(),
      };
    },
  };
}
