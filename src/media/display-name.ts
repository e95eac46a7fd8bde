/** Control characters, bidi marks and line separators, lone surrogates, and spaces that would not be seen. */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|^\s|\s$|^$/u;
const UNSAFE_IN_JSON = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A file's name for a message: as it is, or as a JSON string where it holds what a terminal must not be given. */
export function displayName(name: string): string {
  if (!UNSAFE.test(name)) return name;
  // JSON leaves DEL, C1 and bidi controls as they are.
  return JSON.stringify(name).replace(
    UNSAFE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
