import { checkEventSize, PendingBytes } from './pending-bytes.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Cuts JSON text that arrives in pieces into its values: each element of a top-level array as soon as it is whole, or
 * a single top-level object. It only counts brackets outside strings; whether a value is valid JSON shows when it is
 * parsed. Commas between values are not checked: servers send stray ones.
 */
export class JsonStreamParser {
  readonly #pending = new PendingBytes();
  /** Brackets open within the value that is being read; 0 between values. */
  #depth = 0;
  #inArray = false;
  #inString = false;
  #escaped = false;
  #malformed = false;

  /** `within`: a value or the array is not closed yet; `malformed`: something stood between the values. */
  get state(): 'between' | 'within' | 'malformed' {
    if (this.#malformed) return 'malformed';
    return this.#inArray || this.#depth > 0 ? 'within' : 'between';
  }

  /**
   * Takes the next bytes and gives the JSON text of each value they complete; nothing more after `malformed`.
   * @throws UnavailableError when one value is larger than 64 MiB
   */
  push(chunk: Buffer): string[] {
    const values: string[] = [];
    let start = 0;
    let at = 0;
    while (at < chunk.length && !this.#malformed) {
      if (this.#inString) {
        at = this.#skipString(chunk, at);
        continue;
      }
      const byte = chunk[at];
      if (this.#depth === 0) {
        if (byte === OPEN_BRACE || (byte === OPEN_BRACKET && this.#inArray)) {
          this.#depth = 1;
          start = at;
        } else {
          this.#readBetween(byte);
        }
      } else if (byte === QUOTE) {
        this.#inString = true;
        this.#escaped = false;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.#depth += 1;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.#depth -= 1;
        if (this.#depth === 0) values.push(this.#take(chunk, start, at + 1));
      }
      at += 1;
    }
    if (this.#depth > 0) this.#pending.append(chunk.subarray(start));
    checkEventSize(this.#pending.length);
    return values;
  }

  #readBetween(byte: number | undefined): void {
    if (byte === OPEN_BRACKET) this.#inArray = true;
    else if (byte === CLOSE_BRACKET && this.#inArray) this.#inArray = false;
    else if (byte !== COMMA && !isWhitespace(byte)) this.#malformed = true;
  }

  /**
   * Jumps from quote to quote, since the base64 of an image is one string of many megabytes. A quote ends the string
   * unless an odd number of backslashes stands right before it.
   * @returns where to read on
   */
  #skipString(chunk: Buffer, from: number): number {
    const quote = chunk.indexOf(QUOTE, from);
    const end = quote === -1 ? chunk.length : quote;
    let run = end;
    while (run > from && chunk[run - 1] === BACKSLASH) run -= 1;
    const carried = run === from && this.#escaped ? 1 : 0;
    this.#escaped = (end - run + carried) % 2 === 1;
    if (quote === -1) return chunk.length;
    if (!this.#escaped) this.#inString = false;
    this.#escaped = false;
    return quote + 1;
  }

  #take(chunk: Buffer, start: number, end: number): string {
    if (this.#pending.length === 0) return chunk.toString('utf8', start, end);
    this.#pending.append(chunk.subarray(0, end));
    return this.#pending.take();
  }
}

function isWhitespace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
