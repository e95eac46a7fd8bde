/**
 * How long a text is in tokens. Google's documents say "about 4 characters" for English. Chinese, Japanese and Korean
 * have no such figure; one token a character is what they take at most in practice, so that an estimate errs upwards.
 */
export const textRule = '4 characters a token; Chinese, Japanese and Korean 1';

/** Kana, ideographs and their signs; Hangul; the ideographs of the planes above, by the first half of their pairs. */
const WIDE = /[\u3000-\u9fff\uac00-\ud7ff]|[\ud840-\ud8bf][\udc00-\udfff]/g;

export function countText(text: string): number {
  let wide = 0;
  let wideUnits = 0;
  for (const [character] of text.matchAll(WIDE)) {
    wide += 1;
    wideUnits += character.length;
  }
  return Math.ceil((text.length - wideUnits) / 4) + wide;
}
