import type { Context } from '../../context.ts';
import { InputError } from '../../errors.ts';
import { formatBytes } from '../../media/format-bytes.ts';
import { styleFor } from '../../terminal/style.ts';
import { renderTable, type TableColumn } from '../../terminal/table.ts';
import { estimatePrompt, itemsOf, type PromptEstimate } from '../estimate.ts';
import { plannedDelivery } from '../planned-delivery.ts';
import { uploadMode } from '../prompt-options.ts';
import type { DescribeOptions } from './describe-options.ts';
import type { Previewed, PreviewTaker } from './preview-items.ts';

type Total = { files: number; bytes: number; tokens: number; uploads: number };

/** Adds up what is estimated of each request: a hundred thousand of them are a table of a few lines. */
export function createPlanTotals(
  context: Context,
  { limits, format }: Pick<DescribeOptions, 'limits' | 'format'>,
  { backend, model }: Previewed,
): PreviewTaker {
  const target = { backend: backend.name, model };
  const rules = {
    limits: backend.limits,
    upload: uploadMode(context),
    canUpload: context.uploader(backend.limits.uriSchemes) !== undefined,
  };
  const kinds = new Map<string, Total>();
  const all = { requests: 0, tokens: 0, unknown: 0 };
  let price: PromptEstimate['price'];
  const add = (estimate: PromptEstimate) => {
    all.requests += 1;
    all.tokens += estimate.tokens;
    all.unknown += estimate.unknown;
    if (estimate.price) price = { ...estimate.price, input: (price?.input ?? 0) + estimate.price.input };
    for (const { kind, mimeType, bytes = 0, tokens = 0, delivery } of estimate.parts) {
      const name = mimeType === undefined ? 'text' : kind;
      const total = kinds.get(name) ?? { files: 0, bytes: 0, tokens: 0, uploads: 0 };
      kinds.set(name, total);
      if (mimeType !== undefined) total.files += 1;
      total.bytes += bytes;
      total.tokens += tokens;
      if (delivery === 'upload') total.uploads += 1;
    }
  };
  return {
    async take({ request }) {
      const parts = itemsOf(request);
      const media = parts.flatMap((part) => ('medium' in part ? [part.medium] : []));
      const { deliveries, problem } = await plannedDelivery(media, rules);
      if (problem) throw problem;
      const mediaResolution = request.generationConfig?.mediaResolution;
      const estimate = await estimatePrompt(context, parts, {
        ...target,
        limits,
        deliveries,
        mediaResolution,
      });
      const [error] = estimate.errors;
      if (error !== undefined) throw new InputError(error, { hint: '--no-limits sends it all the same' });
      for (const warning of estimate.warnings) context.note(`warning: ${warning}`);
      add(estimate);
    },
    async end() {
      const { io } = context;
      const totals = [...kinds].sort(([, a], [, b]) => b.tokens - a.tokens);
      if (/^jsonl?$/.test(format)) {
        const plan = { ...target, ...all, ...(price && { price }), kinds: Object.fromEntries(totals) };
        return io.stdout.write(`${JSON.stringify(plan, null, format === 'json' ? 2 : 0)}\n`);
      }
      const rows = totals.map(([kind, total]) => row(kind, total));
      const sum = (name: keyof Total) => totals.reduce((amount, [, total]) => amount + total[name], 0);
      const footer = row('total', {
        files: sum('files'),
        bytes: sum('bytes'),
        tokens: all.tokens,
        uploads: sum('uploads'),
      });
      const style = await styleFor(io.stdout);
      const table = renderTable(COLUMNS, rows, { width: io.stdout.columns(), style, footer });
      const least = all.unknown > 0 ? 'at least ' : '';
      const dollars = price && (price.input < 0.01 ? price.input.toPrecision(2) : price.input.toFixed(2));
      const lines = [
        ...table,
        '',
        `${number(all.requests)} ${all.requests === 1 ? 'request' : 'requests'} to ${model} (${backend.name}); tokens are estimated${all.unknown > 0 ? `, those of ${number(all.unknown)} parts are not known` : ''}`,
        ...(price ? [`the prompts cost ${least}about $${dollars}, answers besides (${price.source})`] : []),
      ];
      await io.stdout.write(`${lines.join('\n')}\n`);
    },
  };
}

const COLUMNS: readonly TableColumn[] = [
  { title: '' },
  { title: 'files', align: 'right' },
  { title: 'size', align: 'right' },
  { title: 'to upload', align: 'right' },
  { title: 'tokens', align: 'right' },
];

function row(kind: string, { files, bytes, tokens, uploads }: Total): string[] {
  return [
    kind,
    files === 0 ? '' : number(files),
    formatBytes(bytes),
    uploads === 0 ? '' : number(uploads),
    number(tokens),
  ];
}

function number(value: number): string {
  return value.toLocaleString('en');
}
