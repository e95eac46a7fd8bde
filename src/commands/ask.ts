import { resolve } from 'node:path';
import type { BackendLimits } from '../backends/backend.ts';
import type { Context } from '../context.ts';
import type { TypedPart } from '../prompt/parts.ts';
import type { ShowForm } from '../show/show-request.ts';
import type { GenerateContentRequest } from '../wire/generate-content.ts';
import { type AnsweringOptions, answerQuestion, readAnsweringOptions } from './answering.ts';
import { askedModel } from './asked-model.ts';
import type { PromptLimits } from './check-prompt.ts';
import { composeRequest } from './compose-request.ts';
import { printRequest, saveRequest } from './dry-run.ts';
import {
  type PromptOptions,
  readFlags,
  readPromptOptions,
  readTokenLimit,
  uploadMode,
} from './prompt-options.ts';

/** One question, as the command line put it. */
export type AskOptions = PromptOptions &
  AnsweringOptions &
  PromptLimits & {
    /** What to do instead of sending. */
    readonly dryRun: 'body' | 'http' | undefined;
    readonly show: ShowForm | undefined;
    readonly saveRequest: string | undefined;
    readonly plan: boolean;
  };

/** The options record of commander's flags. */
export function readAskOptions(
  flags: Readonly<Record<string, unknown>>,
  parts: readonly TypedPart[],
): AskOptions {
  const { text, is } = readFlags(flags);
  const saveRequest = text('saveRequest');
  const printed = is('dryRun') || saveRequest === '-';
  return {
    ...readPromptOptions(flags, parts),
    ...readAnsweringOptions(flags),
    dryRun: (text('dryRunAs') as 'body' | 'http' | undefined) ?? (printed ? 'body' : undefined),
    show: text('show') as ShowForm | undefined,
    saveRequest: saveRequest === '-' ? undefined : saveRequest,
    plan: is('plan'),
    limits: flags.limits !== false,
    maxTokensIn: readTokenLimit(text('maxTokensIn')),
  };
}

/** `gemini ask`: one prompt, one answer, streamed. */
export async function ask(context: Context, options: AskOptions): Promise<void> {
  const { dryRun, show, stream, plan } = options;
  const model = askedModel(context);
  const sending = !dryRun && !show && !plan && options.saveRequest === undefined;
  const waiting = context.backend({ stream, sending });
  // Whoever needs it waits for it; until then its failure is not unhandled.
  waiting.catch(() => {});
  const prompt = await composeRequest(
    context,
    { ...options, offline: !sending },
    model,
    // A plan shows what does not fit, too, and what is sent may be uploaded; a request that is kept holds all of it.
    async () => ({
      ...(await waiting).limits,
      ...(options.saveRequest === undefined ? { requestBytes: Number.POSITIVE_INFINITY } : {}),
    }),
  );
  const backend = await waiting;
  const target = { backend: backend.name, model };
  const rules = () => ({
    limits: backend.limits,
    upload: uploadMode(context),
    canUpload: context.uploader(backend.limits.uriSchemes) !== undefined,
  });
  if (plan) {
    const { printPlan } = await import('./plan.ts');
    return printPlan(context, options, target, prompt.request, rules());
  }
  const asUploaded = async (request: GenerateContentRequest) => {
    if (!hasMedia(request)) return request;
    const { previewUploads } = await import('./preview-uploads.ts');
    return previewUploads(context, request, rules());
  };
  if (sending) {
    if (options.maxTokensIn !== undefined || (options.limits && hasMedia(prompt.request))) {
      const { checkPrompt } = await import('./check-prompt.ts');
      await checkPrompt(context, options, target, prompt.request, rules());
    }
    // Who lifts the limits and forbids uploads wants it all in one request, whatever the documents say of its size.
    const asIs = !options.limits && uploadMode(context) === 'never';
    const request = asIs ? prompt.request : await withUploads(context, prompt.request, backend.limits);
    return answerQuestion(context, options, { ...prompt, backend, model, request });
  }

  const request = options.saveRequest === undefined ? await asUploaded(prompt.request) : prompt.request;
  const preview = backend.preview(model, request, { stream });
  if (options.saveRequest !== undefined) {
    await saveRequest(context, preview, resolve(context.cwd, options.saveRequest));
  }
  if (dryRun) await printRequest(context, preview, dryRun);
  if (show) {
    const { printProgram } = await import('./show.ts');
    await printProgram(context, backend, { model, request, stream, form: show });
  }
}

async function withUploads(context: Context, request: GenerateContentRequest, limits: BackendLimits) {
  if (!hasMedia(request)) return request;
  const { uploadMedia } = await import('./upload-media.ts');
  return uploadMedia(context, request, limits);
}

function hasMedia({ contents }: GenerateContentRequest): boolean {
  return contents.some(({ parts }) => parts.some(({ inlineData, fileData }) => inlineData ?? fileData));
}
