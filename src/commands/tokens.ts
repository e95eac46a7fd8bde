import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { TypedPart } from '../prompt/parts.ts';
import { styleFor } from '../terminal/style.ts';
import { renderTable } from '../terminal/table.ts';
import type { CountTokensResponse } from '../wire/generate-content.ts';
import { askedModel } from './asked-model.ts';
import { report } from './check-prompt.ts';
import { composeRequest } from './compose-request.ts';
import { estimatePrompt, itemsOf, type PromptEstimate } from './estimate.ts';
import { factsInWords, number, planJson, sourceInWords } from './plan.ts';
import { type PromptOptions, readFlags, readPromptOptions } from './prompt-options.ts';

export type TokensOptions = PromptOptions & {
  /** Ask the service. */
  readonly exact: boolean;
  readonly format: string;
  readonly limits: boolean;
};

/** The options record of commander's flags. */
export function readTokensOptions(
  flags: Readonly<Record<string, unknown>>,
  parts: readonly TypedPart[],
): TokensOptions {
  const { text, is } = readFlags(flags);
  return {
    ...readPromptOptions(flags, parts),
    exact: is('exact'),
    format: text('format') ?? 'text',
    limits: flags.limits !== false,
  };
}

/** `gemini tokens`: what a prompt would cost, by the documented rules, or as the service counts it. */
export async function tokens(context: Context, options: TokensOptions): Promise<void> {
  const { exact, limits, format } = options;
  const model = askedModel(context);
  const waiting = context.backend({ stream: false, sending: exact });
  waiting.catch(() => {});
  const { request } = await composeRequest(
    context,
    { ...options, offline: !exact },
    model,
    // What is only counted need not fit.
    async () => ({ ...(await waiting).limits, ...(exact ? {} : { requestBytes: Number.POSITIVE_INFINITY }) }),
  );
  const backend = await waiting;
  const target = { backend: backend.name, model };
  if (exact) {
    if (!backend.countTokens) {
      throw new UsageError(`-b ${backend.name} does not count tokens`, {
        hint: 'leave out --exact for an estimate',
      });
    }
    return printCount(context, await backend.countTokens(model, request, context), target, format);
  }
  const mediaResolution = request.generationConfig?.mediaResolution;
  const estimate = await estimatePrompt(context, itemsOf(request), { ...target, limits, mediaResolution });
  await printEstimate(context, estimate, format);
  report(context, estimate);
}

async function printEstimate(
  { io, quiet }: Context,
  estimate: PromptEstimate,
  format: string,
): Promise<void> {
  if (format === 'json') return io.stdout.write(`${planJson(estimate)}\n`);
  if (quiet) return io.stdout.write(`${estimate.tokens}\n`);
  const rows = estimate.parts.map((part) => [
    sourceInWords(part),
    factsInWords(part.facts, part.kind),
    part.tokens === undefined ? '?' : number(part.tokens),
    part.rule,
  ]);
  const total = `${estimate.unknown > 0 ? 'at least ' : ''}${number(estimate.tokens)}`;
  const table = renderTable(
    [
      { title: 'source', flexible: true },
      { title: 'holds', flexible: true },
      { title: 'tokens', align: 'right' },
      { title: 'rule', flexible: true },
    ],
    rows,
    {
      width: io.stdout.columns(),
      style: await styleFor(io.stdout),
      footer: ['total', '', total, `estimated for ${estimate.model}`],
    },
  );
  await io.stdout.write(`${table.join('\n')}\n`);
}

async function printCount(
  { io, quiet }: Context,
  count: CountTokensResponse,
  { backend, model }: { backend: string; model: string },
  format: string,
): Promise<void> {
  const { totalTokens } = count;
  if (format === 'json') {
    return io.stdout.write(`${JSON.stringify({ backend, model, exact: true, ...count }, null, 2)}\n`);
  }
  if (quiet) return io.stdout.write(`${totalTokens}\n`);
  const details = (count.promptTokensDetails ?? []).map(
    ({ modality, tokenCount = 0 }) => `${number(tokenCount)} ${modality.toLowerCase()}`,
  );
  await io.stdout.write(
    `${number(totalTokens)} tokens${details.length > 0 ? ` (${details.join(', ')})` : ''}, counted by the service for ${model}\n`,
  );
}
