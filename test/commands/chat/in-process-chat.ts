import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { runCli } from '../../../src/cli.ts';
import { type Context, createContext } from '../../../src/context.ts';
import { GeminiError } from '../../../src/errors.ts';
import type { GenerateContentRequest } from '../../../src/wire/generate-content.ts';
import { EXAMPLES, temporaryFolder } from '../../helpers/run-gemini.ts';
import { memoryOutput } from '../../terminal/memory-output.ts';

export type ChatRun = {
  env: Record<string, string>;
  /** What the pipe holds, a line each. */
  lines?: readonly string[];
  cwd?: string;
  signal?: AbortSignal;
  /** Called before each write to stdout; what it throws is the reader's fault. */
  onStdout?(): void;
};

/** What came of a run, as a shell would see it. */
export type ChatEnd = { stdout: string; stderr: string; code: number; message: string };

/** A home of its own, whose sessions can be looked at. */
export function chatHome(emulatorEnv: Record<string, string>) {
  const home = temporaryFolder();
  const folder = join(home, '.local/state/gemini-prompt/sessions');
  const sessions = () => {
    mkdirSync(folder, { recursive: true });
    return readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  };
  return {
    env: { ...emulatorEnv, HOME: home },
    folder,
    sessions,
    /** All that the session holds, as text. */
    written: (name?: string): string => {
      return readFileSync(join(folder, name ? `${name}.jsonl` : (sessions()[0] ?? '')), 'utf8');
    },
  };
}

/** `gemini chat` in this process, with a pipe for stdin: the command line as typed, a real emulator to ask. */
export async function runChat(args: readonly string[], run: ChatRun): Promise<ChatEnd> {
  const memory = memoryOutput();
  const stdout = {
    ...memory,
    write: async (data: string | Uint8Array) => {
      run.onStdout?.();
      await memory.write(data);
    },
  };
  const stderr = memoryOutput();
  const stdin = Readable.from((run.lines ?? []).map((line) => Buffer.from(`${line}\n`)));
  const io = { stdin, stdout, stderr };
  let context: Context | undefined;
  const end = { code: 0, message: '' };
  try {
    await runCli(['chat', ...args], {
      io,
      env: run.env,
      open: (launch) => {
        context = createContext({
          ...launch,
          io,
          env: run.env,
          cwd: run.cwd ?? EXAMPLES,
          signal: run.signal ?? new AbortController().signal,
          userFile: () => undefined,
          secrets: new Set(),
          interruptHandlers: [],
        });
        return context;
      },
    });
  } catch (error) {
    if (!(error instanceof GeminiError)) throw error;
    end.code = error.exitCode;
    end.message = error.message;
  } finally {
    await context?.close();
  }
  return { stdout: stdout.text(), stderr: stderr.text(), ...end };
}

/** The contents of each request that was sent. */
export const contentsOf = (requests: readonly { body: unknown }[]) =>
  requests.map(({ body }) => (body as GenerateContentRequest).contents);
