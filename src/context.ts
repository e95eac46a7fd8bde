import type { LookupFunction } from 'node:net';
import type { Backend } from './backends/backend.ts';
import type { BatchService } from './backends/batches/batch-service.ts';
import type { Connection } from './composition/connection.ts';
import type { Composition, composeWebClient } from './composition.ts';
import { type Config, chooseBackend, type Environment, resolveConfig } from './config/config.ts';
import type { UserFile } from './config/user-file.ts';
import { secretsOf } from './config/variables.ts';
import type { IO } from './terminal/io.ts';
import { maskSecrets } from './terminal/mask.ts';
import { oneLine } from './terminal/sanitize.ts';
import type { FileStore } from './uploads/file-store.ts';
import type { Uploader } from './uploads/uploader.ts';

export type { Connection } from './composition/connection.ts';
export { loadUserFile } from './config/load-user-file.ts';

/** What a command is given: the world as values, so that a test can give its own. Costly things are made on first use. */
export type Context = {
  readonly io: IO;
  readonly env: Environment;
  readonly cwd: string;
  /** Aborted by Ctrl-C, SIGTERM, SIGHUP or a closed stdout, with the error to raise as its reason. */
  readonly signal: AbortSignal;
  /** The settings, resolved on first use. @throws UsageError for one that cannot be */
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
  /**
   * What would be used and why, for `auth status` and `doctor`. Nothing is sent until one of its checks is run.
   * @param model whose address is shown; '' for none
   */
  connection(model: string): Promise<Connection>;
  /** The text without the secrets of the run. */
  mask(text: string): string;
  /** A client for attachments from the web, which holds no credential; `lookup` in place of the system's. */
  webClient(lookup: LookupFunction | undefined): ReturnType<typeof composeWebClient>;
  /**
   * Where large media go: the bucket of --upload-to, or the backend's own store. Undefined where there is neither.
   * @param uriSchemes what the backend reads, when the upload is for a prompt
   */
  uploader(uriSchemes?: readonly string[]): (() => Promise<Uploader>) | undefined;
  /** The files that were uploaded to the Files API. */
  files(): Promise<FileStore>;
  /** The backend's batch engine. @param sending false for a dry run, which needs neither server nor credential */
  batches(options: { sending: boolean }): Promise<BatchService>;
  /**
   * Has Ctrl-C end something smaller than the run, such as one answer of many: the handler that came last is called in
   * place of aborting `signal`.
   * @returns a function that takes the handler away
   */
  onInterrupt(handler: () => void): () => void;
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
  /** The user's settings, if there are any. */
  userFile(): UserFile | undefined;
  /** Gathers the secrets of the run, which nothing may show. */
  secrets: Set<string>;
  quiet: boolean;
  debug: boolean;
  /** Whom Ctrl-C calls in place of ending the run: the last of them. */
  interruptHandlers: (() => void)[];
};

/** Makes the context of one run. */
export function createContext(options: ContextOptions): Context {
  const { io, env, cwd, signal, quiet, flags, secrets } = options;
  let resolved: Config | undefined;
  const configured = () => {
    resolved ??= resolveConfig(flags, env, options.userFile());
    return resolved;
  };
  const remember = (secret: string) => void secrets.add(secret);
  const proxy = typeof flags.proxy === 'string' ? flags.proxy : undefined;
  for (const secret of secretsOf(env, proxy)) remember(secret);
  const mask = (line: string) => maskSecrets(line, [...secrets]);
  const closers: (() => Promise<void> | void)[] = [];
  const note = (line: string) => {
    if (!quiet) void io.stderr.write(`${oneLine(mask(line))}\n`);
  };
  let emulatorUrl: Promise<string> | undefined;
  const startEmulator = () => {
    emulatorUrl ??= import('./emulator/emulator.ts').then(async (module) => {
      const emulator = await module.startEmulator({});
      closers.push(() => emulator.close());
      return emulator.url;
    });
    return emulatorUrl;
  };
  const onDebug = options.debug ? (line: string) => void io.stderr.write(`${mask(line)}\n`) : undefined;
  const composition = (how: { stream: boolean; sending: boolean }): Composition => ({
    config: configured(),
    env,
    ...how,
    startEmulator,
    note,
    remember,
    onDebug,
  });
  return {
    io,
    env,
    cwd,
    signal,
    get config() {
      return configured();
    },
    quiet,
    now: () => new Date(),
    note,
    backend: async (how) => {
      const { composeBackend } = await import('./composition.ts');
      const { backend, close } = await composeBackend(composition(how));
      closers.push(close);
      return backend;
    },
    uploader: (uriSchemes) => {
      const name = chooseBackend(configured(), env);
      const ownStore = name === 'developer' || name === 'emulator';
      if (!ownStore && configured().text('uploadTo') === undefined) return undefined;
      return async () => {
        const { composeUploader } = await import('./composition/uploads.ts');
        const { uploader, close } = await composeUploader({
          ...composition({ stream: true, sending: true }),
          ...(uriSchemes && { uriSchemes }),
        });
        closers.push(close);
        return uploader;
      };
    },
    files: async () => {
      const { composeFileStore } = await import('./composition/uploads.ts');
      const { files, close } = await composeFileStore(composition({ stream: true, sending: true }));
      closers.push(close);
      return files;
    },
    batches: async ({ sending }) => {
      const { composeBatches } = await import('./composition/batches.ts');
      const { batches, close } = await composeBatches(composition({ stream: true, sending }));
      closers.push(close);
      return batches;
    },
    connection: async (model) => {
      const { composeConnection } = await import('./composition/connection.ts');
      const from = { env, stream: false, sending: true, startEmulator, note, remember, onDebug };
      return composeConnection({ ...from, config: configured() }, model);
    },
    mask,
    onInterrupt: (handler) => {
      options.interruptHandlers.push(handler);
      return () => {
        const index = options.interruptHandlers.indexOf(handler);
        if (index !== -1) options.interruptHandlers.splice(index, 1);
      };
    },
    webClient: async (lookup) => {
      const { composeWebClient } = await import('./composition.ts');
      const client = await composeWebClient({ config: configured(), env, onDebug }, lookup);
      closers.push(() => client.close());
      return client;
    },
    close: async () => {
      for (const close of closers.splice(0).reverse()) await close();
    },
  };
}
