import { FieldFold, type Fields, isEmpty, isFields } from './fold-fields.ts';
import type { Candidate } from './generate-content.ts';

/**
 * One candidate, gathered from its chunks.
 * Text: the first part of a chunk goes on where the last part of the chunk before ended, when both are text of the
 * same kind (thought or answer) and neither has a thoughtSignature: Google asks that signed parts are sent back as
 * they came, never merged. All other parts are kept one by one, but for empty text, which says nothing.
 * Citations and log probabilities come piece by piece and are appended. Grounding is sent anew with each chunk, and
 * its supports point into its chunks by number, so the one with the most chunks (the later of two alike) gives both.
 * Everything else: the last that says something.
 */
export class CandidateFold {
  readonly #keepText: boolean;
  readonly #fields = new FieldFold();
  #content: FieldFold | undefined;
  readonly #parts: (TextRun | Fields)[] = [];
  /** The last part, if the next chunk may go on with it. */
  #open: TextRun | undefined;
  readonly #citations = new Set<string>();

  constructor(keepText: boolean) {
    this.#keepText = keepText;
  }

  add(candidate: Fields): void {
    let place = 0;
    for (const name in candidate) {
      const value = candidate[name];
      const index = this.#fields.find(name, place);
      if (name === 'content') this.#addContent(value, index);
      else if (value !== this.#fields.at(index)) this.#addField(name, value, index);
      place += 1;
    }
  }

  candidate(): Candidate {
    const fields = this.#fields.toObject();
    if (!this.#content) return fields;
    const content = this.#content.toObject();
    if ('parts' in content) {
      content.parts = this.#parts.map((part) => (part instanceof TextRun ? part.part() : part));
    }
    return { ...fields, content };
  }

  #addField(name: string, value: unknown, index: number): void {
    const before = this.#fields.at(index);
    if (!isFields(value)) {
      const unspecified = name === 'finishReason' && value === 'FINISH_REASON_UNSPECIFIED';
      if (!unspecified || isEmpty(before)) this.#fields.update(index, name, value);
    } else if (name === 'citationMetadata' || name === 'logprobsResult') {
      const gathered = before instanceof FieldFold ? before : new FieldFold();
      if (gathered !== before) this.#fields.set(index, name, gathered);
      if (name === 'citationMetadata') this.#cite(gathered, value);
      else gathered.append(value);
    } else if (name === 'groundingMetadata' && isFields(before)) {
      this.#fields.set(index, name, mergeGrounding(before, value));
    } else {
      this.#fields.update(index, name, value);
    }
  }

  /** Some services repeat the citations so far in each chunk: the same one is taken once. */
  #cite(gathered: FieldFold, metadata: Fields): void {
    const seen: string[] = [];
    gathered.append(metadata, (citation) => {
      const identity = JSON.stringify(citation);
      seen.push(identity);
      return !this.#citations.has(identity);
    });
    for (const identity of seen) this.#citations.add(identity);
  }

  #addContent(content: unknown, index: number): void {
    // Its place among the candidate's fields; the content itself is made at the end.
    if (index === -1) this.#fields.set(index, 'content', null);
    if (!isFields(content)) return;
    this.#content ??= new FieldFold();
    let place = 0;
    for (const name in content) {
      const value = content[name];
      const at = this.#content.find(name, place);
      if (name === 'parts' && Array.isArray(value)) {
        if (at === -1) this.#content.set(at, name, []);
        this.#addParts(value);
      } else if (value !== this.#content.at(at)) {
        this.#content.update(at, name, value);
      }
      place += 1;
    }
  }

  #addParts(parts: readonly unknown[]): void {
    let open = this.#open;
    const continuing = this.#parts.length > 0;
    for (const part of parts) {
      if (!isFields(part)) continue;
      const text = plainText(part);
      if (text === undefined) {
        this.#open = undefined;
        this.#parts.push(part);
      } else if (open?.thought === (part.thought === true)) {
        open.goOn(text, this.#keepText);
      } else if (text !== '' || !continuing) {
        this.#open = new TextRun(part, text);
        this.#parts.push(this.#open);
      }
      // Within a chunk parts stay apart: only its first one can go on with what came before.
      open = undefined;
    }
  }
}

/** So many pieces become one string: a hundred thousand small ones would cost the collector more than the joining. */
const MOST_PIECES = 1024;

/** Text that may go on in the next chunk, gathered in pieces. */
class TextRun {
  readonly thought: boolean;
  readonly #first: Fields;
  readonly #joined: string[] = [];
  #pieces: string[];

  constructor(first: Fields, text: string) {
    this.thought = first.thought === true;
    this.#first = first;
    this.#pieces = [text];
  }

  goOn(text: string, keep: boolean): void {
    if (text === '') return;
    if (this.#pieces[0] === '') this.#pieces[0] = text;
    else if (keep) this.#pieces.push(text);
    if (this.#pieces.length < MOST_PIECES) return;
    this.#joined.push(this.#pieces.join(''));
    this.#pieces = [];
  }

  part(): Fields {
    return { ...this.#first, text: this.#joined.join('') + this.#pieces.join('') };
  }
}

/** The text of a part that has nothing beside it, except that it may be a thought. */
function plainText(part: Fields): string | undefined {
  for (const name in part) if (name !== 'text' && name !== 'thought') return undefined;
  return typeof part.text === 'string' ? part.text : undefined;
}

function mergeGrounding(before: Fields, now: Fields): Fields {
  const fuller = lengthOf(now.groundingChunks) >= lengthOf(before.groundingChunks) ? now : before;
  const { groundingChunks, groundingSupports } = fuller;
  return new FieldFold().merge(before).merge(now).merge({ groundingChunks, groundingSupports }).toObject();
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
