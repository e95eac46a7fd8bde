import { GeminiError, InputError } from '../errors.ts';
import type { InspectedMedium } from './limits.ts';
import type { Medium } from './medium.ts';
import { type ProbedFacts, probeMedium } from './probe.ts';

/** Files looked into together: enough to hide a network mount's delay, far below any limit of open files. */
const LOOKED_INTO_TOGETHER = 16;

/**
 * The media with what they hold, in their order.
 * @param options.only which are worth a look; the others are known to hold what is asked for
 * @throws one InputError that names every medium that is broken or encrypted
 */
export async function inspectMedia(
  media: readonly Medium[],
  { signal, only = () => true }: { signal: AbortSignal; only?: (medium: Medium) => boolean },
): Promise<(InspectedMedium & { facts: ProbedFacts })[]> {
  const inspected: (InspectedMedium & { facts: ProbedFacts })[] = [];
  const problems: GeminiError[] = [];
  const waiting = media.entries();
  const worker = async () => {
    for (const [index, medium] of waiting) {
      try {
        inspected[index] = { medium, facts: only(medium) ? await probeMedium(medium, { signal }) : {} };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof GeminiError)) throw error;
        problems[index] = error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(LOOKED_INTO_TOGETHER, media.length) }, worker));
  const [first, ...others] = problems.filter((problem) => problem !== undefined);
  if (first === undefined) return inspected;
  throw new InputError(first.message, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: others.map(({ message }) => message),
    cause: first,
  });
}
