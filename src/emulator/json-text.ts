import { isUtf8 } from 'node:buffer';
import { badRequest } from './google-error.ts';

/**
 * Parses a request body as Google's servers do: JSON, with commas before a closing bracket allowed, and nothing for {}.
 * @throws GoogleError 400 for what is not JSON or not UTF-8
 */
export function parseJsonText(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  if (!isUtf8(bytes)) throw invalid('The text is not UTF-8.');
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    const tolerant = withoutTrailingCommas(bytes);
    if (tolerant === undefined) throw invalid(error instanceof Error ? error.message : String(error));
    try {
      return JSON.parse(tolerant.toString());
    } catch {
      throw invalid(error instanceof Error ? error.message : String(error));
    }
  }
}

function invalid(problem: string) {
  const description = `Invalid JSON payload received. ${problem}`;
  return badRequest(description, [{ description }]);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const CLOSING = new Set([0x7d, 0x5d]);
/** A comma after one of these follows no value. */
const NOTHING_BEFORE = new Set([COMMA, 0x3a, 0x7b, 0x5b]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * The bytes with a space in place of each comma that comes right before a closing bracket; undefined if there is none.
 * Strings are jumped over by searching for their end, so that megabytes of base64 cost nothing.
 */
function withoutTrailingCommas(bytes: Buffer): Buffer | undefined {
  const result = Buffer.from(bytes);
  let changed = false;
  /** Where the last byte that is not white space stands, and whether it is a comma after a value. */
  let last = -1;
  let dangling = false;
  for (let index = 0; index < result.length; index += 1) {
    const byte = result[index] ?? 0;
    if (SPACE.has(byte)) continue;
    if (CLOSING.has(byte) && dangling) {
      result[last] = 0x20;
      changed = true;
    }
    dangling = byte === COMMA && !NOTHING_BEFORE.has(result[last] ?? COMMA);
    if (byte === QUOTE) index = endOfString(result, index);
    last = index;
  }
  return changed ? result : undefined;
}

function endOfString(bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf(QUOTE, start + 1); end >= 0; end = bytes.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return bytes.length;
}
