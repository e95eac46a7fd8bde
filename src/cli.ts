import { Command, CommanderError } from 'commander';
import { COMMANDS } from './cli/commands.ts';
import type { Flags, Invocation } from './cli/declare.ts';
import { TOPICS } from './cli/topics.ts';
import type { Context, ContextOptions } from './context.ts';
import { UsageError } from './errors.ts';
import type { IO } from './terminal/io.ts';
import { VERSION } from './version.ts';

/** What the command line says about the run itself. */
export type Launch = Pick<ContextOptions, 'flags' | 'quiet' | 'debug'> & {
  format: 'text' | 'json' | 'jsonl';
  color?: 'auto' | 'always' | 'never';
};

/** What the command line is read in. */
export type World = {
  readonly io: IO;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Makes the context of a command once its flags are known. */
  open(launch: Launch): Context;
};

/**
 * Reads the command line and runs the command it names. A command's declaration is loaded when it is named, and the
 * command itself when it runs.
 * @throws UsageError for arguments that cannot be; whatever the command throws
 */
export async function runCli(argv: readonly string[], world: World): Promise<void> {
  const { io, env } = world;
  const first = argv[0];
  const named = isNamed(first);
  // `gemini "text"` and `gemini -p "text"` mean ask, since fingers type that.
  const rest = named ? argv.slice(1) : argv;
  const full = named ? argv : ['ask', ...argv];
  const wanted = first === 'help' ? argv[1] : full[0];
  const invocation: Invocation = { rest, env, openFor: (flags) => world.open(launchOf(flags)) };
  let help = '';
  const program = await declareProgram(
    invocation,
    (name) => name === wanted || wanted === 'man',
    (text) => (help += text),
  );
  if (first === 'help') {
    const { helpOn } = await import('./cli/help.ts');
    return io.stdout.write((await helpOn(argv.slice(1), program)) ?? help);
  }
  if (first === undefined && io.stdin.isTTY) {
    await io.stdout.write(program.helpInformation() + EXAMPLES);
    return;
  }
  const command = program.commands.find((each) => each.name() === first);
  if (command && command.commands.length > 0) {
    (await import('./cli/help.ts')).checkSubcommand(command, argv[1]);
  }
  try {
    await program.parseAsync(rewriteOptionalValues(full), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, named ? commandWords(command, argv) : 'ask');
  } finally {
    if (help) await io.stdout.write(help);
  }
}

/** The command that a command line means, or `help`. */
export function commandOf([first = 'ask']: readonly string[]): string {
  if (!isNamed(first)) return 'ask';
  return first.startsWith('-') ? 'help' : first;
}

/** Whether the first word is a command's; any other is a part of a question. */
function isNamed(first: string | undefined): first is string {
  return (
    first !== undefined && (Object.hasOwn(COMMANDS, first) || /^(help|-h|--help|-V|--version)$/.test(first))
  );
}

/**
 * Every command with its name and description, and of those that are wanted all that they take.
 * @param writeHelp is given help pages, where one is asked for
 */
export async function declareProgram(
  invocation: Invocation,
  wanted: (name: string) => boolean,
  writeHelp: (text: string) => void = () => {},
): Promise<Command> {
  const program = new Command('gemini');
  program
    .description(
      'Multimodal prompts from the command line: photos, recordings, video and PDFs in, an answer out.',
    )
    .version(VERSION, '-V, --version')
    .usage('[command] [options]')
    // Before any command is added: they take it over.
    .exitOverride()
    .configureOutput({ writeOut: writeHelp, writeErr: () => {} })
    .addHelpText('after', EXAMPLES);
  for (const [name, { description, declare }] of Object.entries(COMMANDS)) {
    const command = program.command(name).description(description);
    if (wanted(name)) (await declare())(command, invocation);
  }
  return program.helpCommand('help [command]', `help on a command, or on: ${Object.keys(TOPICS).join(', ')}`);
}

function launchOf(flags: Flags): Launch {
  return {
    flags,
    quiet: flags.quiet === true,
    debug: flags.debug === true,
    format: (flags.format as Launch['format'] | undefined) ?? 'text',
    ...(typeof flags.color === 'string' ? { color: flags.color as 'auto' | 'always' | 'never' } : {}),
  };
}

/** `--dry-run=http`: commander would take the next word as the value of an option whose value may be left out. */
function rewriteOptionalValues(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((word, index) =>
    (end === -1 || index < end) && word.startsWith('--dry-run=')
      ? `--dry-run-as=${word.slice('--dry-run='.length)}`
      : word,
  );
}

/** `batch submit`: the words of the command whose help page tells more. */
function commandWords(command: Command | undefined, [first, second]: readonly string[]): string | undefined {
  const own = command?.commands.some((each) => each.name() === second);
  return own ? `${first} ${second}` : first;
}

function usageError(error: CommanderError, command: string | undefined): UsageError {
  // A command of several, none of which is meant where none is named.
  if (error.code === 'commander.help') {
    return new UsageError(`gemini ${command}: which of its commands?`, {
      hint: `see: gemini ${command} --help`,
    });
  }
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = /Did you mean (.+)\?/.exec(suggestion ?? '')?.[1];
  return new UsageError(message, {
    hint: hint ? `did you mean ${hint}?` : `see: gemini ${command ?? ''} --help`.replace('  ', ' '),
  });
}

const EXAMPLES = `
Examples:
  gemini "why is the sky blue"
  gemini ask --image scones.jpg "what is this"
  gemini ask -b emulator --image scones.jpg "what is this"     (no account needed)
`;
