import type { RandomAccess } from './random-access.ts';

const PIECE_BYTES = 256 * 1024;

/** What a text's length is measured in: UTF-16 code units, and how many of its characters are Chinese, Japanese or Korean. */
export type TextFacts = { characters: number; wideCharacters: number };

/** Measures UTF-8 text without decoding it: the first byte of each character tells. */
export async function probeText(access: RandomAccess): Promise<TextFacts> {
  const facts = { characters: 0, wideCharacters: 0 };
  for (let position = 0; position < access.size; position += PIECE_BYTES) {
    // One byte more than is counted, since the second byte of a character tells the block.
    const bytes = await access.read(position, PIECE_BYTES + 1);
    count(bytes, Math.min(bytes.length, PIECE_BYTES), facts);
  }
  return facts;
}

function count(bytes: Buffer, end: number, facts: TextFacts): void {
  for (let at = 0; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    facts.characters += byte >= 0xf0 ? 2 : 1;
    if (byte >= 0xe3 && isWide(byte, bytes[at + 1] ?? 0)) facts.wideCharacters += 1;
  }
}

/** U+3000 to U+9FFF, Hangul syllables (U+AC00 to U+D7FF, by their first bytes) and the ideographs from U+20000. */
function isWide(first: number, second: number): boolean {
  if (first === 0xf0) return second >= 0xa0 && second <= 0xaf;
  if (first === 0xea) return second >= 0xb0;
  if (first === 0xed) return second < 0xa0;
  return first <= 0xe9 || first === 0xeb || first === 0xec;
}
