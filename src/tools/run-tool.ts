import { runCommand } from '../child-process/command-run.ts';
import { childEnvironment } from './child-environment.ts';
import { displayCommand, type ToolBinding } from './tool-bindings.ts';
import { type ToolResponse, toolResponse } from './tool-response.ts';

export type RunToolOptions = {
  /** Ends the command. */
  readonly signal: AbortSignal;
  readonly cwd: string;
  /** The environment of this program; the keys of the model's service are taken out of it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds; 60,000 unless given. */
  readonly timeoutMs?: number;
  /** Bytes of stdout; 1 MiB unless given. */
  readonly maxOutputBytes?: number;
  /** Gets what the command writes on stderr, line by line: untrusted text. */
  readonly onStderr?: (line: string) => void;
  /** Gets one line for the person when the command fails. */
  readonly onNote?: (line: string) => void;
};

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** Of what a command said before it failed, the model is told so many characters. */
const MAX_FAILED_OUTPUT = 4000;

/**
 * Answers a call with the command of a binding: the call's arguments go to its stdin as JSON, its stdout is the
 * response (see toolResponse). What goes wrong with the command is a response too, {error}, with `output` when it had
 * said something, so that the model can react.
 * @throws the signal's reason when it is aborted, once the command and its process group have ended
 */
export async function runTool(
  binding: ToolBinding,
  args: Record<string, unknown>,
  options: RunToolOptions,
): Promise<ToolResponse> {
  options.signal.throwIfAborted();
  const { output, failure } = await runCommand({
    argv: binding.argv,
    cwd: options.cwd,
    env: childEnvironment(options.env),
    input: JSON.stringify(args),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxOutputBytes: options.maxOutputBytes ?? MAX_OUTPUT_BYTES,
    signal: options.signal,
    onStderr: options.onStderr ?? (() => {}),
  });
  options.signal.throwIfAborted();
  const text = output.toString('utf8');
  if (failure === undefined) return toolResponse(text);
  options.onNote?.(`--tool ${binding.name}: ${displayCommand(binding.argv)} ${failure}`);
  return {
    error: `the command ${failure}`,
    ...(text === '' ? {} : { output: text.slice(0, MAX_FAILED_OUTPUT) }),
  };
}
