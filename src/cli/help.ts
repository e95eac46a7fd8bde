import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { TOPICS } from './topics.ts';

/** The word for the manual page, which is a topic that needs every command declared. */
export const MANUAL = 'man';

/**
 * `gemini help WORD...`: the page of a topic, of a command or of one of its own commands; without a word, the first page.
 * Pages of commands are written where the program writes its help.
 * @returns the text of any other page
 * @throws UsageError for what is none of them, with what was probably meant
 */
export async function helpOn(words: readonly string[], program: Command): Promise<string | undefined> {
  const [first] = words;
  if (first === MANUAL) {
    const { manualPage } = await import('./manual-page.ts');
    return manualPage(program);
  }
  const topic = first !== undefined && Object.hasOwn(TOPICS, first) ? TOPICS[first] : undefined;
  if (topic) return topic.text();
  let command = program;
  for (const word of words) {
    const next = commandNamed(command, word);
    if (!next) throw unknownWord(command, word);
    command = next;
  }
  command.outputHelp();
  return undefined;
}

/**
 * Commander would take the word for an argument of the command that is meant without a name.
 * @throws UsageError when the word after a command of several is none of them
 */
export function checkSubcommand(command: Command, word: string | undefined): void {
  if (word === undefined || word.startsWith('-')) return;
  if (word === 'help' || commandNamed(command, word)) return;
  throw unknownWord(command, word);
}

function commandNamed(command: Command, word: string): Command | undefined {
  return command.commands.find((each) => each.name() === word || each.aliases().includes(word));
}

function unknownWord(command: Command, word: string): UsageError {
  const names = command.commands.map((each) => each.name());
  const top = command.parent === null;
  const near = nearest(word, top ? [...names, ...Object.keys(TOPICS), MANUAL] : names);
  const where = top ? 'gemini help' : `gemini ${command.name()}`;
  return new UsageError(`${where}: there is no ${top ? 'command or topic' : 'command'} "${word}"`, {
    hint: near
      ? `did you mean ${near}?`
      : `there is ${names.join(', ')}${top ? ' and more: gemini help' : ''}`,
  });
}
