import type { SpokenSegment } from '../../../src/emulator/transcripts.ts';

const WORDS =
  'harbour ferry island winter lantern bakery violin copper meadow station orange pencil river teacher window garden ' +
  'market silver thunder ticket camera forest bottle engine ladder mirror needle parrot rocket saddle tunnel walnut';

/** Two people who say a different sentence every six seconds, with a pause after each: what a recording holds. */
export function spokenTruth(seconds: number): SpokenSegment[] {
  const words = WORDS.split(' ');
  const segments: SpokenSegment[] = [];
  for (let start = 0, state = 7; start + 6 <= seconds; start += 6) {
    const said = Array.from({ length: 11 }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return words[(state >>> 12) % words.length];
    });
    const text = `${said.join(' ')}.`;
    const speaker = segments.length % 3 === 1 ? 'Bob' : 'Ann';
    segments.push({
      start,
      end: start + 5,
      speaker,
      text: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`,
    });
  }
  return segments;
}

/** The pauses. */
export function pausesOf(segments: readonly SpokenSegment[]): { start: number; end: number }[] {
  return segments.map(({ end }) => ({ start: end, end: end + 1 }));
}
