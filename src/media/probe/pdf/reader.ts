import { constants, inflateSync } from 'node:zlib';
import type { RandomAccess } from '../random-access.ts';
import {
  isDictionary,
  type PdfDictionary,
  PdfEndError,
  PdfParser,
  PdfSyntaxError,
  type PdfValue,
} from './syntax.ts';

/** The file may be well, but says what is asked for in a way that is not read here. */
export class PdfUnknownError extends Error {}

/** More than any index or object stream of a real document; a small file must not fill the memory. */
const MAX_STREAM_BYTES = 64 * 1024 * 1024;
const WINDOWS = [2 * 1024, 64 * 1024, 1024 * 1024, 16 * 1024 * 1024];

/** Values and streams of a PDF file by their place; positions count from its header. */
export class PdfReader {
  readonly #access: RandomAccess;
  readonly #start: number;

  /** @param start where `%PDF-` stands: some files have something before it, and most readers count from there */
  constructor(access: RandomAccess, start: number) {
    this.#access = access;
    this.#start = start;
  }

  /** Bytes from the header to the end. */
  get size(): number {
    return this.#access.size - this.#start;
  }

  bytes(position: number, length: number): Promise<Buffer> {
    return this.#access.read(this.#start + position, length);
  }

  /**
   * The value at a place, and where it ends; looks at as much of the file as the value takes.
   * @throws PdfSyntaxError when there is none
   */
  async valueAt(position: number): Promise<{ value: PdfValue; end: number }> {
    for (const length of WINDOWS) {
      const bytes = await this.bytes(position, length);
      const parser = new PdfParser(bytes);
      try {
        const value = parser.next();
        return { value, end: position + parser.position };
      } catch (error) {
        if (!(error instanceof PdfEndError) || bytes.length < length) throw error;
      }
    }
    throw new PdfUnknownError('a value of many megabytes');
  }

  /** What stands between `12 0 obj` and what ends it: the value, and where its stream begins if it has one. */
  async objectAt(position: number): Promise<{ number: number; value: PdfValue; stream: number | undefined }> {
    const header = /^[\s\0]*(\d{1,10})[\s\0]+\d{1,10}[\s\0]+obj(?![a-z])/.exec(
      (await this.bytes(position, 64)).toString('latin1'),
    );
    if (!header) throw new PdfSyntaxError('no object where the index says');
    const { value, end } = await this.valueAt(position + header[0].length);
    const after = /^[\s\0]*stream(\r\n|\n|\r)/.exec((await this.bytes(end, 64)).toString('latin1'));
    return { number: Number(header[1]), value, stream: after ? end + after[0].length : undefined };
  }

  /**
   * A stream's bytes without their filters.
   * @param length what its dictionary says, resolved
   * @throws PdfUnknownError for a filter other than Flate
   */
  async stream(dictionary: PdfDictionary, position: number, length: number): Promise<Buffer> {
    if (length > MAX_STREAM_BYTES) throw new PdfUnknownError('a stream of many megabytes');
    const bytes = await this.bytes(position, length);
    const filter = only(dictionary.get('Filter'));
    if (filter === null) return bytes;
    if (filter !== '/FlateDecode') throw new PdfUnknownError('a filter that is not read here');
    const parameters = only(dictionary.get('DecodeParms'));
    return unpredicted(inflated(bytes), isDictionary(parameters) ? parameters : new Map());
  }
}

/** A filter or its parameters: one, or a list of one. */
function only(value: PdfValue | undefined): PdfValue {
  if (!Array.isArray(value)) return value ?? null;
  if (value.length > 1) throw new PdfUnknownError('several filters');
  return value[0] ?? null;
}

function inflated(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_STREAM_BYTES });
  } catch (error) {
    throw new PdfSyntaxError('a stream that cannot be decompressed', { cause: error });
  }
}

/** Undoes the row predictors of PNG (7.4.4.4); an index has one byte a sample. */
function unpredicted(bytes: Buffer, parameters: PdfDictionary): Buffer {
  const predictor = parameters.get('Predictor') ?? 1;
  if (predictor === 1) return bytes;
  const columns = parameters.get('Columns') ?? 1;
  const plain = (parameters.get('Colors') ?? 1) === 1 && (parameters.get('BitsPerComponent') ?? 8) === 8;
  if (typeof predictor !== 'number' || predictor < 10 || !plain || !isCount(columns) || columns < 1) {
    throw new PdfUnknownError('a predictor that is not read here');
  }
  const rows = Math.floor(bytes.length / (columns + 1));
  const result = Buffer.alloc(rows * columns);
  for (let row = 0; row < rows; row++) {
    const method = bytes[row * (columns + 1)] ?? 0;
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const left = column > 0 ? (result[at - 1] ?? 0) : 0;
      const up = row > 0 ? (result[at - columns] ?? 0) : 0;
      const corner = row > 0 && column > 0 ? (result[at - columns - 1] ?? 0) : 0;
      result[at] = (bytes[row * (columns + 1) + 1 + column] ?? 0) + predicted(method, left, up, corner);
    }
  }
  return result;
}

function predicted(method: number, left: number, up: number, corner: number): number {
  switch (method) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return Math.floor((left + up) / 2);
    case 4: {
      const guess = left + up - corner;
      const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(guess - value));
      if (Number(toLeft) <= Number(toUp) && Number(toLeft) <= Number(toCorner)) return left;
      return Number(toUp) <= Number(toCorner) ? up : corner;
    }
    default:
      throw new PdfSyntaxError('a predictor that does not exist');
  }
}

export function isCount(value: PdfValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
