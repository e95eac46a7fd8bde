import { type Command, Option } from 'commander';
import { SETTINGS, type Setting } from '../config/settings.ts';
import type { OptionShape } from '../prompt/parts.ts';

/** Options that several commands have. */

/** For an option that may be given again: all its values, in order. */
export const collect = (value: string, all: string[] | undefined): string[] => [...(all ?? []), value];

/** Adds options under a heading of the help page. */
export function addGroup(command: Command, name: string, options: readonly Option[]): void {
  for (const option of options) command.addOption(option.helpGroup(`${name}:`));
}

/** Parts of a prompt; their order is read by prompt/parts, the values here are not used. */
export function partOptions(command: Command): void {
  const group = 'Parts of the prompt, in the order typed:';
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

/** What is asked for. */
export function requestOptions(command: Command): void {
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

/** How the answer is asked for and shown. */
export function answerOptions(command: Command): void {
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
}

/** What to do instead of sending. */
export function previewOptions(command: Command): void {
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

/** The option of commands that print JSON on request. */
export const formatOption = (): Option =>
  new Option('--format <form>', 'text or json').choices(['text', 'json']).default('text');

export const debugOption = (): Option => new Option('--debug', 'trace requests on stderr, secrets masked');

/** Every setting as a flag. */
export function settingOptions(command: Command): void {
  for (const setting of Object.values<Setting>(SETTINGS)) {
    const option = new Option(setting.flag, setting.help).helpGroup(`${setting.group}:`);
    if (setting.choices) option.choices([...setting.choices]);
    if (setting.type === 'list') {
      option.argParser(collect);
    }
    command.addOption(option);
  }
}

/** What commander knows of the options, as prompt/parts needs it. */
export function optionShapes(command: Command): OptionShape[] {
  return command.options.map((option) => ({
    long: (option.long ?? '').replace(/^--/, ''),
    short: option.short?.replace(/^-/, ''),
    takesValue: option.required,
  }));
}
