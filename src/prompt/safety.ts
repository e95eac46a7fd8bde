import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { SafetySetting } from '../wire/generate-content.ts';

/**
 * Settings from `--safety CATEGORY=THRESHOLD`: short names (`hate-speech=none`) or the API's own, in any case. For a
 * category named twice the last threshold counts; `all` stands for the four that every model has.
 * @throws UsageError with the nearest known name
 */
export function parseSafety(values: readonly string[]): SafetySetting[] {
  const settings = new Map<string, string>();
  for (const value of values) {
    const [category, threshold, ...more] = value.split('=');
    if (!category || !threshold || more.length > 0) {
      throw new UsageError(`--safety takes CATEGORY=THRESHOLD, not "${value}"`, {
        hint: 'for example --safety hate-speech=none',
      });
    }
    for (const name of categories(category)) settings.set(name, thresholdOf(threshold));
  }
  return [...settings].map(([category, threshold]) => ({ category, threshold }));
}

const PREFIX = 'HARM_CATEGORY_';
const ADJUSTABLE = ['HARASSMENT', 'HATE_SPEECH', 'SEXUALLY_EXPLICIT', 'DANGEROUS_CONTENT'] as const;
/** The enum HarmCategory without its prefix; the IMAGE_ ones are Vertex AI's. */
const CATEGORIES = [
  ...ADJUSTABLE,
  'CIVIC_INTEGRITY',
  'JAILBREAK',
  'IMAGE_HATE',
  'IMAGE_DANGEROUS_CONTENT',
  'IMAGE_HARASSMENT',
  'IMAGE_SEXUALLY_EXPLICIT',
] as const;
const CATEGORY_NAMES = new Map<string, readonly string[]>([
  ...CATEGORIES.map((name): [string, string[]] => [name, [name]]),
  ['SEXUAL', ['SEXUALLY_EXPLICIT']],
  ['DANGEROUS', ['DANGEROUS_CONTENT']],
  ['HATE', ['HATE_SPEECH']],
  ['ALL', ADJUSTABLE],
]);

/** Short names first, then the enum HarmBlockThreshold, then the misprint of the Vertex AI parameter table. */
const THRESHOLDS = new Map([
  ['NONE', 'BLOCK_NONE'],
  ['OFF', 'OFF'],
  ['HIGH', 'BLOCK_ONLY_HIGH'],
  ['ONLY_HIGH', 'BLOCK_ONLY_HIGH'],
  ['MEDIUM', 'BLOCK_MEDIUM_AND_ABOVE'],
  ['LOW', 'BLOCK_LOW_AND_ABOVE'],
  ['BLOCK_NONE', 'BLOCK_NONE'],
  ['BLOCK_ONLY_HIGH', 'BLOCK_ONLY_HIGH'],
  ['BLOCK_MEDIUM_AND_ABOVE', 'BLOCK_MEDIUM_AND_ABOVE'],
  ['BLOCK_LOW_AND_ABOVE', 'BLOCK_LOW_AND_ABOVE'],
  ['BLOCK_MED_AND_ABOVE', 'BLOCK_MEDIUM_AND_ABOVE'],
]);

function categories(typed: string): string[] {
  const word = enumWord(typed);
  const names = CATEGORY_NAMES.get(word.startsWith(PREFIX) ? word.slice(PREFIX.length) : word);
  if (names === undefined) throw unknown('category', typed, CATEGORY_NAMES.keys());
  return names.map((name) => PREFIX + name);
}

function thresholdOf(typed: string): string {
  const threshold = THRESHOLDS.get(enumWord(typed));
  if (threshold === undefined) throw unknown('threshold', typed, ['NONE', 'OFF', 'HIGH', 'MEDIUM', 'LOW']);
  return threshold;
}

function enumWord(typed: string): string {
  return typed.trim().toUpperCase().replaceAll('-', '_');
}

function unknown(what: string, typed: string, words: Iterable<string>): UsageError {
  const names = Array.from(words, (word) => word.toLowerCase().replaceAll('_', '-'));
  const meant = nearest(typed.replaceAll('_', '-'), names);
  return new UsageError(`--safety: there is no ${what} "${typed}"; known are ${names.join(', ')}`, {
    ...(meant === undefined ? {} : { hint: `did you mean ${meant}?` }),
  });
}
