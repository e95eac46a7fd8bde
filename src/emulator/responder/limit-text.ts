import { TOKEN_CHARACTERS } from './count-prompt.ts';
import { wholeCharacters } from './describe-part.ts';

/**
 * Cuts an answer before the first stop sequence and at a number of tokens, whichever comes first.
 * @returns the text that is left and why it ends there
 */
export function limitText(
  text: string,
  stopSequences: readonly string[],
  maxTokens: number,
): { text: string; finishReason: 'STOP' | 'MAX_TOKENS' } {
  const stops = stopSequences.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
  const stopped = text.slice(0, Math.min(text.length, ...stops));
  const most = Math.max(0, maxTokens) * TOKEN_CHARACTERS;
  if (stopped.length <= most) return { text: stopped, finishReason: 'STOP' };
  return { text: wholeCharacters(stopped, most), finishReason: 'MAX_TOKENS' };
}

/** Cuts a text into groups of words, three or more where it has the length, no more than about 64. */
export function pieces(text: string): string[] {
  const words = text.match(/\s*\S+|\s+$/g) ?? [];
  if (words.length < 3) return thirds(text);
  const size = Math.max(1, Math.min(6, Math.floor(words.length / 3)), Math.ceil(words.length / 64));
  const groups: string[] = [];
  for (let start = 0; start < words.length; start += size)
    groups.push(words.slice(start, start + size).join(''));
  return groups;
}

/** By whole characters, so that no piece ends in half a surrogate pair. */
function thirds(text: string): string[] {
  const characters = [...text];
  const size = Math.max(1, Math.ceil(characters.length / 3));
  const groups: string[] = [];
  for (let start = 0; start < characters.length; start += size) {
    groups.push(characters.slice(start, start + size).join(''));
  }
  return groups;
}
