import { checkEventSize, PendingBytes } from './pending-bytes.ts';

/** One event: `event` is its type when it was named, `data` its data lines joined by line feeds. */
export type ServerSentEvent = { readonly event?: string; readonly data: string };

/**
 * A line that is no field, no comment and not blank. The format says to pass over it, but servers put a bare JSON
 * error in the middle of an event stream, over many such lines.
 */
export type OtherLine = { readonly other: string };

export type EventStreamItem = ServerSentEvent | OtherLine;

/** What one data line costs beside its characters, in bytes: a flood of empty ones must meet the ceiling too. */
const LINE_COST = 32;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const COLON = 58;
const SPACE = 32;

/**
 * Reads an event stream (WHATWG HTML, "server-sent events") from bytes cut anywhere. All whole lines of a chunk are
 * decoded at once and sliced from that one string, which costs about a tenth of parsing their JSON; bytes are decoded
 * only up to a line end, so no character is ever cut. `id` and `retry` are not used here and ignored.
 */
export class EventStreamParser {
  readonly #pending = new PendingBytes();
  #started = false;
  #afterCarriageReturn = false;
  #type = '';
  /** The first data line of the event under way: most have no other. */
  #data: string | undefined;
  readonly #moreData: string[] = [];
  #size = 0;

  /**
   * Takes the next bytes and gives what they complete, in order.
   * @throws UnavailableError when one event is larger than 64 MiB
   */
  push(chunk: Buffer): EventStreamItem[] {
    const items: EventStreamItem[] = [];
    const end = lastLineEnd(chunk) + 1;
    let start = 0;
    if (end > 0 && this.#pending.length > 0) {
      start = earlyLineEnd(chunk) + 1;
      this.#pending.append(chunk.subarray(0, start));
      this.#readLines(this.#pending.take(), items);
    }
    if (start < end) this.#readLines(chunk.toString('utf8', start, end), items);
    this.#pending.append(chunk.subarray(end));
    checkEventSize(this.#size + this.#pending.length);
    return items;
  }

  /** Ends the stream: gives a last event that had no blank line after it, which may be cut short. */
  end(): EventStreamItem[] {
    const items: EventStreamItem[] = [];
    if (this.#pending.length > 0) this.#readLines(`${this.#pending.take()}\n`, items);
    this.#dispatch(items);
    return items;
  }

  /** @param block whole lines, each with its end */
  #readLines(block: string, items: EventStreamItem[]): void {
    const text = this.#withoutBeginning(block);
    let start = 0;
    // Each is looked for anew only once it is passed; to make every line end a line feed first takes as long as the rest.
    let carriageReturn = indexOrEnd(text, '\r', 0);
    let lineFeed = indexOrEnd(text, '\n', 0);
    while (start < text.length) {
      const end = Math.min(carriageReturn, lineFeed);
      if (start === end) this.#dispatch(items);
      else if (text.startsWith('data:', start)) this.#addData(text, start + 5, end);
      else this.#readRareLine(text.slice(start, end), items);
      start = lineFeed === end + 1 ? end + 2 : end + 1;
      if (carriageReturn < start) carriageReturn = indexOrEnd(text, '\r', start);
      if (lineFeed < start) lineFeed = indexOrEnd(text, '\n', start);
    }
  }

  /** Drops the rest of a CRLF that was cut in two, and a byte order mark. */
  #withoutBeginning(block: string): string {
    let text = block;
    if (this.#afterCarriageReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterCarriageReturn = block.endsWith('\r');
    if (this.#started) return text;
    this.#started = true;
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  #addData(text: string, start: number, end: number): void {
    this.#size += end - start + LINE_COST;
    checkEventSize(this.#size);
    const line = text.slice(text.charCodeAt(start) === SPACE ? start + 1 : start, end);
    if (this.#data === undefined) this.#data = line;
    else this.#moreData.push(line);
  }

  #readRareLine(line: string, items: EventStreamItem[]): void {
    if (line.charCodeAt(0) === COLON) return;
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    if (name === 'event') {
      const value = colon === -1 ? '' : line.slice(colon + 1);
      this.#type = value.startsWith(' ') ? value.slice(1) : value;
    } else if (name === 'data') {
      this.#addData('', 0, 0);
    } else if (name !== 'id' && name !== 'retry') {
      items.push({ other: line });
    }
  }

  #dispatch(items: EventStreamItem[]): void {
    if (this.#data !== undefined) {
      const data =
        this.#moreData.length === 0 ? this.#data : [this.#data, ...this.#moreData.splice(0)].join('\n');
      items.push(this.#type === '' ? { data } : { event: this.#type, data });
      this.#data = undefined;
      this.#size = 0;
    }
    this.#type = '';
  }
}

/** Where it stands, or the end of the text. */
function indexOrEnd(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from);
  return index === -1 ? text.length : index;
}

/** Both searches ask first whether the byte is there at all: the forward search is many times faster. */
function lastLineEnd(bytes: Buffer): number {
  const feed = bytes.includes(LINE_FEED) ? bytes.lastIndexOf(LINE_FEED) : -1;
  return bytes.includes(CARRIAGE_RETURN) ? Math.max(feed, bytes.lastIndexOf(CARRIAGE_RETURN)) : feed;
}

/** Any early line end will do: it only keeps a long pending line from being joined with all that follows it. */
function earlyLineEnd(bytes: Buffer): number {
  const feed = bytes.indexOf(LINE_FEED);
  return feed === -1 ? bytes.indexOf(CARRIAGE_RETURN) : feed;
}
