import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Columns that plain text takes on a terminal: wide characters and emoji are two, combining marks none. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The text, or as much of it as fits with an ellipsis. @param columns at least 1 */
export function cutToWidth(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  return `${splitAtWidth(text, columns - 1)[0]}…`;
}

/** As many whole graphemes as fit, and the rest; the first grapheme is taken even if it is too wide. */
export function splitAtWidth(text: string, columns: number): [head: string, rest: string] {
  let width = 0;
  let index = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > columns && index > 0) break;
    index += segment.length;
  }
  return [text.slice(0, index), text.slice(index)];
}
