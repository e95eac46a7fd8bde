import { GeminiError, IncompleteError, UnavailableError } from '../errors.ts';
import { JsonStreamParser } from '../http/json-stream.ts';
import { type EventStreamItem, EventStreamParser } from '../http/sse.ts';
import { pageTitle } from '../wire/error-body.ts';
import { isNestedTooDeep } from '../wire/json-depth.ts';
import { statusError } from '../wire/status.ts';

/** Where the bytes come from, for messages. */
export type AnswerSource = {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly host?: string;
  readonly now?: () => Date;
};

/**
 * Makes chunks of the bytes of one answer. The first byte tells the form, since servers mislabel; the content type
 * serves only to say what came instead of an answer. A failure is kept as a value: what the same read completed
 * before it is handed on first.
 */
export class AnswerReader<Chunk extends object> {
  readonly #source: AnswerSource;
  readonly #server: string;
  #parser: EventStreamParser | JsonStreamParser | undefined;
  #sawEvent = false;
  readonly #bareJson = new JsonStreamParser();
  /** Characters of the lines of an event stream that were no fields, and of the JSON among them. */
  #otherLength = 0;
  #bareJsonLength = 0;
  /** A chunk was given out: the person may have seen text. */
  started = false;
  failure: GeminiError | undefined;

  constructor(source: AnswerSource) {
    this.#source = source;
    this.#server = source.host ?? 'the server';
  }

  /** Takes the next bytes; not to be called again once there is a `failure`. */
  push(bytes: Buffer): Chunk[] {
    return this.#collect((chunks) => this.#read(bytes, chunks));
  }

  /** Ends the answer. */
  end(): Chunk[] {
    return this.#collect((chunks) => this.#finish(chunks));
  }

  #collect(read: (chunks: Chunk[]) => void): Chunk[] {
    const chunks: Chunk[] = [];
    try {
      read(chunks);
    } catch (error) {
      if (!(error instanceof GeminiError)) throw error;
      this.failure = error;
    }
    return chunks;
  }

  #read(bytes: Buffer, chunks: Chunk[]): void {
    const rest = this.#parser ? bytes : this.#chooseParser(bytes);
    if (this.#parser instanceof EventStreamParser) {
      this.#readItems(this.#parsed(this.#parser, rest), chunks);
    } else if (this.#parser) {
      for (const text of this.#parsed(this.#parser, rest)) this.#readDocument(text, chunks);
      if (this.#parser.state === 'malformed') throw this.#broken(`${this.#server} sent malformed JSON`);
    }
  }

  #finish(chunks: Chunk[]): void {
    const parser = this.#parser;
    if (!parser) throw this.#empty();
    if (parser instanceof EventStreamParser) {
      this.#readItems(parser.end(), chunks, 'the answer ends in the middle of an event');
      if (this.#bareJson.state === 'within') throw this.#broken('the answer ends in the middle of an error');
      if (!this.#sawEvent && this.#otherLength > 0) throw this.#noAnswer();
    } else if (parser.state === 'within') {
      throw this.#broken('the answer ends in the middle of its JSON');
    }
  }

  /** Passes over blank space and a byte order mark; the first byte after them tells the form. */
  #chooseParser(bytes: Buffer): Buffer {
    const at = bytes.findIndex((byte) => !INSIGNIFICANT.has(byte));
    if (at === -1) return bytes;
    const first = String.fromCharCode(bytes[at] ?? 0);
    if (first === '<') throw this.#noAnswer(pageTitle(bytes.toString('utf8')) ?? '');
    this.#parser = first === '{' || first === '[' ? new JsonStreamParser() : new EventStreamParser();
    return bytes.subarray(at);
  }

  /** One push of either parser; its ceiling is a broken stream like any other. */
  #parsed<Item>(parser: { push(bytes: Buffer): Item[] }, bytes: Buffer): Item[] {
    try {
      return parser.push(bytes);
    } catch (error) {
      if (!this.started || !(error instanceof UnavailableError)) throw error;
      throw new IncompleteError(error.message, { cause: error });
    }
  }

  #readItems(items: readonly EventStreamItem[], chunks: Chunk[], whenInvalid?: string): void {
    for (const item of items) {
      if ('other' in item) {
        this.#readOtherLine(item.other);
        continue;
      }
      this.#sawEvent = true;
      if (item.event === 'error') throw this.#serverError(item.data);
      this.#readDocument(item.data, chunks, whenInvalid);
    }
  }

  #readDocument(text: string, chunks: Chunk[], whenInvalid?: string): void {
    if (isNestedTooDeep(text))
      throw this.#broken(`${this.#server} sent JSON nested too deep to be an answer`);
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      const content = text.trim();
      if (content === '' || content === '[DONE]') return;
      throw this.#malformed(text, whenInvalid);
    }
    if (!Array.isArray(document)) this.#accept(document, text, chunks);
    else for (const element of document) this.#accept(element, text, chunks);
  }

  #accept(document: unknown, text: string, chunks: Chunk[]): void {
    if (typeof document !== 'object' || document === null || Array.isArray(document))
      throw this.#malformed(text);
    if (isError(document)) throw this.#serverError(JSON.stringify(document));
    this.started = true;
    chunks.push(document as Chunk);
  }

  /** Looks for a bare JSON error among the lines that were no fields; other text is passed over. */
  #readOtherLine(line: string): void {
    this.#otherLength += line.trim().length;
    if (this.#bareJsonLength === 0) {
      if (!this.#sawEvent && this.#otherLength > OTHER_LIMIT) throw this.#noAnswer();
      if (!/^[ \t]*[[{]/.test(line)) return;
    }
    this.#bareJsonLength += line.length + 1;
    if (this.#bareJsonLength > OTHER_LIMIT) return;
    for (const text of this.#bareJson.push(Buffer.from(`${line}\n`))) {
      if (isErrorText(text)) throw this.#serverError(text);
    }
  }

  #serverError(body: string): GeminiError {
    const { status, host, now } = this.#source;
    return statusError({
      httpStatus: status,
      headers: {},
      body,
      now: now?.() ?? new Date(),
      ...(host === undefined ? {} : { host }),
    });
  }

  /** The payload may hold anything, so it is not shown; its length is. */
  #malformed(text: string, message = `${this.#server} sent malformed JSON`): GeminiError {
    return this.#broken(`${message} (${Buffer.byteLength(text)} bytes)`);
  }

  #broken(message: string): GeminiError {
    return this.started ? new IncompleteError(message) : new UnavailableError(message, { retryable: true });
  }

  #empty(): GeminiError {
    const { status } = this.#source;
    return new UnavailableError(`${this.#server} sent an empty reply instead of an answer (HTTP ${status})`, {
      retryable: status === 200,
      status,
      hint: CHECK_ADDRESS,
    });
  }

  /** @param title of the page, when what came is one */
  #noAnswer(title?: string): GeminiError {
    const { status, contentType = '' } = this.#source;
    const type = contentType.split(';', 1)[0]?.trim() || 'text of no known type';
    const what =
      title === undefined && type !== 'text/html' ? type : `a web page${title ? ` ("${title}")` : ''}`;
    return new UnavailableError(`${this.#server} sent ${what} instead of an answer`, {
      status,
      hint: CHECK_ADDRESS,
    });
  }
}

const CHECK_ADDRESS = 'check the base URL and the proxy, and whether this network wants a login first';

/** So many characters of a bare error are read; so many of other text, without an event, are no answer. */
const OTHER_LIMIT = 64 * 1024;

/** Blank space, and the three bytes of a byte order mark. */
const INSIGNIFICANT: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf]);

function isError(document: object): boolean {
  return 'error' in document && Boolean(document.error);
}

/** What is not quite JSON counts as an error if it says so: such text is read leniently (wire/error-body). */
function isErrorText(text: string): boolean {
  try {
    return isError(JSON.parse(text));
  } catch {
    return text.includes('"error"');
  }
}
