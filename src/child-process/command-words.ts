/** Blanks; '...'; "..."; a backslash with its character; anything else. */
const TOKEN = /([ \t\r\n]+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^ \t\r\n'"\\]+)/uy;

/**
 * The words of a command as a POSIX shell parts them: by blanks outside quotes; `'...'` is literal; a backslash takes
 * the next character literally, within `"..."` only before `$`, a backquote, `"` and `\`; before a line end both
 * vanish. Nothing else of a shell: `$`, `|`, `>`, `*`, `~`, `#` and backquotes are characters like any other.
 * @param fail makes the error for a quote that does not end, or a backslash at the end
 */
export function commandWords(command: string, fail: (problem: string) => Error): string[] {
  const words: string[] = [];
  // Undefined between words: '' is a word without characters.
  let word: string | undefined;
  let position = 0;
  while (position < command.length) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(command);
    if (match === null) {
      const sign = command[position];
      throw fail(sign === '\\' ? 'ends in a backslash' : `has a ${sign} that is not closed`);
    }
    const [token, blank, single, double, escaped, plain] = match;
    position += token.length;
    if (blank !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (escaped !== '\n') {
      word = (word ?? '') + (single ?? double?.replace(ESCAPE, unescaped) ?? escaped ?? plain ?? '');
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** The escapes within "...". */
const ESCAPE = /\\([$`"\\\n])/g;

function unescaped(_escape: string, character: string): string {
  return character === '\n' ? '' : character;
}
