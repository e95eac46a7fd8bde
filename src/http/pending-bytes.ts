import { UnavailableError } from '../errors.ts';

/** The largest single event or document of an answer that is taken, in bytes: an image in base64 stays well below. */
export const EVENT_LIMIT = 64 * 1024 * 1024;

/** Above this the buffer is given back once it was read, in bytes. */
const KEPT_CAPACITY = 1024 * 1024;

/**
 * The bytes of a line or document whose end has not come yet. One buffer that doubles: linear for one event of 50 MB,
 * and a server that sends single bytes costs no object for each.
 */
export class PendingBytes {
  #bytes = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length, 4096));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    bytes.copy(this.#bytes, this.#length);
    this.#length = length;
  }

  /** Gives what was held as text (invalid UTF-8 becomes U+FFFD) and starts anew. */
  take(): string {
    const text = this.#bytes.toString('utf8', 0, this.#length);
    this.#length = 0;
    if (this.#bytes.length > KEPT_CAPACITY) this.#bytes = Buffer.alloc(0);
    return text;
  }
}

/** @throws UnavailableError when one event or document is larger than `EVENT_LIMIT` */
export function checkEventSize(bytes: number): void {
  if (bytes > EVENT_LIMIT) {
    throw new UnavailableError(`the server sent a single event of over ${EVENT_LIMIT / 1024 / 1024} MiB`);
  }
}
