import type { PlacedToken } from './match-tokens.ts';
import type { Segment } from './transcript.ts';

/**
 * What the speakers of a later chunk are called in the earlier ones: those whose words the overlap has under both names,
 * and, when that takes a name away from another label, that one gets a name that is still free. Names that people have
 * are never exchanged for each other, only labels such as `Speaker A`.
 * @param pairs words that both chunks have
 */
export function mapSpeakers(
  known: readonly Segment[],
  segments: readonly Segment[],
  pairs: readonly { before: PlacedToken; after: PlacedToken }[],
): Map<string, string> {
  const names = new Map<string, string>();
  for (const { from, to } of votes(pairs)) {
    if (names.has(from) || [...names.values()].includes(to)) continue;
    if (from === to || isLabel(from) || isLabel(to)) names.set(from, to);
  }
  const before = [...new Set(known.flatMap(({ speaker }) => speaker ?? []))];
  const after = [...new Set(segments.flatMap(({ speaker }) => speaker ?? []))];
  const given = new Set(names.values());
  const robbed = after.filter((speaker) => !names.has(speaker) && given.has(speaker) && isLabel(speaker));
  const taken = new Set([...given, ...after.filter((speaker) => !names.has(speaker))]);
  for (const speaker of robbed) {
    const free = before.filter((name) => !taken.has(name));
    // Of two voices whose names were exchanged, the one left over is the other; with more it could be anybody.
    const name = free.length === 1 ? free[0] : undefined;
    names.set(speaker, name ?? freshLabel(speaker, [...before, ...after, ...taken]));
    taken.add(names.get(speaker) ?? '');
  }
  return names;
}

/** True for a name that says only which of several voices it is. */
function isLabel(name: string): boolean {
  return /(?:^|[\s_:#-])(?:\p{Lu}|\d+)$/u.test(name) || /^(?:speaker|spk|unknown)/i.test(name);
}

function votes(pairs: readonly { before: PlacedToken; after: PlacedToken }[]) {
  const counts = new Map<string, { from: string; to: string; count: number }>();
  for (const { before, after } of pairs) {
    if (before.speaker === undefined || after.speaker === undefined) continue;
    const key = JSON.stringify([after.speaker, before.speaker]);
    const vote = counts.get(key) ?? { from: after.speaker, to: before.speaker, count: 0 };
    counts.set(key, { ...vote, count: vote.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

/** The next label of the same kind that nobody has: `Speaker B` makes `Speaker C`, `spk_1` makes `spk_2`. */
function freshLabel(label: string, taken: readonly string[]): string {
  const [, stem = `${label} `, last = ''] = /^(.*?)(\d+|\p{Lu})$/u.exec(label) ?? [];
  for (let number = 1; ; number += 1) {
    const letter = /^[A-Z]$/.test(last) && number <= 26 ? String.fromCharCode(64 + number) : String(number);
    const fresh = `${stem}${letter}`;
    if (!taken.includes(fresh)) return fresh;
  }
}
