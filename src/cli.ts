import { Command, CommanderError, Option } from 'commander';
import { SETTINGS, type Setting } from './config/settings.ts';
import type { Context, ContextOptions } from './context.ts';
import { UsageError } from './errors.ts';
import { type OptionShape, partsInOrder, type TypedPart } from './prompt/parts.ts';
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

type Flags = Record<string, unknown>;

/**
 * The whole command line on one page: every command, option, help line and example. An action imports its command
 * when it runs.
 * @throws UsageError for arguments that cannot be; whatever the command throws
 */
export async function runCli(argv: readonly string[], world: World): Promise<void> {
  const { io, open } = world;
  const program = new Command('gemini');
  let help = '';
  program
    .description(
      'Multimodal prompts from the command line: photos, recordings, video and PDFs in, an answer out.',
    )
    .version(VERSION, '-V, --version')
    .usage('[command] [options]')
    .exitOverride()
    .configureOutput({ writeOut: (text) => (help += text), writeErr: () => {} })
    .addHelpText('after', EXAMPLES.program);

  const ask = program
    .command('ask')
    .description('one prompt, one answer, streamed')
    .usage('[options] [part...]')
    .argument('[part...]', 'text; "-" is stdin')
    .addHelpText('after', EXAMPLES.ask);
  partOptions(ask);
  promptOptions(ask);
  settingOptions(ask);
  ask.action(async (_texts: string[], typed: Flags) => {
    const prompt = await withTemplates(ask, { flags: typed, parts: partsInOrder(rest, optionShapes(ask)) });
    if (!prompt) return;
    const { ask: run, readAskOptions } = await import('./commands/ask.ts');
    await run(openFor(prompt.flags), readAskOptions(prompt.flags, prompt.parts));
  });

  program
    .command('emulate')
    .description('a local server that speaks the same APIs; no account, no model')
    .option('--port <n>', 'port to listen on', '8080')
    .option('--script <file>', 'JSON file of replies and faults to play')
    .addHelpText('after', EXAMPLES.emulate)
    .action(async (flags: Flags) => {
      const { emulate, readEmulateOptions } = await import('./commands/emulate.ts');
      const options = readEmulateOptions(flags);
      await emulate(openFor({}), options);
    });

  program.helpCommand('help [command]', 'help on a command');

  const known = new Set([...program.commands.map((command) => command.name()), 'help']);
  const first = argv[0];
  if (first === undefined && io.stdin.isTTY) {
    await io.stdout.write(program.helpInformation() + EXAMPLES.program);
    return;
  }
  // `gemini "text"` and `gemini -p "text"` mean ask, since fingers type that.
  const named = first !== undefined && (known.has(first) || /^(-h|--help|-V|--version)$/.test(first));
  const rest = named ? argv.slice(1) : argv;
  const full = named ? argv : ['ask', ...argv];

  function openFor(flags: Flags): Context {
    return open({
      flags,
      quiet: flags.quiet === true,
      debug: flags.debug === true,
      format: (flags.format as Launch['format'] | undefined) ?? 'text',
      ...(typeof flags.color === 'string' ? { color: flags.color as 'auto' | 'always' | 'never' } : {}),
    });
  }

  /** The prompt with its template, if it has one; undefined when it was saved as one instead. */
  async function withTemplates(command: Command, prompt: { flags: Flags; parts: TypedPart[] }) {
    const { template, param, saveTemplate } = prompt.flags;
    if (template === undefined && param === undefined && saveTemplate === undefined) return prompt;
    const { readTemplated } = await import('./commands/templates.ts');
    const typedFlags = Object.fromEntries(
      Object.entries(prompt.flags).filter(([name]) => command.getOptionValueSource(name) === 'cli'),
    );
    return readTemplated({ ...prompt, typedFlags }, world.env, openFor(prompt.flags).note);
  }

  try {
    await program.parseAsync(rewriteOptionalValues(full), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, named ? first : 'ask');
  } finally {
    if (help) await io.stdout.write(help);
  }
}

/** Parts of a prompt; their order is read by prompt/parts, the values here are not used. */
function partOptions(command: Command): void {
  const group = 'Parts of the prompt, in the order typed:';
  const collect = (value: string, all: string[] | undefined) => [...(all ?? []), value];
  const add = (flag: string, help: string, hidden = false) =>
    command.addOption(new Option(flag, help).argParser(collect).helpGroup(group).hideHelp(hidden));
  add('-p, --prompt <text>', 'text, as a positional is');
  add('--text <text>', 'text', true);
  add('--prompt-file <file>', 'text from a file');
  add('-a, --attach <source>', 'media of any kind: a file, gs://, YouTube, data:');
  add('--attachment <source>', 'as --attach', true);
  add('-i, --input <source>', 'as --attach', true);
  add('-f, --file <source>', 'as --attach', true);
  add('--image <source>', 'an image');
  add('--audio <source>', 'a recording');
  add('--video <source>', 'a video');
  add('--document <source>', 'a PDF or text file');
  add('--pdf <source>', 'as --document', true);
  command.addOption(new Option('--no-stdin', 'ignore stdin').helpGroup(group));
}

/** What is asked for, how the answer is shown, and what to do instead of sending. */
function promptOptions(command: Command): void {
  const collect = (value: string, all: string[] | undefined) => [...(all ?? []), value];
  const group = (name: string, options: Option[]) => {
    for (const option of options) command.addOption(option.helpGroup(`${name}:`));
  };
  group('Request', [
    new Option('-s, --system <text>', 'system instruction, or @FILE'),
    new Option('--request <file>', 'start from a request.json; parts and flags are added to it'),
    new Option('-t, --template <name>', 'start from a saved prompt'),
    new Option('--param <key=value>', 'parameter of the template (repeat)').argParser(collect),
    new Option('--temperature <n>', 'sampling temperature'),
    new Option('--top-p <n>', 'nucleus sampling'),
    new Option('--top-k <n>', 'top-k sampling'),
    new Option('--max-output-tokens <n>', 'limit on the answer'),
    new Option('--stop <text>', 'stop sequence (repeat, at most 5)').argParser(collect),
    new Option('--candidates <n>', 'number of answers'),
    new Option('--seed <n>', 'seed for sampling'),
    new Option('--schema <schema>', "answer as JSON: JSON Schema, @FILE, or 'name, age int'"),
    new Option('--response-mime-type <type>', 'text/plain, application/json or text/x.enum'),
    new Option('--thinking <level>', 'off, minimal, low, medium, high, dynamic, or a number of tokens'),
    new Option('--media-resolution <level>', 'low, medium or high'),
    new Option('--safety <category=threshold>', 'such as hate-speech=none (repeat)').argParser(collect),
    new Option('--google-search', 'let the model search'),
    new Option('--code-execution', 'let the model run code at the service'),
    new Option('--url-context', 'let the model read the URLs of the prompt'),
    new Option('--cached-content <name>', 'cached content to start from'),
    new Option('--labels <key=value>', 'label for billing (repeat)').argParser(collect),
    new Option(
      '--set <path=json>',
      'any field of the request, such as generationConfig.seed=7 (repeat)',
    ).argParser(collect),
  ]);
  group('Functions', [
    new Option('--tools <@file>', 'function declarations; a call is printed as JSON'),
    new Option(
      '--tool <name=command>',
      'run a local command for a call: arguments as JSON on stdin (repeat)',
    ).argParser(collect),
    new Option('--tool-response <name=json>', 'answer a call with JSON or @FILE (repeat)').argParser(collect),
    new Option('--yes', 'run the commands of --tool without asking'),
    new Option('--max-tool-rounds <n>', 'how often calls are answered').default('10'),
  ]);
  group('Answer', [
    new Option('-o, --output <file>', 'write the answer to a file'),
    new Option('--output-dir <folder>', 'where images and recordings in the answer go'),
    new Option('--format <form>', 'text, json (the whole response) or jsonl (one chunk a line)')
      .choices(['text', 'json', 'jsonl'])
      .default('text'),
    new Option('--markdown <when>', 'render Markdown: auto (on a terminal), always, never').choices([
      'auto',
      'always',
      'never',
    ]),
    new Option('-x, --extract', 'only the first fenced code block'),
    new Option('--no-stream', 'ask for the answer in one piece'),
    new Option('--show-thoughts', 'the thinking, on stderr'),
    new Option('--sources', 'list sources and citations in a pipe too'),
    new Option('-u, --usage', 'tokens and time, on stderr'),
    new Option('-q, --quiet', 'no notes or spinner on stderr'),
    new Option('--debug', 'trace requests on stderr, secrets masked'),
  ]);
  group('Without sending', [
    new Option('--dry-run', 'print the JSON body; --dry-run=http adds method, URL and headers'),
    new Option('--dry-run-as <form>').choices(['body', 'http']).hideHelp(),
    new Option('--show <language>', 'print a program that sends the same: curl, python or node').choices([
      'curl',
      'python',
      'node',
    ]),
    new Option('--save-request <file>', 'write the request to a file that --request reads'),
    new Option('--save-template <name>', 'keep the prompt as a template'),
  ]);
}

function settingOptions(command: Command): void {
  for (const setting of Object.values<Setting>(SETTINGS)) {
    const option = new Option(setting.flag, setting.help).helpGroup(`${setting.group}:`);
    if (setting.choices) option.choices([...setting.choices]);
    if (setting.type === 'list') {
      option.argParser((value: string, all: string[] | undefined) => [...(all ?? []), value]);
    }
    command.addOption(option);
  }
}

function optionShapes(command: Command): OptionShape[] {
  return command.options.map((option) => ({
    long: (option.long ?? '').replace(/^--/, ''),
    short: option.short?.replace(/^-/, ''),
    takesValue: option.required,
  }));
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

function usageError(error: CommanderError, command: string | undefined): UsageError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = /Did you mean (.+)\?/.exec(suggestion ?? '')?.[1];
  return new UsageError(message, {
    hint: hint ? `did you mean ${hint}?` : `see: gemini ${command ?? ''} --help`.replace('  ', ' '),
  });
}

const EXAMPLES = {
  program: `
Examples:
  gemini "why is the sky blue"
  gemini ask --image scones.jpg "what is this"
  gemini ask -b emulator --image scones.jpg "what is this"     (no account needed)
`,
  ask: `
Examples:
  gemini ask "Before:" --image a.png "After:" --image b.png "What changed?"
  git diff | gemini ask "write a commit message"
  gemini ask --audio talk.mp3 "summarise" -o summary.txt --usage
  gemini ask -a gs://bucket/scones.jpg "what is this" --dry-run
  gemini ask --image receipt.jpg "read it" --schema 'shop, total float, currency'
  gemini ask "weather in Boston?" --tools @tools.json --tool 'get_weather=./weather.sh'
`,
  emulate: `
Examples:
  gemini emulate --port 8080
  GEMINI_EMULATOR_HOST=127.0.0.1:8080 gemini ask "hello"
`,
} as const;
