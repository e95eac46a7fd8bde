import { isCount, type PdfReader, PdfUnknownError } from './reader.ts';
import { isDictionary, type PdfDictionary, PdfSyntaxError, type PdfValue } from './syntax.ts';

/** Where an object is: at a place of the file, or in an object stream. */
export type ObjectPlace = { readonly position: number } | { readonly inStream: number };

/** The index of one revision: the file's own table or stream, newest first (ISO 32000-2, 7.5.4 to 7.5.8). */
type Revision = {
  readonly trailer: PdfDictionary;
  /** Undefined when this revision does not speak of the object; 'free' when it has deleted it. */
  find(object: number): Promise<ObjectPlace | 'free' | undefined>;
};

/** More saved changes than any editor leaves in a file. */
const MAX_REVISIONS = 1000;
const MAX_SUBSECTIONS = 10_000;

/**
 * The index of a PDF: only its outline is read here, an entry when it is asked for.
 * @param position where the newest revision's index stands (`startxref`)
 * @throws PdfSyntaxError when it does not stand there
 */
export async function readCrossReferences(
  reader: PdfReader,
  position: number,
): Promise<{ trailer: PdfDictionary; find(object: number): Promise<ObjectPlace | undefined> }> {
  const revisions: Revision[] = [];
  const seen = new Set<number>();
  const waiting = [position];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (seen.size > MAX_REVISIONS) throw new PdfUnknownError('too many revisions');
    const revision = await readRevision(reader, next);
    revisions.push(revision);
    // A table may have a stream beside it for what it cannot say; both come before the older revisions.
    const { trailer } = revision;
    waiting.unshift(...[trailer.get('XRefStm'), trailer.get('Prev')].filter(isCount));
  }
  const [newest] = revisions;
  if (!newest) throw new PdfSyntaxError('no index');
  return {
    trailer: newest.trailer,
    async find(object) {
      for (const revision of revisions) {
        const place = await revision.find(object);
        if (place === 'free') return undefined;
        if (place) return place;
      }
      return undefined;
    },
  };
}

async function readRevision(reader: PdfReader, position: number): Promise<Revision> {
  const start = (await reader.bytes(position, 64)).toString('latin1');
  const word = /^[\s\0]*xref(?=[\s\0\d])/.exec(start);
  return word ? readTable(reader, position + word[0].length) : readStream(reader, position);
}

type Subsection = { readonly first: number; readonly count: number; readonly position: number };

/** A table: subsections of entries of 20 bytes each, so that any of them is found without reading the others. */
async function readTable(reader: PdfReader, start: number): Promise<Revision> {
  const subsections: Subsection[] = [];
  let position = start;
  for (;;) {
    const text = (await reader.bytes(position, 64)).toString('latin1');
    const trailer = /^[\s\0]*trailer/.exec(text);
    if (trailer) {
      const { value } = await reader.valueAt(position + trailer[0].length);
      if (!isDictionary(value)) throw new PdfSyntaxError('a trailer that is no dictionary');
      return { trailer: value, find: (object) => findInTable(reader, subsections, object) };
    }
    const header = /^[\s\0]*(\d{1,10})[ \t]+(\d{1,10})[ \t]*(\r\n|\r|\n)/.exec(text);
    if (!header || subsections.length >= MAX_SUBSECTIONS) throw new PdfSyntaxError('a broken index');
    position += header[0].length;
    const count = Number(header[2]);
    subsections.push({ first: Number(header[1]), count, position });
    position += count * 20;
  }
}

async function findInTable(
  reader: PdfReader,
  subsections: readonly Subsection[],
  object: number,
): Promise<ObjectPlace | 'free' | undefined> {
  const section = subsections.find(({ first, count }) => object >= first && object < first + count);
  if (!section) return undefined;
  const entry = await reader.bytes(section.position + (object - section.first) * 20, 20);
  const [, position, use] = /^(\d{10}) \d{5} ([nf])[ \r\n]/.exec(entry.toString('latin1')) ?? [];
  if (position === undefined) throw new PdfSyntaxError('a broken entry of the index');
  return use === 'f' ? 'free' : { position: Number(position) };
}

async function readStream(reader: PdfReader, position: number): Promise<Revision> {
  const { value, stream } = await reader.objectAt(position);
  if (!isDictionary(value) || value.get('Type') !== '/XRef' || stream === undefined) {
    throw new PdfSyntaxError('no index where the file says');
  }
  const length = value.get('Length');
  if (!isCount(length)) throw new PdfUnknownError('an index of a length that is said elsewhere');
  const entries = await reader.stream(value, stream, length);
  const widths = counts(value.get('W'));
  const size = value.get('Size');
  const sections = counts(value.get('Index') ?? [0, isCount(size) ? size : 0]);
  const [typeWidth = 0, secondWidth = 0, thirdWidth = 0] = widths;
  const entryWidth = typeWidth + secondWidth + thirdWidth;
  if (entryWidth === 0 || entryWidth > 64) throw new PdfSyntaxError('an index of no entries');
  return {
    trailer: value,
    async find(object) {
      let at = indexOf(sections, object);
      if (at === undefined) return undefined;
      at *= entryWidth;
      if (at + entryWidth > entries.length) return undefined;
      const type = typeWidth === 0 ? 1 : bigEndian(entries, at, typeWidth);
      const second = bigEndian(entries, at + typeWidth, secondWidth);
      if (type === 1) return { position: second };
      return type === 2 ? { inStream: second } : 'free';
    },
  };
}

/** Which entry an object has, by pairs of the first object and the number of entries. */
function indexOf(sections: readonly number[], object: number): number | undefined {
  let before = 0;
  for (let pair = 0; pair + 1 < sections.length; pair += 2) {
    const [first = 0, count = 0] = sections.slice(pair);
    if (object >= first && object < first + count) return before + object - first;
    before += count;
  }
  return undefined;
}

function counts(value: PdfValue | undefined): number[] {
  if (!Array.isArray(value) || !value.every(isCount))
    throw new PdfSyntaxError('an index without its measures');
  return [...value];
}

function bigEndian(bytes: Buffer, start: number, width: number): number {
  let value = 0;
  for (let at = start; at < start + width; at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
}
