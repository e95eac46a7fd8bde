import type { Argument, Command, Option } from 'commander';
import { COMMANDS } from '../commands.ts';

/** Where in a command line the word stands that is being typed. */
export type Position = {
  /** The command whose options and arguments count there, and those around it, outermost first. */
  readonly commands: readonly Command[];
  /** The option whose value it is. */
  readonly option?: Option;
  /** The argument that it is, unless it is an option. */
  readonly argument?: Argument;
  /** The names of the command's own commands may stand there. */
  readonly namesCommand: boolean;
  /** The arguments before it. */
  readonly operands: readonly string[];
  /** The options before it, as typed. */
  readonly given: ReadonlySet<Option>;
  /** After "--": no word is an option. */
  readonly onlyArguments: boolean;
};

/** The command whose declaration is needed to complete a word: none while its own name is being typed. */
export function commandFor(words: readonly string[], current: string): string | undefined {
  const [first, second] = words[0] === '' ? words.slice(1) : words;
  if (first === 'help') return second;
  if (first === undefined) return current.startsWith('-') ? 'ask' : undefined;
  return Object.hasOwn(COMMANDS, first) ? first : 'ask';
}

/**
 * Finds the place after the words.
 * @param program with the declaration of the command that is meant
 */
export function positionAfter(program: Command, words: readonly string[]): Position {
  const commands = [program];
  const operands: string[] = [];
  const given = new Set<Option>();
  let onlyArguments = false;
  let option: Option | undefined;
  const inner = () => commands.at(-1) ?? program;
  const enter = (name: string | undefined) => {
    const next = inner().commands.find((each) => each.name() === name);
    if (next) commands.push(next);
    return next !== undefined;
  };
  for (const word of words) {
    if (option) {
      option = undefined;
    } else if (onlyArguments) {
      operands.push(word);
    } else if (word === '--') {
      onlyArguments = true;
    } else if (/^-./.test(word)) {
      // `gemini -p "text"` means ask.
      if (inner() === program) enter('ask');
      const [flag = ''] = word.split('=', 1);
      const found = optionNamed(commands, flag);
      if (found) given.add(found);
      if (found?.required && !word.includes('=')) option = found;
    } else if (operands.length > 0 || !enter(word)) {
      if (inner() === program) enter('ask');
      operands.push(word);
    }
  }
  const command = inner();
  const { registeredArguments: declared } = command;
  const argument = declared[operands.length] ?? (declared.at(-1)?.variadic ? declared.at(-1) : undefined);
  return {
    commands,
    ...(option && { option }),
    ...(argument && { argument }),
    namesCommand: operands.length === 0 && !onlyArguments && command.commands.length > 0,
    operands,
    given,
    onlyArguments,
  };
}

/** The option that a word names, of the innermost command that has it, or of the one meant without a name. */
export function optionNamed(commands: readonly Command[], flag: string): Option | undefined {
  return optionsAt(commands).find(({ long, short }) => long === flag || short === flag);
}

/** The options that may stand at a place: those of the command, and of its own that is meant when none is named. */
export function optionsAt(commands: readonly Command[]): readonly Option[] {
  const command = commands.at(-1);
  // Commander knows which one is meant, and has no word for it in its interface.
  const meant = (command as { _defaultCommandName?: string | null } | undefined)?._defaultCommandName;
  const inner = command?.commands.find((each) => each.name() === meant);
  return [...(command?.options ?? []), ...(inner?.options ?? [])];
}
