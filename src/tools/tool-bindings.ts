import { commandWords } from '../child-process/command-words.ts';
import { UsageError } from '../errors.ts';

/** A local command that answers the calls of a function. */
export type ToolBinding = {
  readonly name: string;
  /** Program and arguments, run without a shell. */
  readonly argv: readonly [string, ...string[]];
};

/** What the service takes as the name of a function. */
const FUNCTION_NAME = /^[A-Za-z_][\w.-]{0,63}$/;

/**
 * Reads the values of `--tool NAME=COMMAND`, in their order.
 * @throws UsageError for a bad name, a name given twice, or a command that is empty or badly quoted
 */
export function parseToolBindings(values: readonly string[]): ToolBinding[] {
  return splitNames('--tool', values).map(([name, command]) => {
    const [program, ...args] = commandWords(
      command,
      (problem) => new UsageError(`--tool ${name}: the command ${problem}`, { hint: NO_SHELL }),
    );
    if (!program) throw new UsageError(`--tool ${name} names no command`, { hint: NO_SHELL });
    // No argument of a process can hold it.
    if (command.includes('\0')) throw new UsageError(`--tool ${name}: the command holds a NUL`);
    return { name, argv: [program, ...args] };
  });
}

const NO_SHELL = `give it as --tool 'NAME=COMMAND "an argument" ...'; no shell reads it`;

/**
 * Divides NAME=REST.
 * @throws UsageError naming the flag, for a bad name and for a name given twice
 */
export function splitNames(flag: string, values: readonly string[]): [name: string, rest: string][] {
  const seen = new Set<string>();
  return values.map((value) => {
    const equals = value.indexOf('=');
    if (equals < 0) throw new UsageError(`${flag} "${value}" is not NAME=...`);
    const name = value.slice(0, equals).trim();
    if (!FUNCTION_NAME.test(name)) {
      throw new UsageError(`${flag}: "${name}" is not a name for a function`, {
        hint: 'letters, digits, underscores, dots and dashes, at most 64, beginning with a letter or underscore',
      });
    }
    if (seen.has(name)) throw new UsageError(`${flag}: "${name}" is given twice`);
    seen.add(name);
    return [name, value.slice(equals + 1)];
  });
}

/** A command for a message or question: words as they would have to be typed. */
export function displayCommand(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w./:@%+,=-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}
