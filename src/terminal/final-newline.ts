import type { TextStage } from './text-stage.ts';

/**
 * Lets a text end in exactly one newline: line ends at the end of a piece wait until more text follows. A text that
 * ends in CRLF keeps its CR; an empty text stays empty.
 */
export function createFinalNewline(): TextStage {
  let held = '';
  let empty = true;
  return {
    push(text) {
      if (text === '') return '';
      empty = false;
      const whole = held + text;
      const end = lineEndsFrom(whole);
      held = whole.slice(end);
      return whole.slice(0, end);
    },
    end() {
      const rest = held;
      held = '';
      if (empty) return '';
      // A last CR without its LF is not a line end but a character of the text.
      if (rest.endsWith('\r')) return `${rest}\n`;
      return rest.startsWith('\r\n') ? '\r\n' : '\n';
    },
  };
}

/** Where the line ends at the end of the text begin, with a CR that may still become one. */
function lineEndsFrom(text: string): number {
  let end = text.endsWith('\r') ? text.length - 1 : text.length;
  while (text[end - 1] === '\n') end -= text[end - 2] === '\r' ? 2 : 1;
  return end;
}
