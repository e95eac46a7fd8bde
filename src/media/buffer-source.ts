import type { ByteSource } from '../byte-source.ts';

/** Bytes that are in memory already, as a source: media from a `data:` URL or from stdin. */
export function bufferSource(bytes: Buffer, name: string): ByteSource {
  return {
    byteLength: bytes.length,
    name,
    whole: bytes,
    async open() {
      let position = 0;
      return {
        async read(buffer) {
          const count = bytes.copy(buffer, 0, position);
          position += count;
          return count;
        },
        async close() {},
      };
    },
  };
}
