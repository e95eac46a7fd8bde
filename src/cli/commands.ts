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
  tokens: {
    description: 'what a prompt would cost: an estimate, or what the service counts',
    declare: async () => (await import('./tokens.ts')).declare,
  },
  emulate: {
    description: 'a local server that speaks the same APIs; no account, no model',
    declare: async () => (await import('./emulate.ts')).declare,
  },
  files: {
    description: 'upload files, and see or delete what was uploaded',
    declare: async () => (await import('./files.ts')).declare,
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
};
