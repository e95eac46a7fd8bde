import type { Backend } from '../../backends/backend.ts';
import type { Context } from '../../context.ts';
import { GeminiError } from '../../errors.ts';
import { itemError } from '../../many/outcome.ts';
import { createSummary } from '../../many/summary.ts';
import { createSpinner } from '../../terminal/spinner.ts';
import type { ComposedPrompt } from '../compose-request.ts';
import type { Describing, Item, ItemList } from '../describing.ts';
import { uploadMode } from '../prompt-options.ts';
import type { DescribeOptions } from './describe-options.ts';
import { createPlanTotals } from './plan-totals.ts';
import { limitNotes, notePassedOver } from './run-notes.ts';

/** What would be asked, and of whom. */
export type Previewed = {
  readonly items: ItemList;
  readonly describing: Describing;
  readonly backend: Backend;
  readonly model: string;
};

/** Takes each request; what is wrong with one is that item's error. */
export type PreviewTaker = {
  take(prompt: ComposedPrompt): Promise<void>;
  end(): Promise<void>;
};

/**
 * `--dry-run` and `--plan`: goes through all items as a run does, in their order, and sends nothing. The journal is left
 * alone: it is a preview of all of them, whatever was done before.
 * @throws PartialError when some of them cannot be sent; the error itself where there is one item
 */
export async function previewItems(
  context: Context,
  options: DescribeOptions & { readonly preview: 'body' | 'http' | 'plan' },
  from: Previewed,
): Promise<void> {
  const { items, describing } = from;
  const notes = limitNotes(context, options.verbose);
  const own: Context = { ...context, note: notes.note };
  const taker =
    options.preview === 'plan'
      ? createPlanTotals(own, options, from)
      : requestPrinter(own, options.preview, from);
  const summary = createSummary();
  const passedOver: string[] = [];
  let fault: GeminiError | undefined;
  const one = async (item: Item) => {
    context.signal.throwIfAborted();
    try {
      const identified = await describing.identify(item);
      passedOver.push(...identified.passedOver);
      const { key, sources } = identified;
      if (sources.length === 0) return;
      await taker.take(await describing.compose(identified));
      summary.add({ key, sources });
    } catch (error) {
      context.signal.throwIfAborted();
      // A mistake in the options is that of all items.
      if (!(error instanceof GeminiError) || error.exitCode !== 3) throw error;
      fault = error;
      summary.add({ key: '', sources: item.sources.map(({ name }) => name), error: itemError(error) });
    }
  };
  const spinner =
    context.quiet || options.preview !== 'plan'
      ? undefined
      : createSpinner(context.io.stderr, 'looking at the files');
  spinner?.start();
  try {
    for (let index = 0; index < items.count; index += 1) {
      if (index > 0 && index % 100 === 0)
        spinner?.setText(`looking at the files: ${index} of ${items.count}`);
      await one(items.at(index));
    }
  } finally {
    spinner?.stop();
  }
  await taker.end();
  notes.end();
  notePassedOver(context, passedOver);
  const failed = summary.failure('the others can be sent');
  if (failed) throw items.count === 1 ? (fault ?? failed) : failed;
}

/** Each request as it would be sent, on a line of its own. */
function requestPrinter(
  context: Context,
  form: 'body' | 'http',
  { backend, model }: Previewed,
): PreviewTaker {
  const rules = {
    limits: backend.limits,
    upload: uploadMode(context),
    canUpload: context.uploader(backend.limits.uriSchemes) !== undefined,
  };
  return {
    async take({ request }) {
      const { previewUploads } = await import('../preview-uploads.ts');
      const { printRequest } = await import('../dry-run.ts');
      const asUploaded = await previewUploads(context, request, rules);
      await printRequest(context, backend.preview(model, asUploaded, { stream: false }), form);
    },
    end: async () => {},
  };
}
