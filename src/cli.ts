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

/** The first word of a command line; any other word is a part of a question. */
const NAMES: ReadonlySet<string> = new Set([
  'ask',
  'tokens',
  'emulate',
  'files',
  'auth',
  'doctor',
  'config',
  'help',
]);

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

  const first = argv[0];
  const named = first !== undefined && (NAMES.has(first) || /^(-h|--help|-V|--version)$/.test(first));
  // Only the command that runs, or whose help is asked for, gets its options: to declare all of them takes 8 ms.
  const wanted = first === 'help' ? argv[1] : named ? first : 'ask';

  const ask = program
    .command('ask')
    .description('one prompt, one answer, streamed')
    .usage('[options] [part...]')
    .argument('[part...]', 'text; "-" is stdin')
    .addHelpText('after', EXAMPLES.ask);
  if (wanted === 'ask')
    for (const add of [partOptions, requestOptions, answerOptions, settingOptions]) add(ask);
  ask.action(async (_texts: string[], typed: Flags) => {
    const prompt = await withTemplates(ask, { flags: typed, parts: partsInOrder(rest, optionShapes(ask)) });
    if (!prompt) return;
    const { ask: run, readAskOptions } = await import('./commands/ask.ts');
    await run(openFor(prompt.flags), readAskOptions(prompt.flags, prompt.parts));
  });

  const tokens = program
    .command('tokens')
    .description('what a prompt would cost: an estimate, or what the service counts')
    .usage('[options] [part...]')
    .argument('[part...]', 'text; "-" is stdin')
    .addHelpText('after', EXAMPLES.tokens);
  if (wanted === 'tokens') {
    for (const add of [partOptions, tokensOptions, requestOptions, settingOptions]) add(tokens);
  }
  tokens.action(async (_texts: string[], typed: Flags) => {
    const prompt = await withTemplates(tokens, {
      flags: typed,
      parts: partsInOrder(rest, optionShapes(tokens)),
    });
    if (!prompt) return;
    const { tokens: run, readTokensOptions } = await import('./commands/tokens.ts');
    const options = readTokensOptions(prompt.flags, prompt.parts);
    await run(openFor(prompt.flags), options);
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

  fileCommands(program, wanted, openFor);
  setupCommands(program, wanted, openFor);

  program.helpCommand('help [command]', 'help on a command, or on: credentials, environment');

  if (first === undefined && io.stdin.isTTY) {
    await io.stdout.write(program.helpInformation() + EXAMPLES.program);
    return;
  }
  if (first === 'help' && argv[1] !== undefined && !NAMES.has(argv[1])) {
    const topic = (await import('./commands/help-topics.ts')).HELP_TOPICS[argv[1]];
    if (topic) return io.stdout.write(topic());
  }
  // `gemini "text"` and `gemini -p "text"` mean ask, since fingers type that.
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

/** Uploaded files, before any prompt uses them. */
function fileCommands(
  program: Command,
  wanted: string | undefined,
  openFor: (flags: Flags) => Context,
): void {
  const files = program
    .command('files')
    .description('upload files, and see or delete what was uploaded')
    .addHelpText('after', EXAMPLES.files);
  const add = (name: string, description: string, isDefault = false) => {
    const command = files
      .command(name, { isDefault })
      .description(description)
      .addOption(new Option('--format <form>', 'text or json').choices(['text', 'json']).default('text'))
      .addOption(new Option('-q, --quiet', 'no notes or progress on stderr'))
      .addOption(new Option('--debug', 'trace requests on stderr, secrets masked'));
    if (wanted === 'files') settingOptions(command);
    return command;
  };
  const upload = add('upload <file...>', 'upload files; prints what to name each by in a prompt (-a SOURCE)');
  upload.option('--mime <type>', 'what the files are, whatever their content says');
  upload.action(async (names: string[], flags: Flags) => {
    const { readFilesOptions, uploadFiles } = await import('./commands/files.ts');
    const options = readFilesOptions(flags);
    await uploadFiles(openFor(flags), names, options);
  });
  add('list', 'the files that were uploaded and have not expired', true).action(async (flags: Flags) => {
    const { listFiles, readFilesOptions } = await import('./commands/files.ts');
    await listFiles(openFor(flags), readFilesOptions(flags));
  });
  add('show <id>', 'what the service says of a file').action(async (id: string, flags: Flags) => {
    const { showFile } = await import('./commands/files.ts');
    await showFile(openFor(flags), id);
  });
  add('delete <id...>', 'delete uploaded files').action(async (ids: string[], flags: Flags) => {
    const { deleteFiles } = await import('./commands/files.ts');
    await deleteFiles(openFor(flags), ids);
  });
}

/** What is set, which credential is used, and whether it works. */
function setupCommands(
  program: Command,
  wanted: string | undefined,
  openFor: (flags: Flags) => Context,
): void {
  const format = () =>
    new Option('--format <form>', 'text or json').choices(['text', 'json']).default('text');
  const formatOf = (flags: Flags) => ({ format: flags.format as 'text' | 'json' });
  const debug = () => new Option('--debug', 'trace requests on stderr, secrets masked');

  const auth = program.command('auth').description('which credential is used, and why');
  const status = auth
    .command('status', { isDefault: true })
    .description('every place a credential may come from, and why it won or lost; nothing is sent')
    .addOption(format());
  if (wanted === 'auth') settingOptions(status);
  status.action(async (flags: Flags) => {
    const { authStatus } = await import('./commands/auth.ts');
    await authStatus(openFor(flags), formatOf(flags));
  });

  const doctor = program
    .command('doctor')
    .description('try everything a request needs, and name the first thing that fails')
    .addOption(format())
    .addOption(debug());
  if (wanted === 'doctor') settingOptions(doctor);
  doctor.action(async (flags: Flags) => {
    const command = await import('./commands/doctor.ts');
    await command.doctor(openFor(flags), formatOf(flags));
  });

  const config = program
    .command('config')
    .description('settings and named profiles')
    .addHelpText('after', EXAMPLES.config);
  const profile = () => new Option('--profile <name>', 'in this profile');
  const profileOf = (flags: Flags) => (typeof flags.profile === 'string' ? flags.profile : undefined);
  config
    .command('list', { isDefault: true })
    .description('every setting, and where its value came from')
    .addOption(format())
    .addOption(profile())
    .action(async (flags: Flags) => {
      const { listConfig } = await import('./commands/config.ts');
      await listConfig(openFor(flags), formatOf(flags));
    });
  config
    .command('get <key>')
    .description('the value of one setting')
    .addOption(profile())
    .action(async (key: string, flags: Flags) => {
      const { getConfig } = await import('./commands/config.ts');
      await getConfig(openFor(flags), key);
    });
  config
    .command('set <key> <value...>')
    .description('keep a setting in your file of settings')
    .addOption(profile())
    .action(async (key: string, values: string[], flags: Flags) => {
      const { changeConfig } = await import('./commands/config.ts');
      await changeConfig(openFor({}), { key, values, profile: profileOf(flags) });
    });
  config
    .command('unset <key>')
    .description('take a setting out of it')
    .addOption(profile())
    .action(async (key: string, flags: Flags) => {
      const { changeConfig } = await import('./commands/config.ts');
      await changeConfig(openFor({}), { key, values: undefined, profile: profileOf(flags) });
    });
  config
    .command('path')
    .description('where that file is')
    .action(async () => {
      const { printConfigPath } = await import('./commands/config.ts');
      await printConfigPath(openFor({}));
    });
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
  add('-a, --attach <source>', 'media of any kind: a file, folder, pattern, URL, gs://, YouTube, data:, "-"');
  add('--attachment <source>', 'as --attach', true);
  add('-i, --input <source>', 'as --attach', true);
  add('-f, --file <source>', 'as --attach', true);
  add('--image <source>', 'an image');
  add('--audio <source>', 'a recording');
  add('--video <source>', 'a video');
  add('--document <source>', 'a PDF or text file');
  add('--pdf <source>', 'as --document', true);
  for (const option of [
    new Option('--label', 'put "image 1:", "image 2:"… before the media'),
    new Option('--url-mode <mode>', 'web addresses: fetch them here, or pass them to the service').choices([
      'fetch',
      'pass',
    ]),
    new Option('--max-fetch-size <size>', 'largest medium that is fetched, such as 200MB (64MiB)'),
    new Option('--allow-private-urls', 'fetch from this machine and its network too'),
    new Option('--no-stdin', 'ignore stdin'),
  ]) {
    command.addOption(option.helpGroup(group));
  }
}

const collect = (value: string, all: string[] | undefined) => [...(all ?? []), value];

function addGroup(command: Command, name: string, options: Option[]): void {
  for (const option of options) command.addOption(option.helpGroup(`${name}:`));
}

/** What is asked for. */
function requestOptions(command: Command): void {
  addGroup(command, 'Request', [
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
    new Option('--tools <@file>', 'function declarations; a call is printed as JSON'),
    new Option('--no-limits', 'send also what is documented to be too much'),
  ]);
}

/** How the answer is asked for and shown, and what to do instead of sending. */
function answerOptions(command: Command): void {
  addGroup(command, 'Functions', [
    new Option(
      '--tool <name=command>',
      'run a local command for a call: arguments as JSON on stdin (repeat)',
    ).argParser(collect),
    new Option('--tool-response <name=json>', 'answer a call with JSON or @FILE (repeat)').argParser(collect),
    new Option('--yes', 'run the commands of --tool without asking'),
    new Option('--max-tool-rounds <n>', 'how often calls are answered').default('10'),
  ]);
  addGroup(command, 'Answer', [
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
  addGroup(command, 'Without sending', [
    new Option('--dry-run', 'print the JSON body; --dry-run=http adds method, URL and headers'),
    new Option('--dry-run-as <form>').choices(['body', 'http']).hideHelp(),
    new Option('--show <language>', 'print a program that sends the same: curl, python or node').choices([
      'curl',
      'python',
      'node',
    ]),
    new Option('--plan', 'a table of what would be sent: parts, sizes, tokens, limits'),
    new Option('--max-tokens-in <n>', 'send nothing that is estimated to have more tokens'),
    new Option('--save-request <file>', 'write the request to a file that --request reads'),
    new Option('--save-template <name>', 'keep the prompt as a template'),
  ]);
}

function tokensOptions(command: Command): void {
  addGroup(command, 'Count', [
    new Option('--exact', 'ask the service to count'),
    new Option('--format <form>', 'text or json').choices(['text', 'json']).default('text'),
    new Option('-q, --quiet', 'the number alone'),
    new Option('--debug', 'trace requests on stderr, secrets masked'),
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
  gemini ask -b vertex -a gs://bucket/scones.jpg "what is this" --dry-run
  gemini ask --image receipt.jpg "read it" --schema 'shop, total float, currency'
  gemini ask "weather in Boston?" --tools @tools.json --tool 'get_weather=./weather.sh'
`,
  tokens: `
Examples:
  gemini tokens --video talk.mp4 "summarise"
  gemini tokens -q --image receipt.jpg "read it"
  gemini tokens --exact -a report.pdf "what is new in it"
`,
  files: `
Examples:
  gemini files upload talk.mp4                                  (prints files/ID)
  gemini ask -a files/ID "summarise"
  gemini files upload --upload-to gs://my-bucket/talks *.mp4
  gemini files list
`,
  config: `
Examples:
  gemini config set model gemini-3.1-pro-preview
  gemini config set --profile work project my-project
  gemini config set profile work
`,
  emulate: `
Examples:
  gemini emulate --port 8080
  GEMINI_EMULATOR_HOST=127.0.0.1:8080 gemini ask "hello"
`,
} as const;
