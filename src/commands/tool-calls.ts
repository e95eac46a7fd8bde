import { createInterface } from 'node:readline/promises';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { readTextFile } from '../prompt/input.ts';
import { createConsent, REFUSED } from '../tools/consent.ts';
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
 * @throws UsageError for a name that the request does not declare
 */
export async function bindTools(
  context: Context,
  options: ToolOptions,
  request: GenerateContentRequest,
): Promise<CallAnswerer> {
  const { cwd, env, signal, note } = context;
  const bindings = new Map(parseToolBindings(options.tool).map((binding) => [binding.name, binding]));
  const responses = await parseToolResponses(options.toolResponse, (file) => readTextFile(file, cwd));
  checkDeclared([...bindings.keys(), ...responses.keys()], request);
  const allowed = createConsent({
    interactive: context.io.stdin.isTTY === true && context.io.stderr.isTTY,
    yes: options.yes,
    ask: (question) => askPerson(context, question),
  });
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

function checkDeclared(names: readonly string[], request: GenerateContentRequest): void {
  const declared = declaredFunctions(request);
  const unknown = names.find((name) => declared && !declared.has(name));
  if (!declared || unknown === undefined) return;
  throw new UsageError(`the model is not told of a function ${unknown}`, {
    hint:
      declared.size > 0 ? `--tools declares ${[...declared].join(', ')}` : 'declare it with --tools @FILE',
  });
}

/** Whatever is not a yes is a no: the end of the input (Ctrl-D) too. */
async function askPerson({ io, signal }: Context, question: string): Promise<boolean> {
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
