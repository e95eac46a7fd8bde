import { pipeline, Readable, type Transform } from 'node:stream';
import { UnavailableError } from '../errors.ts';

const MAX_LAYERS = 5;
/** More output than this per input byte, once it is much, is no text but a bomb; gzip reaches 1000 at most. */
const MAX_RATIO = 200;
const FREE_BYTES = 16 * 1024 * 1024;

/**
 * Undoes gzip, br and deflate as Content-Encoding names them (RFC 9110, 8.4.1), piece by piece as they come.
 * @param header the Content-Encoding, if there is one
 * @throws UnavailableError for an unknown encoding, too many layers or a bomb; errors of `bytes`; zlib's own
 */
export function decode(
  bytes: AsyncIterable<Buffer>,
  header: string | undefined,
  host: string,
): AsyncIterable<Buffer> {
  const layers = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (layers.length === 0) return bytes;
  if (layers.length > MAX_LAYERS)
    throw new UnavailableError(`${host} sent an answer with ${layers.length} layers of compression`);
  const decoders = layers.reverse().map((name) => createDecoder(name, host));
  return bounded(bytes, decoders, host);
}

function createDecoder(name: string, host: string): Transform {
  const zlib = process.getBuiltinModule('node:zlib');
  if (name === 'gzip' || name === 'x-gzip') return zlib.createGunzip();
  if (name === 'br') return zlib.createBrotliDecompress();
  if (name === 'deflate') return zlib.createInflate();
  throw new UnavailableError(`${host} sent an answer in an unknown compression`);
}

async function* bounded(
  bytes: AsyncIterable<Buffer>,
  decoders: Transform[],
  host: string,
): AsyncGenerator<Buffer> {
  let received = 0;
  let given = 0;
  const counted = async function* () {
    for await (const chunk of bytes) {
      received += chunk.length;
      yield chunk;
    }
  };
  // Errors reach the reader through the last stream, so the pipeline's own callback has nothing to do.
  const decoded = pipeline(
    [Readable.from(counted(), { objectMode: false }), ...decoders],
    () => {},
  ) as Transform;
  for await (const chunk of decoded) {
    given += chunk.length;
    if (given > FREE_BYTES && given > received * MAX_RATIO) {
      throw new UnavailableError(
        `${host} sent an answer that grows more than ${MAX_RATIO} times when unpacked`,
      );
    }
    yield chunk;
  }
}
