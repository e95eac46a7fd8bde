import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { DEFAULT_MODEL } from '../models/default-model.ts';
import type { TypedPart } from '../prompt/parts.ts';
import type { ShowForm } from '../show/show-request.ts';
import { type AnsweringOptions, answerQuestion, readAnsweringOptions } from './answering.ts';
import { composeRequest } from './compose-request.ts';
import { printRequest, saveRequest } from './dry-run.ts';
import { type PromptOptions, readFlags, readPromptOptions } from './prompt-options.ts';

/** One question, as the command line put it. */
export type AskOptions = PromptOptions &
  AnsweringOptions & {
    /** What to do instead of sending. */
    readonly dryRun: 'body' | 'http' | undefined;
    readonly show: ShowForm | undefined;
    readonly saveRequest: string | undefined;
  };

/** The options record of commander's flags. */
export function readAskOptions(
  flags: Readonly<Record<string, unknown>>,
  parts: readonly TypedPart[],
): AskOptions {
  const { text, is } = readFlags(flags);
  return {
    ...readPromptOptions(flags, parts),
    ...readAnsweringOptions(flags),
    dryRun: (text('dryRunAs') as 'body' | 'http' | undefined) ?? (is('dryRun') ? 'body' : undefined),
    show: text('show') as ShowForm | undefined,
    saveRequest: text('saveRequest'),
  };
}

/** `gemini ask`: one prompt, one answer, streamed. */
export async function ask(context: Context, options: AskOptions): Promise<void> {
  const { dryRun, show, stream } = options;
  const model = context.config.text('model') ?? DEFAULT_MODEL;
  const sending = !dryRun && !show && options.saveRequest === undefined;
  const waiting = context.backend({ stream, sending });
  // Whoever needs it waits for it; until then its failure is not unhandled.
  waiting.catch(() => {});
  const prompt = await composeRequest(context, options, model, async () => (await waiting).limits);
  const backend = await waiting;
  if (sending) return answerQuestion(context, options, { backend, model, ...prompt });

  const preview = backend.preview(model, prompt.request, { stream });
  if (options.saveRequest !== undefined) {
    await saveRequest(context, preview, resolve(context.cwd, options.saveRequest));
  }
  if (dryRun) await printRequest(context, preview, dryRun);
  if (show) {
    const { printProgram } = await import('./show.ts');
    await printProgram(context, backend, { model, request: prompt.request, stream, form: show });
  }
}
