import { mapOrdered } from '../concurrency.ts';
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
  const found = await mapOrdered(media, LOOKED_INTO_TOGETHER, async (medium) => {
    try {
      return { medium, facts: only(medium) ? await probeMedium(medium, { signal }) : {} };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof GeminiError) return error;
      throw error;
    }
  });
  const [first, ...others] = found.filter((each) => each instanceof GeminiError);
  if (first === undefined) return found.flatMap((each) => (each instanceof GeminiError ? [] : [each]));
  throw new InputError(first.message, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: others.map(({ message }) => message),
    cause: first,
  });
}
