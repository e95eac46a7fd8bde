import { PassThrough, Readable } from 'node:stream';
import { runCli } from '../../../src/cli.ts';
import { type Context, createContext } from '../../../src/context.ts';
import { GeminiError } from '../../../src/errors.ts';
import { createOutputStream } from '../../../src/terminal/output-stream.ts';
import { temporaryFolder } from '../../helpers/run-gemini.ts';

export type Described = { stdout: string; stderr: string; error: GeminiError | undefined };
export type DescribeRun = {
  env?: Record<string, string>;
  /** Also the home folder, where the journals are. */
  cwd?: string;
  stdin?: string | Buffer;
  signal?: AbortSignal;
  /** Is given what Ctrl-C calls, when it is pressed. */
  onInterruptible?(press: () => void): void;
};

/** `gemini describe` in this process, from its arguments on. */
export async function runDescribe(args: readonly string[], run: DescribeRun = {}): Promise<Described> {
  const { cwd = temporaryFolder(), signal = new AbortController().signal } = run;
  const env = { HOME: cwd, ...run.env };
  const out = collector();
  const err = collector();
  const stdin = Readable.from(run.stdin === undefined ? [] : [Buffer.from(run.stdin)]);
  const io = { stdin, stdout: out.stream, stderr: err.stream };
  const interruptHandlers: (() => void)[] = [];
  run.onInterruptible?.(() => interruptHandlers.at(-1)?.());
  let context: Context | undefined;
  let error: GeminiError | undefined;
  try {
    await runCli(['describe', ...args], {
      io,
      env,
      open: (launch) => {
        context = createContext({
          ...launch,
          io,
          env,
          cwd,
          signal,
          userFile: () => undefined,
          secrets: new Set(),
          interruptHandlers,
        });
        return context;
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof GeminiError)) throw thrown;
    error = thrown;
  } finally {
    await context?.close();
  }
  return { stdout: out.text(), stderr: err.text(), error };
}

function collector() {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const facts = { isTTY: false, columns: () => undefined, colorLevel: 0 as const, failure: () => undefined };
  return { stream: createOutputStream(stream, facts), text: () => Buffer.concat(chunks).toString() };
}

/** The records of --format jsonl. */
export function recordsOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
