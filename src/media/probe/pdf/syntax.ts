/**
 * The objects of a PDF file (ISO 32000-2, 7.3), as far as they matter for its structure. A name keeps its slash
 * ("/Pages"); a string is its bytes; a keyword such as `obj` is `{ keyword }`.
 */
export type PdfValue =
  | null
  | boolean
  | number
  | string
  | Buffer
  | readonly PdfValue[]
  | PdfDictionary
  | PdfReference
  | PdfKeyword;
export type PdfDictionary = ReadonlyMap<string, PdfValue>;
export type PdfReference = { readonly object: number; readonly generation: number };
export type PdfKeyword = { readonly keyword: string };

/** The bytes are not what the grammar says. */
export class PdfSyntaxError extends Error {}
/** The bytes end within a value: more of the file is needed. */
export class PdfEndError extends PdfSyntaxError {}

export function isDictionary(value: PdfValue | undefined): value is PdfDictionary {
  return value instanceof Map;
}

export function isReference(value: PdfValue | undefined): value is PdfReference {
  return typeof value === 'object' && value !== null && 'object' in value;
}

/** Deeper nesting is an attack, not a document. */
const MAX_DEPTH = 100;

const isSpace = (byte: number | undefined) =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x0c || byte === 0x00;
const DELIMITERS = new Set([...'()<>[]{}/%'].map((character) => character.charCodeAt(0)));

/** Reads one value after another from bytes in memory. */
export class PdfParser {
  readonly #bytes: Buffer;
  position: number;

  constructor(bytes: Buffer, position = 0) {
    this.#bytes = bytes;
    this.position = position;
  }

  /**
   * The next value. Two numbers and an R are one reference.
   * @throws PdfEndError when the bytes end before it does; PdfSyntaxError for what is no value
   */
  next(depth = 0): PdfValue {
    if (depth > MAX_DEPTH) throw new PdfSyntaxError('nested too deeply');
    const value = this.#token(depth);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) return value;
    const after = this.position;
    const reference = /^[\s\0]+(\d{1,10})[\s\0]+R(?![^\s\0()<>[\]{}/%])/.exec(
      this.#bytes.toString('latin1', after, after + 32),
    );
    if (!reference) return value;
    this.position = after + reference[0].length;
    return { object: value, generation: Number(reference[1]) };
  }

  #token(depth: number): PdfValue {
    this.#skipSpace();
    const first = this.#byte();
    switch (String.fromCharCode(first)) {
      case '/':
        this.position += 1;
        return `/${this.#regular().replace(/#([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))}`;
      case '(':
        return this.#literalString();
      case '[':
        return this.#array(depth);
      case '<':
        if (this.#bytes[this.position + 1] === 0x3c) return this.#dictionary(depth);
        return this.#hexString();
      case ')':
      case '>':
      case ']':
      case '{':
      case '}':
        throw new PdfSyntaxError('a bracket where a value should be');
    }
    const word = this.#regular();
    // A word at the very end of the bytes may go on behind it.
    if (this.position >= this.#bytes.length) throw new PdfEndError('cut within a word');
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) return Number(word);
    return { keyword: word };
  }

  #byte(): number {
    const byte = this.#bytes[this.position];
    if (byte === undefined) throw new PdfEndError('cut short');
    return byte;
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.position];
      if (byte === 0x25) {
        while (this.position < this.#bytes.length && this.#byte() !== 0x0a && this.#byte() !== 0x0d) {
          this.position += 1;
        }
      } else if (!isSpace(byte)) return;
      this.position += 1;
    }
  }

  #regular(): string {
    const start = this.position;
    for (;;) {
      const byte = this.#bytes[this.position];
      if (byte === undefined || isSpace(byte) || DELIMITERS.has(byte)) break;
      this.position += 1;
    }
    return this.#bytes.toString('latin1', start, this.position);
  }

  #array(depth: number): PdfValue[] {
    this.position += 1;
    const values: PdfValue[] = [];
    for (;;) {
      this.#skipSpace();
      if (this.#byte() === 0x5d) break;
      values.push(this.next(depth + 1));
    }
    this.position += 1;
    return values;
  }

  #dictionary(depth: number): PdfDictionary {
    this.position += 2;
    const entries = new Map<string, PdfValue>();
    for (;;) {
      this.#skipSpace();
      if (this.#byte() === 0x3e) break;
      const key = this.next(depth + 1);
      if (typeof key !== 'string') throw new PdfSyntaxError('a key that is no name');
      entries.set(key.slice(1), this.next(depth + 1));
    }
    if (this.position + 1 >= this.#bytes.length) throw new PdfEndError('cut within a dictionary');
    this.position += 2;
    return entries;
  }

  #hexString(): Buffer {
    const end = this.#bytes.indexOf(0x3e, this.position);
    if (end < 0) throw new PdfEndError('cut within a string');
    const digits = this.#bytes.toString('latin1', this.position + 1, end).replace(/[\s\0]/g, '');
    this.position = end + 1;
    return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
  }

  /** Brackets nest; a backslash escapes (7.3.4.2). */
  #literalString(): Buffer {
    const bytes: number[] = [];
    let nested = 0;
    for (;;) {
      this.position += 1;
      const byte = this.#byte();
      if (byte === 0x5c) {
        const escaped = this.#escape();
        if (escaped !== undefined) bytes.push(escaped);
        continue;
      }
      if (byte === 0x28) nested += 1;
      if (byte === 0x29) {
        if (nested === 0) break;
        nested -= 1;
      }
      bytes.push(byte);
    }
    this.position += 1;
    return Buffer.from(bytes);
  }

  /** What a backslash and what follows it stand for; undefined for a line that goes on. */
  #escape(): number | undefined {
    this.position += 1;
    const byte = this.#byte();
    const octal = /^[0-7]{1,3}/.exec(this.#bytes.toString('latin1', this.position, this.position + 3))?.[0];
    if (octal !== undefined) {
      this.position += octal.length - 1;
      return Number.parseInt(octal, 8) & 0xff;
    }
    if (byte === 0x0d && this.#bytes[this.position + 1] === 0x0a) this.position += 1;
    if (byte === 0x0d || byte === 0x0a) return undefined;
    const control = 'nrtbf'.indexOf(String.fromCharCode(byte));
    return control < 0 ? byte : [0x0a, 0x0d, 0x09, 0x08, 0x0c][control];
  }
}
