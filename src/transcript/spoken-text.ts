import stringWidth from 'string-width';

/** What is said, as text: spaces, scripts that write without them, and how wide it shows. */

/** Letters of scripts that put no space between words. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆`;
/** Punctuation that brings its own room. */
const FULL_WIDTH = String.raw`\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65`;

const ANY_UNSPACED = new RegExp(`[${UNSPACED}${FULL_WIDTH}]`, 'u');
const ENDS_UNSPACED = new RegExp(`[${UNSPACED}${FULL_WIDTH}][\\p{M}]*$`, 'u');
const STARTS_UNSPACED = new RegExp(`^[${UNSPACED}${FULL_WIDTH}]`, 'u');
const ENDS_FULL_WIDTH = new RegExp(`[${FULL_WIDTH}]$`, 'u');
const STARTS_FULL_WIDTH = new RegExp(`^[${FULL_WIDTH}]`, 'u');

/** True where text of two lines, or of two pieces, follows on without a space between. */
export function followsWithoutSpace(before: string, after: string): boolean {
  // Only the characters at the border count, and the text may be long.
  const [last, first] = [before.slice(-8), after.slice(0, 8)];
  return (
    ENDS_FULL_WIDTH.test(last) ||
    STARTS_FULL_WIDTH.test(first) ||
    (ENDS_UNSPACED.test(last) && STARTS_UNSPACED.test(first))
  );
}

/** True when some of the text is in a script without spaces, where only a dictionary knows the words. */
export function hasUnspaced(text: string): boolean {
  return ANY_UNSPACED.test(text);
}

/** Two pieces of what is said as one, with a space between where their script has spaces. */
export function joinText(before: string, after: string): string {
  if (before === '' || after === '') return before + after;
  return followsWithoutSpace(before, after) ? before + after : `${before} ${after}`;
}

/**
 * The text on one line: line breaks, tabs and runs of spaces become one space (or none, between characters of a script
 * without spaces), other control characters go. Lone surrogates become U+FFFD, as they have no UTF-8.
 */
export function plainText(text: string): string {
  const lines = text
    .replace(/\p{Cs}/gu, '\ufffd')
    .split(/[\n\r\u2028\u2029\u0085\v\f]+/)
    .map((line) => line.replace(/[\t\p{Zs}]+/gu, ' ').replace(/[\p{Cc}\ufeff]/gu, ''))
    .map((line) => line.replace(/ {2,}/g, ' ').trim())
    .filter((line) => line !== '');
  const spaces = lines.map((line, index) => (followsWithoutSpace(lines[index - 1] ?? '', line) ? '' : ' '));
  return lines.map((line, index) => (index === 0 ? line : `${spaces[index]}${line}`)).join('');
}

/** The paragraphs of a longer text, each on one line; empty ones left out. */
export function plainParagraphs(text: string): string[] {
  return text
    .split(/(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)/)
    .map(plainText)
    .filter((paragraph) => paragraph !== '');
}

/** Columns the text takes on a screen: wide characters and emoji two, combining marks none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (let index = 0; index < text.length; index += 1) {
    const width = plainWidth(text.charCodeAt(index));
    // A transcript has a hundred thousand words: only what takes more than a look is measured with care.
    if (width === undefined) return stringWidth(text);
    columns += width;
  }
  return columns;
}

/** The width of a character that never combines with another: the letters and marks of most of the world's text. */
function plainWidth(code: number): 1 | 2 | undefined {
  if (code < 0x7f) return code < 0x20 ? undefined : 1;
  if (code < 0x3000) {
    const narrow =
      (code >= 0xa0 && code < 0x300 && code !== 0xad) || // Latin
      (code >= 0x391 && code < 0x483) || // Greek, Cyrillic
      (code >= 0x5d0 && code <= 0x5ea) || // Hebrew
      (code >= 0x621 && code <= 0x64a) || // Arabic
      (code >= 0x2010 && code <= 0x2027); // dashes, quotation marks
    return narrow ? 1 : undefined;
  }
  const wide =
    (code >= 0x3001 && code <= 0x3029) || // marks
    (code >= 0x3041 && code <= 0x3096) || // Hiragana
    (code >= 0x30a1 && code <= 0x30ff) || // Katakana
    (code >= 0x4e00 && code <= 0x9fff) || // Han
    (code >= 0xac00 && code <= 0xd7a3) || // Hangul
    (code >= 0xff01 && code <= 0xff60); // full-width forms
  return wide ? 2 : undefined;
}

/** True after a full stop and the like, in any of the common scripts, quotation marks and brackets behind it included. */
export function endsSentence(text: string): boolean {
  return /[.!?…。！？｡؟۔।]["'”’»)\]』」）]*$/u.test(text.slice(-8));
}

/** True after a comma and the like. */
export function endsClause(text: string): boolean {
  return /[,;:—–、，；：،؛]["'”’»)\]』」）]*$/u.test(text.slice(-8));
}

/** The same words said again are equal in this form: letters and digits alone, in lower case. */
export function comparable(text: string): string {
  const letters = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]/gu, '');
  // What is all punctuation is compared as it is.
  return letters === '' ? text.trim() : letters;
}
