import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** What commander read, by the options' names. */
export type Flags = Record<string, unknown>;

/** What a command's action is given besides its flags. */
export type Invocation = {
  /** The words after the command's name, as typed. */
  readonly rest: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Makes the context of the command, from its flags. */
  openFor(flags: Flags): Context;
};

/** Adds arguments, options, examples and the action of one command; the action imports what it runs. */
export type Declare = (command: Command, invocation: Invocation) => void;
