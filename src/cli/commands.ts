import { declare as declareAsk } from './ask.ts';
import type { Declare } from './declare.ts';

/** One command of the command line. */
export type CommandRow = {
  readonly description: string;
  /** Its declaration: only the command that runs, or whose help is asked for, is declared. */
  declare(): Promise<Declare> | Declare;
};

/** Every command, in the order of the help page. A new one is a file here and a row. */
export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  ask: { description: 'one prompt, one answer, streamed', declare: () => declareAsk },
  chat: {
    description: 'a conversation: at a terminal, or one turn for each line of a pipe',
    declare: async () => (await import('./chat.ts')).declare,
  },
  transcribe: {
    description: 'what is said in recordings and videos, as text or subtitles',
    declare: async () => (await import('./transcribe.ts')).declare,
  },
  describe: {
    description: 'a description of each file, for one or a hundred thousand',
    declare: async () => (await import('./describe.ts')).declare,
  },
  tokens: {
    description: 'what a prompt would cost: an estimate, or what the service counts',
    declare: async () => (await import('./tokens.ts')).declare,
  },
  models: {
    description: 'the models of a backend, with limits',
    declare: async () => (await import('./models.ts')).declare,
  },
  files: {
    description: 'upload files, and see or delete what was uploaded',
    declare: async () => (await import('./files.ts')).declare,
  },
  batch: {
    description: "many requests for the service's own batch engine",
    declare: async () => (await import('./batch.ts')).declare,
  },
  auth: {
    description: 'which credential is used, and why',
    declare: async () => (await import('./auth.ts')).declare,
  },
  doctor: {
    description: 'try everything a request needs, and name the first thing that fails',
    declare: async () => (await import('./doctor.ts')).declare,
  },
  config: {
    description: 'settings and named profiles',
    declare: async () => (await import('./config.ts')).declare,
  },
  emulate: {
    description: 'a local server that speaks the same APIs; no account, no model',
    declare: async () => (await import('./emulate.ts')).declare,
  },
  completion: {
    description: 'completion for bash, zsh, fish or powershell',
    declare: async () => (await import('./completion.ts')).declare,
  },
};
