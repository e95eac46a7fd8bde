import type { ByteSource } from '../byte-source.ts';
import type { RequestBody } from './json-body.ts';

/** A body of bytes as they are, not base64: of an upload, streamed while it is sent, or already in memory. */
export function createRawBody(content: ByteSource | Buffer): RequestBody {
  return {
    byteLength: content.byteLength,
    segments: [Buffer.isBuffer(content) ? content : { raw: content }],
  };
}
