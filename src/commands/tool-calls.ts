import { createInterface } from 'node:readline/promises';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { readTextFile } from '../prompt/input.ts';
import type { IO } from '../terminal/io.ts';
import { type Consent, createConsent, REFUSED } from '../tools/consent.ts';
import { runTool } from '../tools/run-tool.ts';
import { parseToolBindings } from '../tools/tool-bindings.ts';
import { parseToolResponses, type ToolResponse } from '../tools/tool-response.ts';
import type { FunctionCall, GenerateContentRequest } from '../wire/generate-content.ts';
import { declaredFunctions } from './answer-faults.ts';

/** What answers function calls, as typed. */
export type ToolOptions = {
  /** NAME=COMMAND. */
  readonly tool: readonly string[];
  /** NAME=@FILE or NAME=JSON. */
  readonly toolResponse: readonly string[];
  /** Run the commands of --tool without asking. */
  readonly yes: boolean;
  readonly maxToolRounds: number;
};

/** Answers one call; undefined when nothing is bound to its name. */
export type CallAnswerer = (call: FunctionCall) => Promise<ToolResponse | undefined>;

/**
 * Binds functions to commands and to given responses. A command runs without a shell, asked about once, with its
 * arguments as JSON on stdin.
 * @param allowed whether a command may run, when that is asked about for longer than one question
 * @throws UsageError for a name that the request does not declare
 */
export async function bindTools(
  context: Context,
  options: ToolOptions,
  request: GenerateContentRequest,
  allowed: Consent = consentOnTerminal(context.io, options, () => context.signal),
): Promise<CallAnswerer> {
  const { cwd, env, signal, note } = context;
  const bindings = new Map(parseToolBindings(options.tool).map((binding) => [binding.name, binding]));
  const responses = await parseToolResponses(options.toolResponse, (file) => readTextFile(file, cwd));
  checkDeclared([...bindings.keys(), ...responses.keys()], request);
  return async (call) => {
    const given = responses.get(call.name);
    if (given) return given;
    const binding = bindings.get(call.name);
    if (!binding) return undefined;
    if (!(await allowed(binding))) return REFUSED;
    note(`calling ${call.name}(${JSON.stringify(call.args ?? {})})`);
    return runTool(binding, call.args ?? {}, {
      signal,
      cwd,
      env,
      onStderr: note,
      onNote: note,
    });
  };
}

/**
 * Consent of the person at the terminal, if there is one.
 * @param signal ends a question; asked for when there is one
 */
export function consentOnTerminal(
  io: IO,
  { yes }: Pick<ToolOptions, 'yes'>,
  signal: () => AbortSignal,
): Consent {
  return createConsent({
    interactive: io.stdin.isTTY === true && io.stderr.isTTY,
    yes,
    ask: (question) => askPerson({ io, signal: signal() }, question),
  });
}

/** @throws UsageError for the first name that the request does not declare */
export function checkDeclared(names: readonly string[], request: GenerateContentRequest): void {
  const declared = declaredFunctions(request);
  const unknown = names.find((name) => declared && !declared.has(name));
  if (!declared || unknown === undefined) return;
  throw new UsageError(`the model is not told of a function ${unknown}`, {
    hint:
      declared.size > 0 ? `--tools declares ${[...declared].join(', ')}` : 'declare it with --tools @FILE',
  });
}

/** Whatever is not a yes is a no: the end of the input (Ctrl-D) too. */
async function askPerson({ io, signal }: Pick<Context, 'io' | 'signal'>, question: string): Promise<boolean> {
  // Not as a line editor: that would take Ctrl-C for itself, and the run would not hear of it.
  const prompt = createInterface({ input: io.stdin, output: io.stderr.stream, terminal: false });
  const closed = new Promise<string>((resolve) => prompt.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([prompt.question(`${question} [y/N] `, { signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
