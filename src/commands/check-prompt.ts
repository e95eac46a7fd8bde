import type { Context } from '../context.ts';
import { InputError } from '../errors.ts';
import { displayName } from '../media/display-name.ts';
import { checkMedia, type InspectedMedium, type MediaTarget, needsFacts } from '../media/limits.ts';
import type { Medium } from '../media/medium.ts';
import { mediumOf } from '../media/part-medium.ts';
import type { GenerateContentRequest } from '../wire/generate-content.ts';
import type { PromptEstimate } from './estimate.ts';

export type PromptLimits = {
  /** False with --no-limits. */
  readonly limits: boolean;
  /** Tokens of the prompt above which nothing is sent. */
  readonly maxTokensIn: number | undefined;
};

/**
 * Holds a prompt against what its model and backend are documented to take, and against --max-tokens-in, before
 * anything of it is sent. Warnings become notes.
 * @throws InputError that lists all that is too much, or broken
 */
export async function checkPrompt(
  context: Context,
  { limits, maxTokensIn }: PromptLimits,
  target: MediaTarget,
  request: GenerateContentRequest,
): Promise<void> {
  if (maxTokensIn === undefined) {
    if (limits) report(context, checkMedia(await lookInto(request, target, context), target));
    return;
  }
  const { estimatePrompt, itemsOf } = await import('./estimate.ts');
  const mediaResolution = request.generationConfig?.mediaResolution;
  const estimate = await estimatePrompt(context, itemsOf(request), { ...target, limits, mediaResolution });
  report(context, estimate);
  if (estimate.tokens > maxTokensIn) throw tooManyTokens(estimate, maxTokensIn);
  if (estimate.unknown > 0) {
    const parts = estimate.unknown === 1 ? 'one part' : `${estimate.unknown} parts`;
    context.note(`warning: the tokens of ${parts} are not known, and not counted for --max-tokens-in`);
  }
}

/** The media of a request; only what the limits depend on is looked into, which most photographs need not be. */
async function lookInto(
  { contents }: GenerateContentRequest,
  target: MediaTarget,
  { signal }: Context,
): Promise<InspectedMedium[]> {
  const parts = contents.flatMap((content) => content.parts);
  const media = parts.flatMap((part, index) => mediumOf(part, `part ${index + 1}`) ?? []);
  const only = (medium: Medium) => needsFacts(medium, target);
  if (!media.some(only)) return media.map((medium) => ({ medium, facts: {} }));
  const { inspectMedia } = await import('../media/inspect.ts');
  return inspectMedia(media, { signal, only });
}

/** @throws InputError with every error; notes the warnings */
export function report(
  { note }: Pick<Context, 'note'>,
  { errors, warnings }: Pick<PromptEstimate, 'errors' | 'warnings'>,
): void {
  for (const warning of warnings) note(`warning: ${warning}`);
  if (errors.length > 0) throw refusal(errors);
}

/** All that is too much as one error. */
export function refusal(
  [first = '', ...details]: readonly string[],
  hint = '--no-limits sends it all the same',
): InputError {
  return new InputError(first, { details, hint });
}

function tooManyTokens({ tokens, parts }: PromptEstimate, most: number): InputError {
  const number = (value: number) => value.toLocaleString('en');
  const largest = parts
    .filter(({ mimeType }) => mimeType !== undefined)
    .sort((a, b) => (b.tokens ?? 0) - (a.tokens ?? 0))
    .slice(0, 3);
  return new InputError(
    `about ${number(tokens)} tokens, and --max-tokens-in allows ${number(most)}: nothing was sent`,
    {
      details: largest.map(
        (part) => `${displayName(part.source)}: ${number(part.tokens ?? 0)} tokens (${part.rule})`,
      ),
      hint: 'see each part with --plan; --media-resolution low takes fewer for images and video',
    },
  );
}
