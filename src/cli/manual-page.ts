import type { Command, Option } from 'commander';
import { VERSION } from '../version.ts';
import { TOPICS } from './topics.ts';

/** The commands of a program with a declaration each, outermost first; those of `help` are made by commander. */
type Entry = { readonly path: string; readonly command: Command };

/**
 * The manual page, in the language of man(7), from the declarations and the topics of `gemini help`.
 * @param program with every command declared
 */
export async function manualPage(program: Command): Promise<string> {
  const entries = program.commands.flatMap((command) => entriesOf(command, 'gemini'));
  const shared = sharedOptions(entries);
  const lines = [
    `.TH GEMINI 1 "" "gemini-prompt ${VERSION}" "User commands"`,
    '.SH NAME',
    `gemini \\- ${escaped(decapitalized(program.description()))}`,
    '.SH SYNOPSIS',
    '.B gemini',
    '[\\fIcommand\\fR] [\\fIoptions\\fR] [\\fIpart\\fR...]',
    '.SH DESCRIPTION',
    'Without a command, the words are a prompt as of',
    '.BR "gemini ask" .',
    'Each command is explained by',
    '.BR "gemini help" " \\fIcommand\\fR,"',
    'with examples.',
    '.SH COMMANDS',
    ...entries.flatMap((entry) => commandLines(entry, shared)),
    '.SH "OPTIONS OF SEVERAL COMMANDS"',
    ...sharedLines(shared),
  ];
  for (const [name, { description, text }] of Object.entries(TOPICS)) {
    lines.push(`.SH ${escaped(name.toUpperCase())}`, `${escaped(capitalized(description))}.`, '.PP', '.nf');
    lines.push(...(await text()).trimEnd().split('\n').map(textLine), '.fi');
  }
  lines.push('.SH "SEE ALSO"', '.BR curl (1),', '.BR gcloud (1)');
  return `${lines.join('\n')}\n`;
}

function entriesOf(command: Command, above: string): Entry[] {
  const path = `${above} ${command.name()}`;
  return [{ path, command }, ...command.commands.flatMap((inner) => entriesOf(inner, path))];
}

/** Options that at least two commands have in the same words: they stand once. */
function sharedOptions(entries: readonly Entry[]): ReadonlyMap<string, Option> {
  const seen = new Map<string, { option: Option; times: number }>();
  for (const { command } of entries) {
    for (const option of visible(command)) {
      const key = keyOf(option);
      seen.set(key, { option, times: (seen.get(key)?.times ?? 0) + 1 });
    }
  }
  return new Map(
    [...seen].flatMap(([key, { option, times }]) => (times > 1 ? [[key, option] as const] : [])),
  );
}

function commandLines({ path, command }: Entry, shared: ReadonlyMap<string, Option>): string[] {
  const options = visible(command);
  const own = options.filter((option) => !shared.has(keyOf(option)));
  const others = options.filter((option) => shared.has(keyOf(option)));
  const usage = command.commands.length > 0 ? 'command' : command.usage().replace('[options]', '').trim();
  return [
    `.SS "${quoted(`${path} ${usage}`.trim())}"`,
    `${escaped(capitalized(command.description()))}.`,
    ...own.flatMap(optionLines),
    ...(others.length > 0
      ? [
          '.PP',
          `Options explained below: ${others.map(({ long, short }) => escaped(long ?? short ?? '')).join(', ')}.`,
        ]
      : []),
  ];
}

function visible(command: Command): Option[] {
  const options = command.createHelp().visibleOptions(command);
  return options.filter(({ long }) => long !== '--help');
}

function keyOf({ flags, description }: Option): string {
  return `${flags}\0${description}`;
}

/** By the headings that they have on help pages. */
function sharedLines(shared: ReadonlyMap<string, Option>): string[] {
  const groups = new Map<string, Option[]>();
  for (const option of shared.values()) {
    const heading = option.helpGroupHeading?.replace(/:$/, '') ?? 'General';
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  return [...groups].flatMap(([heading, options]) => [
    `.SS "${quoted(heading)}"`,
    ...options.flatMap(optionLines),
  ]);
}

function optionLines({ flags, description, argChoices = [], defaultValue }: Option): string[] {
  const extra = [
    argChoices.every((choice) => description.includes(choice)) ? '' : `one of ${argChoices.join(', ')}`,
    typeof defaultValue === 'string' ? `${defaultValue} unless set` : '',
  ].filter(Boolean);
  const about = extra.length > 0 ? `${description} (${extra.join('; ')})` : description;
  return ['.TP', `.B "${quoted(flags)}"`, textLine(about)];
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const decapitalized = (text: string) => (text.charAt(0).toLowerCase() + text.slice(1)).replace(/\.$/, '');

/** Text as troff takes it: a dash is a minus, as it is typed, and what is not ASCII goes by its number. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[^\x20-\x7e]/gu, (character) => {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
      return `\\[u${code.padStart(4, '0')}]`;
    });
}

/** The argument of a request, which stands in quotes. */
function quoted(text: string): string {
  return escaped(text).replaceAll('"', '\\(dq');
}

/** A line that cannot be taken for a request. */
function textLine(line: string): string {
  return /^[.']/.test(line) ? `\\&${escaped(line)}` : escaped(line);
}
