import { type ByteSource, isByteSource } from '../byte-source.ts';

/** A body ready to be sent, whose large parts are still outside memory: a JSON document, or raw bytes (raw-body). */
export type RequestBody = {
  /** Bytes of the whole, the base64 of its sources included: the Content-Length. */
  readonly byteLength: number;
  /** In order: bytes, sources that stand for their base64 (no line breaks), and sources that are sent as they are. */
  readonly segments: readonly (Buffer | ByteSource | RawSource)[];
};

/** A source whose bytes are sent as they are. */
export type RawSource = { readonly raw: ByteSource };

/**
 * Serialises like JSON.stringify, but a ByteSource anywhere in the tree becomes a string that holds its standard base64,
 * encoded only while the body is sent. A source with a `prefix` (`data:image/png;base64,`) has it in front of its base64.
 * @throws TypeError when the value has no JSON form
 */
export function createJsonBody(value: unknown): RequestBody {
  const { texts, sources } = cutAtSources(value);
  const segments: (Buffer | ByteSource)[] = [];
  let byteLength = 0;
  texts.forEach((text, index) => {
    const bytes = Buffer.from(text);
    segments.push(bytes);
    byteLength += bytes.length;
    const source = sources[index];
    if (source === undefined) return;
    segments.push(source);
    byteLength += base64Length(source.byteLength);
  });
  return { byteLength, segments };
}

/** Characters of the base64 of so many bytes, padding included. */
function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

/** The JSON text with its sources taken out: n sources and n + 1 texts around them. */
function cutAtSources(value: unknown): { texts: string[]; sources: ByteSource[] } {
  // JSON.stringify with a function to ask takes several times longer than without one, and most requests have no source.
  if (!holdsSource(value)) return { texts: [jsonOf(value)], sources: [] };
  for (;;) {
    // '<' only at the start: two marks cannot overlap, so the count below tells whether a text of the tree holds one.
    const mark = `<${Math.random().toString(36)}${Math.random().toString(36)}`;
    const sources: ByteSource[] = [];
    const json = jsonOf(value, (_key, held) => {
      if (!isByteSource(held)) return held;
      sources.push(held);
      return prefixOf(held) + mark;
    });
    const texts = json.split(mark);
    if (texts.length === sources.length + 1) return { texts, sources };
  }
}

function holdsSource(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isByteSource(value) || Object.values(value).some(holdsSource);
}

function jsonOf(value: unknown, replacer?: (key: string, held: unknown) => unknown): string {
  const json = JSON.stringify(value, replacer);
  if (json === undefined) throw new TypeError('a request body must have a JSON form');
  return json;
}

function prefixOf(source: ByteSource & { readonly prefix?: unknown }): string {
  return typeof source.prefix === 'string' ? source.prefix : '';
}
