import type { Command } from 'commander';
import { PART_FLAGS, partsInOrder, positionalPart, type TypedPart } from '../prompt/parts.ts';
import type { Flags, Invocation } from './declare.ts';
import { optionShapes } from './options.ts';

/**
 * The prompt as typed: flags and parts in order, with its template, if it has one; undefined when it was saved as a
 * template instead.
 */
export async function typedPrompt(
  command: Command,
  flags: Flags,
  { rest, env, openFor }: Invocation,
): Promise<{ flags: Flags; parts: TypedPart[] } | undefined> {
  const prompt = { flags, parts: partsOf(command, flags, rest) };
  const { template, param, saveTemplate } = flags;
  if (template === undefined && param === undefined && saveTemplate === undefined) return prompt;
  const { readTemplated } = await import('../commands/templates.ts');
  const typedFlags = Object.fromEntries(
    Object.entries(flags).filter(([name]) => command.getOptionValueSource(name) === 'cli'),
  );
  return readTemplated({ ...prompt, typedFlags }, env, openFor(flags).note);
}

/** Words alone are in order as commander hands them over, and to read them again takes a millisecond. */
function partsOf(command: Command, flags: Flags, rest: readonly string[]): TypedPart[] {
  const interleaved = command.options.some(
    (option) => Object.hasOwn(PART_FLAGS, option.name()) && flags[option.attributeName()] !== undefined,
  );
  return interleaved ? partsInOrder(rest, optionShapes(command)) : command.args.map(positionalPart);
}
