import { appendInto, type Fields, isEmpty, isFields, mergeInto, setField } from './fold-fields.ts';
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
  readonly #fields: Fields = {};
  #content: Fields | undefined;
  readonly #parts: (TextRun | Fields)[] = [];
  /** The last part, if the next chunk may go on with it. */
  #open: TextRun | undefined;
  readonly #citations = new Set<string>();

  constructor(keepText: boolean) {
    this.#keepText = keepText;
  }

  add(candidate: Fields): void {
    for (const name in candidate) {
      const value = candidate[name];
      if (name === 'content') this.#addContent(value);
      else if (value !== this.#fields[name]) this.#addField(name, value, this.#fields[name]);
    }
  }

  candidate(): Candidate {
    if (!this.#content) return { ...this.#fields };
    const content = { ...this.#content };
    if ('parts' in content)
      content.parts = this.#parts.map((part) => (part instanceof TextRun ? part.part() : part));
    return { ...this.#fields, content };
  }

  #addField(name: string, value: unknown, before: unknown): void {
    if (name === 'finishReason' && value === 'FINISH_REASON_UNSPECIFIED' && !isEmpty(before)) return;
    const merge = MERGES.get(name);
    const merged =
      merge && isFields(value) ? merge(isFields(before) ? before : {}, value, this.#citations) : value;
    setField(this.#fields, name, merged);
  }

  #addContent(content: unknown): void {
    // Its place among the candidate's fields; the content itself is made at the end.
    this.#fields.content ??= null;
    if (!isFields(content)) return;
    this.#content ??= {};
    for (const name in content) {
      const value = content[name];
      if (name === 'parts' && Array.isArray(value)) this.#addParts(value, this.#content);
      else if (value !== this.#content[name]) setField(this.#content, name, value);
    }
  }

  #addParts(parts: readonly unknown[], content: Fields): void {
    // As above: its place among the content's fields.
    content.parts ??= [];
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

type Merge = (before: Fields, now: Fields, citations: Set<string>) => Fields;

const MERGES: ReadonlyMap<string, Merge> = new Map<string, Merge>([
  ['citationMetadata', mergeCitations],
  ['groundingMetadata', mergeGrounding],
  ['logprobsResult', (before, now) => appendInto(before, now)],
]);

/** Some services repeat the citations so far in each chunk: the same one is taken once. */
function mergeCitations(before: Fields, now: Fields, known: Set<string>): Fields {
  const added: string[] = [];
  const merged = appendInto(before, now, (citation) => {
    const identity = JSON.stringify(citation);
    added.push(identity);
    return !known.has(identity);
  });
  for (const identity of added) known.add(identity);
  return merged;
}

function mergeGrounding(before: Fields, now: Fields): Fields {
  const fuller = lengthOf(now.groundingChunks) >= lengthOf(before.groundingChunks) ? now : before;
  const { groundingChunks, groundingSupports } = fuller;
  return mergeInto(mergeInto({ ...before }, now), { groundingChunks, groundingSupports });
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
