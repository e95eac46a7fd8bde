/** A line that begins with "/" and a word is a command; "//" and " /" begin text. */
const COMMAND = /^\/([a-z?][\w-]*)(?:\s+([\s\S]*))?$/i;

export function isSlashCommand(line: string): boolean {
  return COMMAND.test(line.trimEnd());
}

/** The name and the rest of a command's line. */
export function readSlashLine(line: string): { name: string; rest: string } {
  const [, name = '', rest = ''] = COMMAND.exec(line.trimEnd()) ?? [];
  return { name: name.toLowerCase(), rest: rest.trim() };
}

/** What is sent of a line that is no command: of "//" at its start one stroke, of " /" the space is taken away. */
export function textOfLine(line: string): string {
  if (line.startsWith('//')) return line.slice(1);
  return /^\s+\//.test(line) ? line.trimStart() : line;
}

/**
 * The words of a command, as a shell reads them: parted by spaces, with quotes around spaces and a backslash before
 * one. On Windows a backslash parts the folders of a path.
 */
export function wordsOf(rest: string, platform: string = process.platform): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < rest.length; index++) {
    const character = rest[index] ?? '';
    const next = rest[index + 1];
    if (character === '\\' && platform !== 'win32' && quote !== "'" && next !== undefined) {
      word = (word ?? '') + next;
      index++;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
