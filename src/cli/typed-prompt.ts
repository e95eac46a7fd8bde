import type { Command } from 'commander';
import { partsInOrder, type TypedPart } from '../prompt/parts.ts';
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
  const prompt = { flags, parts: partsInOrder(rest, optionShapes(command)) };
  const { template, param, saveTemplate } = flags;
  if (template === undefined && param === undefined && saveTemplate === undefined) return prompt;
  const { readTemplated } = await import('../commands/templates.ts');
  const typedFlags = Object.fromEntries(
    Object.entries(flags).filter(([name]) => command.getOptionValueSource(name) === 'cli'),
  );
  return readTemplated({ ...prompt, typedFlags }, env, openFor(flags).note);
}
