import type { Argument, Option } from 'commander';
import { MANUAL } from '../help.ts';
import { TOPICS } from '../topics.ts';
import { optionNamed, optionsAt, type Position, positionAfter } from './position.ts';
import { type Offer, type Offers, valuesOfArgument, valuesOfOption } from './values.ts';

export type Typed = {
  /** The words before the one that is being typed, without the program's name. */
  readonly words: readonly string[];
  /** What there is of the word so far. */
  readonly current: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

type Program = Parameters<typeof positionAfter>[0];

/**
 * What may stand at a place of a command line, as lines for a shell's script: a word, a tab, what it is; and at the end
 * `:files` when names of files may stand there too, else `:none`.
 * @param program with the declaration of the command that is meant
 */
export async function complete(program: Program, { words, current, env }: Typed): Promise<string[]> {
  // A shell may give nothing at all as a word.
  const typed = words[0] === '' ? words.slice(1) : words;
  const { before, word, cut } = joined(typed, current);
  const { offers, files } = await offersAt(program, before, word, env);
  const lines = offers
    .filter(([value]) => value.startsWith(word) && value !== '')
    .map(([value, about = '']) => `${value.slice(cut)}\t${about.replace(/\s+/g, ' ')}`);
  return [...lines, files ? ':files' : ':none'];
}

async function offersAt(
  program: Program,
  words: readonly string[],
  current: string,
  env: Typed['env'],
): Promise<Offers> {
  if (words[0] === 'help') return { offers: pages(program, words), files: false };
  const position = positionAfter(program, words);
  if (position.option) return valuesOfOption(position.option, { current, env });
  if (current.startsWith('-') && !position.onlyArguments)
    return optionOffers(position, current, program, env);
  const own = position.namesCommand ? commandOffers(position) : [];
  const topLevel = position.commands.length === 1;
  const argument: Argument | undefined = topLevel ? undefined : position.argument;
  const { offers, files } = argument
    ? await valuesOfArgument(argument, { operands: position.operands, command: position.commands, env })
    : { offers: [], files: false };
  const help: Offer[] = topLevel ? [['help', 'help on a command or a topic']] : [];
  return { offers: [...own, ...help, ...offers], files };
}

function commandOffers({ commands }: Position): Offer[] {
  return (commands.at(-1)?.commands ?? []).map((each) => [each.name(), each.description()]);
}

/** Names of options, or with "=" values of one. */
async function optionOffers(
  { commands, given }: Position,
  current: string,
  program: Program,
  env: Typed['env'],
): Promise<Offers> {
  // `gemini --image` means ask.
  const at =
    commands.length === 1
      ? [...commands, ...program.commands.filter((each) => each.name() === 'ask')]
      : commands;
  const equals = current.indexOf('=');
  if (equals > 0) {
    const flag = current.slice(0, equals);
    const option = optionNamed(at, flag);
    const values = option && (await valuesOfOption(option, { current: current.slice(equals + 1), env }));
    const offers = (values?.offers ?? []).map(([value, about]): Offer => [`${flag}=${value}`, about]);
    return { offers, files: values?.files ?? false };
  }
  const options = optionsAt(at).filter(
    (option) => !option.hidden && (!given.has(option) || isRepeated(option)),
  );
  const offers = options.flatMap((option): Offer[] =>
    option.long ? [[option.long, option.description]] : [],
  );
  return { offers: [...offers, ['--help', 'help on this command']], files: false };
}

/** It collects its values, so that it may be given again. */
function isRepeated({ parseArg }: Option): boolean {
  return parseArg !== undefined;
}

function pages(program: Program, words: readonly string[]): Offer[] {
  const commands = program.commands.map((each): Offer => [each.name(), each.description()]);
  if (words.length > 1) {
    const command = program.commands.find((each) => each.name() === words[1]);
    return words.length > 2 ? [] : (command?.commands ?? []).map((each) => [each.name(), each.description()]);
  }
  const topics = Object.entries(TOPICS).map(([name, { description }]): Offer => [name, description]);
  return [...commands, ...topics, [MANUAL, 'the manual page']];
}

/** Bash takes "=" and "@" for words of their own: `--backend`, `=`, `ver` and `--schema`, `@`, `fil`. */
function joined(
  words: readonly string[],
  current: string,
): { before: readonly string[]; word: string; cut: number } {
  const before = words.filter((word) => word !== '=');
  if (current === '=') return { before, word: '', cut: 0 };
  if (words.at(-1) === '@') return { before: before.slice(0, -1), word: `@${current}`, cut: 1 };
  return { before, word: current, cut: 0 };
}
