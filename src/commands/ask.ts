import type { Context } from '../context.ts';
import { UnavailableError, UsageError } from '../errors.ts';
import { generate } from '../generate.ts';
import { resolveParts } from '../media/resolve.ts';
import { DEFAULT_MODEL } from '../models/default-model.ts';
import { checkParameters } from '../models/families.ts';
import { type GenerationFlags, generationConfigFrom } from '../prompt/generation-config.ts';
import { gatherParts, readTextFile } from '../prompt/input.ts';
import type { TypedPart } from '../prompt/parts.ts';
import { buildRequest } from '../prompt/request.ts';
import { parseSafety } from '../prompt/safety.ts';
import { createSpinner } from '../terminal/spinner.ts';
import type { GenerateContentRequest } from '../wire/generate-content.ts';
import { type AnswerFormat, openAnswer } from './answer.ts';
import { printRequest } from './dry-run.ts';
import { usageLine } from './usage.ts';

/** One question, as the command line put it. */
export type AskOptions = {
  readonly parts: readonly TypedPart[];
  readonly stdin: boolean;
  /** Text, or @FILE. */
  readonly system: string | undefined;
  readonly generation: GenerationFlags;
  readonly safety: readonly string[];
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
  const text = (name: string) => (typeof flags[name] === 'string' ? (flags[name] as string) : undefined);
  const list = (name: string) => (Array.isArray(flags[name]) ? (flags[name] as string[]) : []);
  return {
    parts,
    stdin: flags.stdin !== false,
    system: text('system'),
    generation: {
      temperature: text('temperature'),
      topP: text('topP'),
      topK: text('topK'),
      maxOutputTokens: text('maxOutputTokens'),
      stop: list('stop'),
      candidates: text('candidates'),
      seed: text('seed'),
    },
    safety: list('safety'),
    stream: flags.stream !== false,
    format: (text('format') ?? 'text') as AnswerFormat,
    output: text('output'),
    usage: flags.usage === true,
    dryRun: (text('dryRunAs') as 'body' | 'http' | undefined) ?? (flags.dryRun === true ? 'body' : undefined),
  };
}

/** `gemini ask`: one prompt, one answer, streamed. */
export async function ask(context: Context, options: AskOptions): Promise<void> {
  const model = context.config.text('model') ?? DEFAULT_MODEL;
  const generationConfig = generationConfigFrom(options.generation);
  const safetySettings = parseSafety([...options.safety]);
  reportParameters(context, checkParameters(model, generationConfig ?? {}));
  const system = await readSystem(options.system, context.cwd);
  const typed = await gatherParts(options.parts, {
    cwd: context.cwd,
    stdin: options.stdin ? context.io.stdin : undefined,
    signal: context.signal,
    note: context.note,
  });
  if (typed.length === 0) {
    throw new UsageError('nothing to ask', { hint: 'gemini ask "a question", or pipe text into it' });
  }

  const backend = await context.backend({ stream: options.stream, sending: !options.dryRun });
  const parts = await resolveParts(typed, {
    cwd: context.cwd,
    limits: backend.limits,
    signal: context.signal,
    onNote: context.note,
  });
  const request = buildRequest({ parts, system, generationConfig, safetySettings });
  if (options.dryRun) {
    return printRequest(context, backend.preview(model, request, { stream: options.stream }), options.dryRun);
  }
  await answer(context, options, { backend, model, request });
}

async function answer(
  context: Context,
  options: AskOptions,
  question: {
    backend: Awaited<ReturnType<Context['backend']>>;
    model: string;
    request: GenerateContentRequest;
  },
): Promise<void> {
  const spinner = createSpinner(context.io.stderr, `asking ${question.model}`);
  const output = await openAnswer(context, options);
  const started = performance.now();
  let firstMs: number | undefined;
  if (!context.quiet) spinner.start();
  try {
    const { response, failure } = await generate({
      ...question,
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

async function readSystem(system: string | undefined, cwd: string): Promise<string | undefined> {
  return system?.startsWith('@') ? readTextFile(system.slice(1), cwd) : system;
}

function reportParameters(
  context: Context,
  { errors, warnings }: { errors: string[]; warnings: string[] },
): void {
  const [first, ...others] = errors;
  if (first) throw new UsageError(first, { details: others });
  for (const warning of warnings) context.note(`warning: ${warning}`);
}
