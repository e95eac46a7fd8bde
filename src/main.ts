import { commandOf, type Launch, runCli } from './cli.ts';
import { type Context, createContext, loadUserFile } from './context.ts';
import { InterruptedError } from './errors.ts';
import { type IO, processIO } from './terminal/io.ts';
import { reportError } from './terminal/report-error.ts';

export { commandOf };

/**
 * The process edge: arguments, environment, signals and streams come in here, the exit code goes out. It is set, not
 * forced, so that what was written still drains; only a second signal ends the process at once.
 */
export async function main(): Promise<void> {
  let io: IO = processIO(process.env);
  let format: 'text' | 'json' | 'jsonl' = 'text';
  let debug = false;
  let context: Context | undefined;
  const secrets = new Set<string>();
  const stop = new AbortController();
  const interruptHandlers: (() => void)[] = [];
  listenForSignals(stop, interruptHandlers);
  try {
    const userFile = await loadUserFile(process.env);
    const open = (launch: Launch) => {
      ({ format, debug } = launch);
      if (launch.color) io = processIO(process.env, { color: launch.color });
      io.stdout.onClosed((reason) => stop.abort(reason));
      context = createContext({
        ...launch,
        io,
        env: process.env,
        cwd: process.cwd(),
        signal: stop.signal,
        userFile,
        secrets,
        interruptHandlers,
      });
      return context;
    };
    await runCli(process.argv.slice(2), { io, env: process.env, open });
  } catch (error) {
    // What was thrown while stopping is only the echo of why we stop.
    const cause = stop.signal.aborted ? stop.signal.reason : error;
    process.exitCode = await reportError(cause, io, { format, debug, secrets: [...secrets] });
  } finally {
    await context?.close();
  }
}

/** @param interruptHandlers of what Ctrl-C may end before the run: the last one is called in its place */
function listenForSignals(stop: AbortController, interruptHandlers: readonly (() => void)[]): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      const handler = name === 'SIGINT' && !stop.signal.aborted ? interruptHandlers.at(-1) : undefined;
      if (handler) return handler();
      const reason = new InterruptedError(name);
      if (stop.signal.aborted) process.exit(reason.exitCode);
      stop.abort(reason);
    });
  }
}
