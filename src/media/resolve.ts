import { mapOrdered } from '../concurrency.ts';
import { GeminiError, InputError, UsageError } from '../errors.ts';
import type { PromptPart, TextPart } from '../prompt/parts.ts';
import type { Part } from '../wire/generate-content.ts';
import { type ExpandedPart, expandPart } from './expand.ts';
import { labelMedia } from './label.ts';
import { type LocateOptions, locate } from './locate.ts';
import type { Medium } from './medium.ts';
import { toPart } from './part.ts';
import { notePassedOver, type PassedOver } from './passed-over.ts';
import { checkRequestSize } from './request-size.ts';

/** Sources looked at together: enough to hide a network's delay, far below any limit of open files. */
const LOOKED_AT_TOGETHER = 16;

export type ResolveOptions = LocateOptions & {
  /** Puts "image 1:", "image 2:" … before the media. */
  readonly label?: boolean;
};

/**
 * The parts of the request, in the order given: found, then delivered in the request itself or by URI.
 * @throws as locateMedia; InputError when it is too much for one request
 */
export async function resolveParts(parts: readonly PromptPart[], options: ResolveOptions): Promise<Part[]> {
  const located = await locateMedia(parts, options);
  return deliver(located, options);
}

/**
 * What the parts stand for, in the order given: folders and patterns as their files, each source with its type and place.
 * Files are looked at, not read; what comes from the web or a pipe is here.
 * @throws one InputError for everything that is wrong with any of the sources (UsageError if all of it is wrong usage):
 * the first as its message, the others as its details
 */
export async function locateMedia(
  parts: readonly PromptPart[],
  options: ResolveOptions,
): Promise<(TextPart | Medium)[]> {
  const expansions = await mapOrdered(parts, LOOKED_AT_TOGETHER, (part) =>
    settle(options, (own) => expandPart(part, own)),
  );
  const singles = expansions.flatMap(({ result }): (ExpandedPart | GeminiError)[] =>
    result instanceof GeminiError ? [result] : result,
  );
  const locations = await mapOrdered(singles, LOOKED_AT_TOGETHER, (single) =>
    settle(options, async (own) =>
      single instanceof GeminiError || 'text' in single ? single : locate(single, own),
    ),
  );
  for (const { notes } of [...expansions, ...locations]) for (const line of notes) options.onNote?.(line);

  const media: (TextPart | Medium)[] = [];
  const passedOver: PassedOver[] = [];
  const problems: GeminiError[] = [];
  for (const { result } of locations) {
    if (result instanceof GeminiError) problems.push(result);
    else if ('passedOver' in result) passedOver.push(result);
    else media.push(result);
  }
  problems.push(...notePassedOver(passedOver, singles, options.onNote));
  if (problems.length > 0) throw combined(problems);
  return options.label ? labelMedia(media) : media;
}

function deliver(media: readonly (TextPart | Medium)[], { limits }: ResolveOptions): Part[] {
  const parts = media.map((each) => ('text' in each ? { text: each.text } : toPart(each)));
  checkRequestSize(parts, limits);
  return parts;
}

type Settled<Result> = { readonly notes: readonly string[]; readonly result: Result | GeminiError };

/** What came of it, a fault too, so that all faults are told at once; and its notes, so that they come in order. */
async function settle<Result>(
  options: ResolveOptions,
  task: (options: ResolveOptions) => Promise<Result>,
): Promise<Settled<Result>> {
  options.signal.throwIfAborted();
  const notes: string[] = [];
  try {
    return { notes, result: await task({ ...options, onNote: (line) => notes.push(line) }) };
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof GeminiError) return { notes, result: error };
    throw error;
  }
}

/** All problems as one error; the hint is the first one's. */
function combined(problems: readonly GeminiError[]): GeminiError {
  const [first, ...others] = problems;
  if (first === undefined || others.length === 0) return first ?? new InputError('no input');
  const facts = {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: [
      ...new Set([...first.details, ...others.flatMap(({ message, details }) => [message, ...details])]),
    ],
    cause: new AggregateError(problems),
  };
  return problems.every((problem) => problem instanceof UsageError)
    ? new UsageError(first.message, facts)
    : new InputError(first.message, facts);
}
