import { type AnswerFormat, openAnswer } from '../answer/output.ts';
import { usageLine } from '../answer/usage.ts';
import type { Backend } from '../backends/backend.ts';
import type { Context } from '../context.ts';
import { UnavailableError } from '../errors.ts';
import { generate } from '../generate.ts';
import { DEFAULT_MODEL } from '../models/default-model.ts';
import type { TypedPart } from '../prompt/parts.ts';
import { createSpinner } from '../terminal/spinner.ts';
import { type ComposedPrompt, composeRequest } from './compose-request.ts';
import { printRequest } from './dry-run.ts';
import { type PromptOptions, readFlags, readPromptOptions } from './prompt-options.ts';

/** One question, as the command line put it. */
export type AskOptions = PromptOptions & {
  readonly stream: boolean;
  readonly format: AnswerFormat;
  readonly output: string | undefined;
  readonly usage: boolean;
  readonly dryRun: 'body' | 'http' | undefined;
};

/** The options record of commander's flags. */
export function readAskOptions(
  flags: Readonly<Record<string, unknown>>,
  parts: readonly TypedPart[],
): AskOptions {
  const { text, is } = readFlags(flags);
  return {
    ...readPromptOptions(flags, parts),
    stream: flags.stream !== false,
    format: (text('format') ?? 'text') as AnswerFormat,
    output: text('output'),
    usage: is('usage'),
    dryRun: (text('dryRunAs') as 'body' | 'http' | undefined) ?? (is('dryRun') ? 'body' : undefined),
  };
}

/** `gemini ask`: one prompt, one answer, streamed. */
export async function ask(context: Context, options: AskOptions): Promise<void> {
  const model = context.config.text('model') ?? DEFAULT_MODEL;
  const backend = context.backend({ stream: options.stream, sending: !options.dryRun });
  // Whoever needs it waits for it; until then a failure is not unhandled.
  backend.catch(() => {});
  const prompt = await composeRequest(context, options, model, async () => (await backend).limits);
  if (options.dryRun) {
    const preview = (await backend).preview(model, prompt.request, { stream: options.stream });
    return printRequest(context, preview, options.dryRun);
  }
  await answer(context, options, { backend: await backend, model, prompt });
}

async function answer(
  context: Context,
  options: AskOptions,
  { backend, model, prompt }: { backend: Backend; model: string; prompt: ComposedPrompt },
): Promise<void> {
  const spinner = createSpinner(context.io.stderr, `asking ${model}`);
  const output = await openAnswer({ ...context, ...options });
  const started = performance.now();
  let firstMs: number | undefined;
  if (!context.quiet) spinner.start();
  try {
    const { response, failure } = await generate({
      backend,
      model,
      request: prompt.request,
      stream: options.stream,
      keepText: options.format === 'json',
      signal: timeLimited(context),
      onChunks: async (chunks) => {
        firstMs ??= performance.now() - started;
        spinner.stop();
        await output.add(chunks);
      },
    });
    spinner.stop();
    await output.end(response);
    if (options.usage) {
      await context.io.stderr.write(usageLine(response, { firstMs, totalMs: performance.now() - started }));
    }
    if (failure) throw failure;
    await output.publish();
  } catch (error) {
    spinner.stop();
    await output.abandon();
    throw error;
  }
}

/** The signal of the run, or an earlier one with --timeout. */
function timeLimited(context: Context): AbortSignal {
  const seconds = context.config.number('timeout');
  if (seconds === 0) return context.signal;
  const limit = new AbortController();
  const error = new UnavailableError(`no complete answer within ${seconds} s (--timeout)`);
  setTimeout(() => limit.abort(error), seconds * 1000).unref();
  return AbortSignal.any([context.signal, limit.signal]);
}
