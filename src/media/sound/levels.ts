import type { Span } from './sound.ts';

/** Length of a block whose loudness is measured: shorter than the shortest sounds of speech. Seconds. */
const BLOCK_SECONDS = 0.02;
/** The stop of a consonant is quiet for up to 0.2 s. */
const SHORTEST_SILENCE = 0.3;
/** Of the loudness of what is spoken. */
const QUIET_SHARE = 0.08;
/** -60 dB: below it nothing is heard, however quiet the rest is. */
const LEAST_QUIET = 0.001;

/**
 * Finds silences: stretches that are far quieter than the loud parts of the same recording, since every room and
 * microphone has noise of its own.
 * @param rate samples a second that will be added
 */
export function createLevels(rate: number): { add(sample: number): void; silences(): Span[] } {
  const blockSamples = Math.max(1, Math.round(rate * BLOCK_SECONDS));
  const blockSeconds = blockSamples / rate;
  const levels: number[] = [];
  let sum = 0;
  let count = 0;
  return {
    add(sample) {
      sum += sample < 0 ? -sample : sample;
      count += 1;
      if (count < blockSamples) return;
      levels.push(sum / count);
      sum = 0;
      count = 0;
    },
    silences() {
      const loud = Float32Array.from(levels).sort()[Math.floor(levels.length * 0.9)] ?? 0;
      const quiet = Math.max(loud * QUIET_SHARE, LEAST_QUIET);
      const found: Span[] = [];
      let from = 0;
      for (let block = 0; block <= levels.length; block += 1) {
        if ((levels[block] ?? 1) < quiet) continue;
        const span = { start: from * blockSeconds, end: block * blockSeconds };
        if (span.end - span.start >= SHORTEST_SILENCE) found.push(span);
        from = block + 1;
      }
      return found;
    },
  };
}
