import type { Context } from '../context.ts';
import { type GeminiError, InputError } from '../errors.ts';
import type { Delivery, DeliveryRules } from '../media/delivery.ts';
import { displayName } from '../media/display-name.ts';
import { checkMedia, type InspectedMedium, type MediaTarget, needsFacts } from '../media/limits.ts';
import type { Medium } from '../media/medium.ts';
import { mediumOf } from '../media/part-medium.ts';
import type { GenerateContentRequest } from '../wire/generate-content.ts';
import type { PromptEstimate } from './estimate.ts';
import { plannedDelivery } from './planned-delivery.ts';

export type PromptLimits = {
  /** False with --no-limits. */
  readonly limits: boolean;
  /** Tokens of the prompt above which nothing is sent. */
  readonly maxTokensIn: number | undefined;
};

/**
 * Holds a prompt against what its model and backend are documented to take, and against --max-tokens-in, before
 * anything of it is sent or uploaded. Warnings become notes.
 * @param rules by which it is decided what will be uploaded
 * @throws InputError that lists all that is too much, or broken
 */
export async function checkPrompt(
  context: Context,
  { limits, maxTokensIn }: PromptLimits,
  target: MediaTarget,
  request: GenerateContentRequest,
  rules: DeliveryRules,
): Promise<void> {
  const parts = request.contents.flatMap((content) => content.parts);
  const media = parts.flatMap((part, index) => mediumOf(part, `part ${index + 1}`) ?? []);
  const { deliveries, problem } = await plannedDelivery(media, rules);
  if (maxTokensIn === undefined) {
    if (!limits) return;
    const found = checkMedia(await lookInto(media, deliveries, target, context), target);
    return report(context, found, problem);
  }
  const { estimatePrompt, itemsOf } = await import('./estimate.ts');
  const mediaResolution = request.generationConfig?.mediaResolution;
  const options = { ...target, limits, deliveries, mediaResolution };
  const estimate = await estimatePrompt(context, itemsOf(request), options);
  report(context, estimate, problem);
  if (estimate.tokens > maxTokensIn) throw tooManyTokens(estimate, maxTokensIn);
  if (estimate.unknown > 0) {
    const which = estimate.unknown === 1 ? 'one part' : `${estimate.unknown} parts`;
    context.note(`warning: the tokens of ${which} are not known, and not counted for --max-tokens-in`);
  }
}

/** Only what the limits depend on is looked into, and images, whose headers are quickly read. */
async function lookInto(
  media: readonly Medium[],
  deliveries: readonly Delivery[],
  target: MediaTarget,
  { signal }: Context,
): Promise<InspectedMedium[]> {
  const needed = needsFacts(media, target);
  // A broken photograph is named here and now; its header is all that is read.
  const only = (medium: Medium) => medium.kind === 'image' || needed(medium);
  const inspected = media.some(only)
    ? await (await import('../media/inspect.ts')).inspectMedia(media, { signal, only })
    : media.map((medium) => ({ medium, facts: {} }));
  return inspected.map((each, index) => ({ ...each, delivery: deliveries[index] ?? 'inline' }));
}

/**
 * Notes the warnings.
 * @param problem what else is wrong with the prompt as a whole, which comes first
 * @throws InputError with every error
 */
export function report(
  { note }: Pick<Context, 'note'>,
  { errors, warnings }: Pick<PromptEstimate, 'errors' | 'warnings'>,
  problem?: GeminiError,
): void {
  for (const warning of warnings) note(`warning: ${warning}`);
  if (problem && errors.length === 0) throw problem;
  const [first, ...details] = problem ? [problem.message, ...errors] : errors;
  if (first === undefined) return;
  throw new InputError(first, { details, hint: problem?.hint ?? '--no-limits sends it all the same' });
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
