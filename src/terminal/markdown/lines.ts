/** What a line of Markdown begins, seen for itself. */
export type LineKind =
  | { readonly kind: 'blank' | 'heading' | 'rule' | 'quote' | 'table' | 'indented' | 'text' }
  /** The expression its closing line matches. */
  | { readonly kind: 'fence'; readonly closing: RegExp }
  /** The columns to which its further lines are indented; whether it may stand right below a paragraph. */
  | { readonly kind: 'item'; readonly indent: number; readonly interrupts: boolean };

const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const HEADING = /^ {0,3}#{1,6}(?:\s|$)/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const ITEM = /^( {0,3}(?:[-+*]|(\d{1,9})[.)]))( {1,4}(?=\S)| |$)/;

/** @param line without its newline */
export function kindOfLine(line: string): LineKind {
  if (line.trim() === '') return { kind: 'blank' };
  const fence = FENCE.exec(line)?.[1];
  if (fence) return { kind: 'fence', closing: new RegExp(`^ {0,3}${fence[0]}{${fence.length},}\\s*$`) };
  if (HEADING.test(line)) return { kind: 'heading' };
  if (RULE.test(line)) return { kind: 'rule' };
  const item = ITEM.exec(line);
  if (item) {
    const [whole, marker = '', number, space] = item;
    const interrupts = whole.length < line.length && (number === undefined || number === '1');
    return { kind: 'item', indent: marker.length + (space?.length || 1), interrupts };
  }
  if (/^ {0,3}>/.test(line)) return { kind: 'quote' };
  if (/^ {0,3}\|/.test(line)) return { kind: 'table' };
  return { kind: /^(?: {4}| {0,3}\t)/.test(line) ? 'indented' : 'text' };
}

/** Whether a line of which only this is there will be text, whatever follows. */
export function isCertainlyText(start: string): boolean {
  return CERTAINLY_TEXT.test(start);
}

const CERTAINLY_TEXT = new RegExp(
  `^ {0,3}(?:${[
    '[^\\s#>*+_~`|\\d-]',
    '#{1,6}[^\\s#]|#{7}',
    '\\*{1,2}[^\\s*]|_{1,2}[^\\s_]|-{1,2}[^\\s-]|\\+\\S',
    '`{1,2}[^`]|~{1,2}[^~]',
    '\\d{1,9}(?:[^\\d.)]|[.)]\\S)|\\d{10}',
  ].join('|')})`,
);

/** Columns of white space a line begins with; a tab goes to the next multiple of four. */
export function indentOf(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === ' ') columns += 1;
    else if (character === '\t') columns += 4 - (columns % 4);
    else break;
  }
  return columns;
}
