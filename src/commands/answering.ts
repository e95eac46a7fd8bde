import { type AnswerFormat, type AnswerOutput, keepsText, openAnswer } from '../answer/output.ts';
import { usageLine } from '../answer/usage.ts';
import type { Backend } from '../backends/backend.ts';
import { monotonicMs } from '../concurrency.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { type Generation, generate } from '../generate.ts';
import { createSpinner } from '../terminal/spinner.ts';
import type { Consent } from '../tools/consent.ts';
import type {
  FunctionCall,
  GenerateContentRequest,
  GenerateContentResponse,
} from '../wire/generate-content.ts';
import { findCandidate } from '../wire/response.ts';
import { answerFault, candidateNotes } from './answer-faults.ts';
import type { ComposedPrompt } from './compose-request.ts';
import { readFlags } from './prompt-options.ts';
import { timeLimit } from './time-limit.ts';
import type { ToolOptions } from './tool-calls.ts';

/** How an answer is asked for and shown. */
export type AnsweringOptions = ToolOptions & {
  readonly stream: boolean;
  readonly format: AnswerFormat;
  readonly output: string | undefined;
  readonly outputDir: string | undefined;
  readonly usage: boolean;
  readonly showThoughts: boolean;
  readonly sources: boolean | undefined;
  readonly markdown: 'auto' | 'always' | 'never';
  readonly extract: boolean;
};

/** The options record of commander's flags. */
export function readAnsweringOptions(flags: Readonly<Record<string, unknown>>): AnsweringOptions {
  const { text, list, is } = readFlags(flags);
  const rounds = text('maxToolRounds') ?? '10';
  if (!/^\d{1,4}$/.test(rounds)) throw new UsageError(`--max-tool-rounds: "${rounds}" is not a whole number`);
  return {
    stream: flags.stream !== false,
    format: (text('format') ?? 'text') as AnswerFormat,
    output: text('output'),
    outputDir: text('outputDir'),
    usage: is('usage'),
    showThoughts: is('showThoughts'),
    sources: is('sources') ? true : undefined,
    markdown: (text('markdown') ?? 'auto') as AnsweringOptions['markdown'],
    extract: is('extract'),
    tool: list('tool'),
    toolResponse: list('toolResponse'),
    yes: is('yes'),
    maxToolRounds: Number(rounds),
  };
}

/** Someone to ask, and what. */
export type Question = ComposedPrompt & { readonly backend: Backend; readonly model: string };

/** The last answer to a question, and what it answers. */
type Answered = Generation & {
  readonly calls: readonly FunctionCall[] | undefined;
  /** The question, and all rounds of function calls that came after it. */
  readonly request: GenerateContentRequest;
};

/** An answer that was shown. */
export type Answer = Pick<Answered, 'response' | 'request' | 'calls'> & {
  /** What was wrong with it, or with its rounds of calls; what came before that is in `response`. */
  readonly fault: unknown;
};

/** What a conversation wants besides: its answers are kept. */
export type Keeping = {
  /** Where the answer goes. */
  readonly output: AnswerOutput;
  /** Whether a command may run for a function call. */
  readonly consent: Consent;
};

/**
 * Asks, answers function calls that something is bound to, and shows the answer while it comes.
 * @throws what was wrong with the answer, after all of it that came was shown
 */
export async function answerQuestion(
  context: Context,
  options: AnsweringOptions,
  question: Question,
): Promise<void> {
  const output = await openQuestionOutput(context, options, question.request);
  const { fault } = await showAnswer(context, options, question, output);
  if (fault) throw fault;
}

/**
 * As answerQuestion, for a conversation: the answer is handed back with its text, complete or not.
 * @throws when nothing of it came
 */
export async function answerAndKeep(
  context: Context,
  options: AnsweringOptions,
  question: Question,
  { output, consent }: Keeping,
): Promise<Answer> {
  // What cannot be shown ends the answer, but what came of it is kept.
  const stop = new AbortController();
  let unshown: unknown;
  const onUnshown = (error: unknown) => {
    unshown ??= error;
    stop.abort(error);
  };
  const kept: AnswerOutput = {
    ...output,
    add: (chunks) => output.add(chunks).catch(onUnshown),
    end: (response, given) => output.end(response, given).catch(onUnshown),
  };
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const answer = await showAnswer({ ...context, signal }, options, question, kept, consent);
  return { ...answer, fault: unshown ?? answer.fault };
}

/** Where an answer goes by the options: stdout or a file, in one of the formats. */
export function openQuestionOutput(
  { io, cwd, note }: Context,
  options: AnsweringOptions,
  { generationConfig }: GenerateContentRequest,
): Promise<AnswerOutput> {
  return openAnswer({ ...options, io, cwd, note, candidates: generationConfig?.candidateCount });
}

/** @param consent given when the answer is kept, with its text */
async function showAnswer(
  context: Context,
  options: AnsweringOptions,
  question: Question,
  output: AnswerOutput,
  consent?: Consent,
): Promise<Answer> {
  const started = monotonicMs();
  let firstMs: number | undefined;
  const shown = async (chunks: Parameters<typeof output.add>[0]) => {
    firstMs ??= monotonicMs() - started;
    await output.add(chunks);
  };
  try {
    const answered = await askWithTools(context, options, question, { shown, consent });
    const { response, failure, calls } = answered;
    await output.end(response, calls ? { calls } : {});
    if (options.usage) {
      await context.io.stderr.write(usageLine(response, { firstMs, totalMs: monotonicMs() - started }));
    }
    const fault = failure ?? (await answerFault(response, question));
    if (fault) await output.abandon();
    else {
      const asked = question.request.generationConfig?.candidateCount ?? 1;
      for (const line of candidateNotes(response, asked)) context.note(line);
      await output.publish();
    }
    return { ...answered, fault };
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

type Showing = {
  shown(chunks: readonly GenerateContentResponse[]): Promise<void>;
  readonly consent: Consent | undefined;
};

async function askWithTools(
  context: Context,
  options: AnsweringOptions,
  question: Question,
  showing: Showing,
): Promise<Answered> {
  const limited = timeLimit(context, (seconds) => `no complete answer within ${seconds} s`);
  const once = (request: GenerateContentRequest) =>
    askOnce(context, options, { ...question, request }, limited.signal, showing);
  try {
    if (options.tool.length === 0 && options.toolResponse.length === 0) {
      return { ...(await once(question.request)), calls: undefined, request: question.request };
    }
    const [{ bindTools }, { runToolRounds }] = await Promise.all([
      import('./tool-calls.ts'),
      import('../tools/tool-rounds.ts'),
    ]);
    const limitedContext = { ...context, signal: limited.signal };
    const { generation, unanswered, request } = await runToolRounds({
      ask: once,
      request: question.request,
      answer: await bindTools(limitedContext, options, question.request, showing.consent),
      maxRounds: options.maxToolRounds,
    });
    return { ...generation, calls: unanswered, request };
  } finally {
    limited.clear();
  }
}

/** A call the model got wrong is worth one more try, as long as nothing was shown. */
const WORTH_ANOTHER_TRY = new Set(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS']);

async function askOnce(
  context: Context,
  options: AnsweringOptions,
  question: Question,
  signal: AbortSignal,
  { shown, consent }: Showing,
): Promise<Generation> {
  let anyShown = false;
  const spinner = createSpinner(context.io.stderr, `asking ${question.model}`);
  const run = () =>
    generate({
      ...question,
      signal,
      stream: options.stream,
      keepText: consent !== undefined || keepsAnswer(options, question),
      onChunks: async (chunks) => {
        spinner.stop();
        anyShown ||= options.format === 'jsonl' || chunks.some(holdsShown);
        await shown(chunks);
      },
    });
  if (!context.quiet) spinner.start();
  try {
    const generation = await run();
    const again = !anyShown && WORTH_ANOTHER_TRY.has(generation.failure?.code ?? '');
    return again ? await run() : generation;
  } finally {
    spinner.stop();
  }
}

/** Whether a chunk holds something that is written as soon as it comes; calls are printed at the end. */
function holdsShown(chunk: Generation['response']): boolean {
  const parts = findCandidate(chunk)?.content?.parts;
  return (
    Array.isArray(parts) &&
    parts.some((part) => part && !part.thought && !part.functionCall && (part.text ?? true))
  );
}

/** The text is kept where it is shown at the end, checked against a schema, or sent back with the calls it came with. */
function keepsAnswer(options: AnsweringOptions, { request, schema }: Question): boolean {
  const candidates = request.generationConfig?.candidateCount;
  return (
    keepsText({ ...options, candidates }) ||
    schema !== undefined ||
    options.tool.length + options.toolResponse.length > 0
  );
}
