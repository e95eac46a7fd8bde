import { InputError } from '../errors.ts';
import type { OutputStream } from '../terminal/io.ts';
import { sanitize } from '../terminal/sanitize.ts';
import type { Medium } from './media.ts';

/** An output that holds either text or one medium. */
export type SoleOutput = OutputStream & {
  /**
   * Gives the output to a medium; all text goes aside from then on.
   * @throws InputError when it has one already, or was given to text
   */
  takeMedium(medium: Medium): Promise<void>;
  /** No medium will come: text that was held back is written. */
  release(): Promise<void>;
};

/** So much text, in UTF-16 code units, waits for a medium to come after it; more makes it an answer of text. */
const HELD_LIMIT = 65_536;

/**
 * The place of `-o` for an answer of which nobody knows yet what it is: image models write a sentence before the image.
 * @param out where the answer goes
 * @param aside where text goes when a medium has taken `out`
 */
export function createSoleOutput(out: OutputStream, aside: OutputStream): SoleOutput {
  let held = '';
  let owner: 'nobody' | 'text' | 'medium' = 'nobody';

  const release = async () => {
    if (owner !== 'nobody') return;
    owner = 'text';
    if (held !== '') await out.write(held);
    held = '';
  };
  const putAside = (text: string) => aside.write(aside.isTTY ? sanitize(text) : text);
  return {
    ...out,
    release,
    write(data) {
      if (owner === 'text') return out.write(data);
      if (owner === 'medium') return putAside(String(data));
      held += data;
      return held.length > HELD_LIMIT ? release() : Promise.resolve();
    },
    async takeMedium({ type, bytes }) {
      if (owner !== 'nobody') throw noRoom(type, owner);
      owner = 'medium';
      if (held !== '') await putAside(held);
      held = '';
      await out.write(bytes);
    },
  };
}

function noRoom(type: string, owner: 'text' | 'medium'): InputError {
  const message =
    owner === 'medium'
      ? `the answer holds more than one file: only the first is in the output, the next is ${type}`
      : `the answer holds ${type} after a text that is already in the output`;
  return new InputError(message, { hint: 'add --output-dir DIR to save the files beside the text' });
}
