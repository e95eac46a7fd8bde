import type { Backend } from './backends/backend.ts';
import { type Config, type Environment, resolveConfig } from './config/config.ts';
import type { IO } from './terminal/io.ts';
import { oneLine } from './terminal/sanitize.ts';

/** What a command is given: the world as values, so that a test can give its own. Costly things are made on first use. */
export type Context = {
  readonly io: IO;
  readonly env: Environment;
  readonly cwd: string;
  /** Aborted by Ctrl-C, SIGTERM, SIGHUP or a closed stdout, with the error to raise as its reason. */
  readonly signal: AbortSignal;
  readonly config: Config;
  readonly quiet: boolean;
  now(): Date;
  /** One line to the person, on stderr; nothing with --quiet. */
  note(line: string): void;
  /**
   * Who answers, by flag, environment or default.
   * @param stream whether answers are asked for piece by piece, which decides how long the first byte may take
   * @param sending false for a dry run, which needs neither server nor emulator
   */
  backend(options: { stream: boolean; sending: boolean }): Promise<Backend>;
  /** Ends what was started: idle connections, the emulator of this process. */
  close(): Promise<void>;
};

export type ContextOptions = {
  io: IO;
  env: Environment;
  cwd: string;
  signal: AbortSignal;
  /** Flag values by setting name. */
  flags: Readonly<Record<string, unknown>>;
  quiet: boolean;
  debug: boolean;
};

/** Makes the context of one run. */
export function createContext(options: ContextOptions): Context {
  const { io, env, cwd, signal, quiet } = options;
  const config = resolveConfig(options.flags, env);
  const closers: (() => Promise<void> | void)[] = [];
  const note = (line: string) => {
    if (!quiet) void io.stderr.write(`${oneLine(line)}\n`);
  };
  const startEmulator = async () => {
    const emulator = await (await import('./emulator/emulator.ts')).startEmulator({});
    closers.push(() => emulator.close());
    return emulator.url;
  };
  return {
    io,
    env,
    cwd,
    signal,
    config,
    quiet,
    now: () => new Date(),
    note,
    backend: async ({ stream, sending }) => {
      const { composeBackend } = await import('./composition.ts');
      const { backend, http } = await composeBackend({
        config,
        env,
        stream,
        sending,
        startEmulator,
        note,
        onDebug: options.debug ? (line) => void io.stderr.write(`${line}\n`) : undefined,
      });
      closers.push(() => http.close());
      return backend;
    },
    close: async () => {
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
}
