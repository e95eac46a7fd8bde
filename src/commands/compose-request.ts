import { fstatSync } from 'node:fs';
import type { BackendLimits } from '../backends/backend.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { WebOptions } from '../media/web.ts';
import { generationConfigFrom } from '../prompt/generation-config.ts';
import { gatherParts, type ReadStdin, readTextFile } from '../prompt/input.ts';
import type { PromptPart, TextPart } from '../prompt/parts.ts';
import { buildRequest } from '../prompt/request.ts';
import { parseSafety } from '../prompt/safety.ts';
import type { LiteralText } from '../prompt/template-flags.ts';
import type { GenerateContentRequest, GenerationConfig, Part, Tool } from '../wire/generate-content.ts';
import type { PromptOptions } from './prompt-options.ts';

/** What a prompt has become: the request, and the schema its answer must fit. */
export type ComposedPrompt = {
  readonly request: GenerateContentRequest;
  readonly schema: Record<string, unknown> | undefined;
};

/**
 * From options to the request: the request file, stdin and files of text are read, media are looked at (not read), and
 * everything is checked before anything is sent.
 * @param limits of the backend that will be asked; asked for only when all that needs no backend was right
 */
export async function composeRequest(
  context: Context,
  options: PromptOptions,
  model: string,
  limits: () => Promise<BackendLimits>,
): Promise<ComposedPrompt> {
  const { cwd, note } = context;
  const base =
    options.request === undefined ? options.base : await readBase(options.request, context, limits);
  const schema = options.schema === undefined ? undefined : await readSchema(options.schema, context);
  const generationConfig = await withSchema(generationConfigFrom(options.generation), schema);
  const safetySettings = parseSafety(options.safety);
  const tools = await readTools(options, cwd);
  const labels = readLabels(options.labels);
  const system = options.system === undefined ? undefined : await readValue(options.system, cwd);
  const typed = await gatherParts(options.parts, {
    cwd,
    stdin: options.stdin ? stdinWhenNeeded(context) : undefined,
    note,
  });
  if (typed.length === 0 && !base?.contents.length && !options.mayBeEmpty) {
    throw new UsageError('nothing to ask', { hint: 'gemini ask "a question", or pipe text into it' });
  }

  const backendLimits = await limits();
  const parts = await resolveTyped(context, options, typed, backendLimits);
  let request = buildRequest({
    base,
    parts,
    system,
    generationConfig,
    safetySettings,
    tools,
    labels,
    cachedContent: options.cachedContent,
  });
  if (options.set.length > 0) {
    const { setPath } = await import('../prompt/set-path.ts');
    for (const assignment of options.set) request = setPath(request, assignment);
  }
  if (request.generationConfig) await checkConfig(context, model, request.generationConfig);
  return { request, schema };
}

/** The parts of the request; what reads media is loaded when there are some, since most of the program is for them. */
async function resolveTyped(
  context: Context,
  options: PromptOptions,
  typed: readonly PromptPart[],
  limits: BackendLimits,
): Promise<Part[]> {
  if (typed.every((part): part is TextPart => 'text' in part)) return typed.map(({ text }) => ({ text }));
  const { resolveParts } = await import('../media/resolve.ts');
  const parts = await resolveParts(typed, {
    cwd: context.cwd,
    limits,
    signal: context.signal,
    onNote: context.note,
    label: options.label,
    urlMode: options.urls.mode,
    web: options.offline ? undefined : webOptions(context, options),
  });
  if (!limits.language) return parts;
  const { textFilesAsText } = await import('../media/text-parts.ts');
  return textFilesAsText(parts);
}

/** A terminal and /dev/null hold nothing, which is quickly seen. */
export function stdinWhenNeeded({ io, signal, note }: Context): ReadStdin {
  return async (as) => {
    try {
      if (fstatSync(0).isCharacterDevice()) return undefined;
    } catch {
      return undefined;
    }
    const { stdinReader } = await import('../media/stdin.ts');
    return stdinReader({ open: () => io.stdin, signal, note })(as);
  };
}

/** What fetching from the web needs, made on first use. */
export function webOptions(
  { config, note, webClient }: Context,
  { urls }: Pick<PromptOptions, 'urls'>,
): WebOptions {
  let client: ReturnType<Context['webClient']> | undefined;
  return {
    allowPrivate: urls.allowPrivate,
    maxBytes: urls.maxBytes,
    timeoutMs: config.number('timeout') * 1000 || undefined,
    retry: {
      retries: config.number('retries'),
      onWait: ({ seconds, reason }) => note(`waiting ${seconds.toFixed(1)} s: ${reason.message}`),
    },
    client: (lookup) => {
      client ??= webClient(lookup);
      return client;
    },
  };
}

async function readBase(
  file: string,
  context: Context,
  limits: () => Promise<BackendLimits>,
): Promise<GenerateContentRequest> {
  const { cwd, note } = context;
  const { readRequest } = await import('../prompt/request-file.ts');
  const read = readRequest(await readTextFile(file, cwd), file);
  for (const line of read.notes) note(`note: ${line}`);
  if (read.form === 'gemini') return read.request;
  const { readChatRequest } = await import('./chat-request.ts');
  return readChatRequest(read.chat, file, context, await limits());
}

async function readSchema(
  value: string | LiteralText,
  { cwd, note }: Context,
): Promise<Record<string, unknown>> {
  const { parseSchema, undocumentedKeywords } = await import('../prompt/schema.ts');
  const schema = parseSchema(await readValue(value, cwd), fileOf(value) ?? '--schema');
  const unknown = undocumentedKeywords(schema);
  if (unknown.length > 0) note(`warning: --schema: the service may not know ${unknown.join(', ')}`);
  return schema;
}

async function withSchema(
  config: GenerationConfig | undefined,
  schema: Record<string, unknown> | undefined,
): Promise<GenerationConfig | undefined> {
  if (schema === undefined) return config;
  const { applySchema } = await import('../prompt/schema.ts');
  return applySchema(config ?? {}, schema);
}

async function readTools(options: PromptOptions, cwd: string): Promise<Tool[]> {
  const tools: Tool[] = [];
  if (options.tools !== undefined) {
    const { parseTools } = await import('../prompt/tools-file.ts');
    tools.push(...parseTools(await readValue(options.tools, cwd), fileOf(options.tools) ?? '--tools'));
  }
  if (options.googleSearch) tools.push({ googleSearch: {} });
  if (options.codeExecution) tools.push({ codeExecution: {} });
  if (options.urlContext) tools.push({ urlContext: {} });
  return tools;
}

/** Labels of billing: cloud.google.com/resource-manager/docs/labels-overview, at most 63 characters each. */
function readLabels(assignments: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const assignment of assignments) {
    const [, key = '', value] =
      /^([\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62})=([\p{Ll}\p{Lo}\p{N}_-]{0,63})$/u.exec(assignment) ?? [];
    if (value === undefined) {
      throw new UsageError(`--labels: "${assignment}" is not KEY=VALUE`, {
        hint: 'both in lower case, at most 63 letters, digits, "_" or "-"; the key begins with a letter',
      });
    }
    labels[key] = value;
  }
  return labels;
}

async function checkConfig(context: Context, model: string, config: GenerationConfig): Promise<void> {
  const { checkParameters } = await import('../models/check-parameters.ts');
  const { errors, warnings } = checkParameters(model, config);
  const [first, ...others] = errors;
  if (first) throw new UsageError(first, { details: others });
  for (const warning of warnings) context.note(`warning: ${warning}`);
}

/** A value that may be given as @FILE. */
async function readValue(value: string | LiteralText, cwd: string): Promise<string> {
  if (typeof value !== 'string') return value.literal;
  const file = fileOf(value);
  return file === undefined ? value : readTextFile(file, cwd);
}

function fileOf(value: string | LiteralText): string | undefined {
  return typeof value === 'string' && value.startsWith('@') ? value.slice(1) : undefined;
}
