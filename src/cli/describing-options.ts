import { type Command, Option } from 'commander';
import { addGroup, collect } from './options.ts';

/** Which inputs there are and what is asked of each: `describe`, and `batch` for many. */
export function describingOptions(command: Command): void {
  addGroup(command, 'Inputs', [
    new Option('--files-from <file>', 'names from a file, one a line; "-" is stdin'),
    new Option('-0, --null', 'names in that file end with NUL'),
    new Option('--group <n>', 'so many inputs in one request').default('1'),
    new Option('--url-mode <mode>', 'web addresses: fetch them here, or pass them to the service').choices([
      'fetch',
      'pass',
    ]),
    new Option('--max-fetch-size <size>', 'largest medium that is fetched, such as 200MB (64MiB)'),
    new Option('--allow-private-urls', 'fetch from this machine and its network too'),
  ]);
  addGroup(command, 'Question', [
    new Option('-p, --prompt <text>', 'what to ask in place of a description (repeat)').argParser(collect),
    new Option('--prompt-file <file>', 'the same from a file').argParser(collect),
    new Option('--alt-text', 'a text alternative, for people who cannot see or hear it'),
    new Option('--language <name>', 'language of the answer, such as de or German'),
    new Option('--length <length>', 'short, medium or long').choices(['short', 'medium', 'long']),
  ]);
}
