import type { Context } from '../context.ts';
import { type GeminiError, InputError } from '../errors.ts';
import type { DeliveryRules } from '../media/delivery.ts';
import { displayName } from '../media/display-name.ts';
import { formatBytes } from '../media/format-bytes.ts';
import { secondsInWords } from '../media/limit-words.ts';
import type { MediaTarget } from '../media/limits.ts';
import type { ProbedFacts } from '../media/probe.ts';
import { styleFor } from '../terminal/style.ts';
import { renderTable, type TableColumn } from '../terminal/table.ts';
import type { GenerateContentRequest } from '../wire/generate-content.ts';
import { report } from './check-prompt.ts';
import { type EstimatedPart, estimatePrompt, itemsOf, type PromptEstimate } from './estimate.ts';
import { plannedDelivery } from './planned-delivery.ts';

/**
 * `--plan`: what would be sent, part by part, as a table or as JSON for scripts. Nothing is sent.
 * @param rules by which it is decided what is uploaded
 * @throws InputError, after the table, when the prompt is more than can be sent
 */
export async function printPlan(
  context: Context,
  { limits, format }: { readonly limits: boolean; readonly format: string },
  target: MediaTarget,
  request: GenerateContentRequest,
  rules: DeliveryRules,
): Promise<void> {
  const items = itemsOf(request);
  const media = items.flatMap((item) => ('medium' in item ? [item.medium] : []));
  const { deliveries, problem } = await plannedDelivery(media, rules);
  const mediaResolution = request.generationConfig?.mediaResolution;
  const estimate = await estimatePrompt(context, items, { ...target, limits, deliveries, mediaResolution });
  const errors = [...(problem ? [problem.message] : []), ...estimate.errors];
  await print(context, { ...estimate, errors }, format);
  report(context, estimate, problem && withoutSizes(problem));
}

/** The sizes stand in the table. */
function withoutSizes(problem: GeminiError): GeminiError {
  const { message, hint } = problem;
  return problem instanceof InputError
    ? new InputError(message, hint === undefined ? {} : { hint })
    : problem;
}

async function print({ io }: Context, estimate: PromptEstimate, format: string): Promise<void> {
  if (format !== 'text') return io.stdout.write(`${planJson(estimate, format === 'json' ? 2 : 0)}\n`);
  const { parts, tokens, bytes, unknown } = estimate;
  const style = await styleFor(io.stdout);
  const rows = parts.map((part, index) => [
    String(index + 1),
    sourceInWords(part),
    part.mimeType ?? part.kind,
    part.bytes === undefined ? '' : formatBytes(part.bytes),
    factsInWords(part.facts, part.kind),
    part.delivery === 'uri' ? 'by URI' : (part.delivery ?? ''),
    part.tokens === undefined ? '?' : number(part.tokens),
    part.limits.join(', '),
  ]);
  const footer = [
    '',
    'total',
    '',
    formatBytes(bytes),
    '',
    '',
    `${unknown > 0 ? 'at least ' : ''}${number(tokens)}`,
    estimate.contextTokens === undefined ? '' : `${number(estimate.contextTokens)} tokens`,
  ];
  const table = renderTable(COLUMNS, rows, { width: io.stdout.columns(), style, footer });
  const lines = [...table, '', ...rulesInWords(estimate), ...priceInWords(estimate)];
  await io.stdout.write(`${lines.join('\n')}\n`);
}

const COLUMNS: readonly TableColumn[] = [
  { title: 'part', align: 'right' },
  { title: 'source', flexible: true },
  { title: 'type', flexible: true },
  { title: 'size', align: 'right' },
  { title: 'holds', flexible: true },
  { title: 'delivery' },
  { title: 'tokens', align: 'right' },
  { title: 'limit', flexible: true },
];

/** The estimate for scripts: facts stand beside the part they are of, what is not known is left out. */
export function planJson({ parts, ...rest }: PromptEstimate, indent = 2): string {
  const listed = parts.map(({ facts, source, ...part }, index) => {
    const shown = isText(part.kind) && source.length > 200 ? `${source.slice(0, 200)}…` : source;
    return { part: index + 1, source: shown, ...part, ...facts };
  });
  return JSON.stringify({ ...rest, parts: listed }, null, indent);
}

const TEXT_KINDS: readonly string[] = ['system', 'tools', 'text', 'data'];
const isText = (kind: EstimatedPart['kind']) => TEXT_KINDS.includes(kind);

/** A name, or the start of a text. */
export function sourceInWords({ source, kind, options }: EstimatedPart): string {
  if (!isText(kind)) return displayName(options === undefined ? source : `${source}#${options}`);
  const line = source.replace(/\s+/g, ' ').trim();
  return displayName(JSON.stringify(line.length > 40 ? `${line.slice(0, 39)}…` : line));
}

/** "600×400", "18.4 s", "64×48, 3 s, silent", "3 pages", "1,024 characters". */
export function factsInWords(facts: ProbedFacts, kind: EstimatedPart['kind']): string {
  const { width, height, seconds, sound, pages, characters } = facts;
  return [
    width === undefined || height === undefined ? [] : `${width}×${height}`,
    seconds === undefined ? [] : secondsInWords(seconds),
    kind === 'video' && sound === false ? 'silent' : [],
    pages === undefined ? [] : `${number(pages)} ${pages === 1 ? 'page' : 'pages'}`,
    characters === undefined ? [] : `${number(characters)} characters`,
  ]
    .flat()
    .join(', ');
}

/** Each rule once, with the kinds it was used for. */
function rulesInWords({ parts, model }: PromptEstimate): string[] {
  const rules = new Map<string, Set<string>>();
  for (const { kind, rule } of parts) rules.set(rule, (rules.get(rule) ?? new Set()).add(kind));
  const lines = [...rules].map(([rule, kinds]) => `  ${[...kinds].join(', ')}: ${rule}`);
  return [`tokens are estimated for ${model}; "gemini tokens --exact" asks the service`, ...lines];
}

function priceInWords({ price, unknown }: PromptEstimate): string[] {
  if (!price) return [];
  const dollars = price.input < 0.01 ? price.input.toPrecision(2) : price.input.toFixed(2);
  return [`the prompt costs ${unknown > 0 ? 'at least ' : ''}about $${dollars} (${price.source})`];
}

export function number(value: number): string {
  return value.toLocaleString('en');
}
