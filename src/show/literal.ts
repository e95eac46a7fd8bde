import { type ByteSource, isByteSource } from '../byte-source.ts';

/** How a language writes the values of JSON. */
export type Syntax = {
  key(name: string): string;
  readonly null: string;
  readonly true: string;
  readonly false: string;
  /** After the last member of a list or object that takes several lines. */
  readonly trailingComma: '' | ',';
  /** Within the braces of an object on one line. */
  readonly padding: '' | ' ';
  /** Spaces of one level. */
  readonly indent: number;
  /** Stands for the bytes of a file. */
  source(source: ByteSource): string;
};

/** Code that stands in a literal as it is. */
export class Expression {
  readonly code: string;
  constructor(code: string) {
    this.code = code;
  }
}

/** Longest list or object that stays on one line, its indentation not counted. */
const ONE_LINE = 88;

/** A value as source code; fields that are undefined are left out, as in JSON. */
export function printLiteral(value: unknown, syntax: Syntax, level = 0): string {
  if (value instanceof Expression) return value.code;
  if (isByteSource(value)) return syntax.source(value);
  if (value === null) return syntax.null;
  if (typeof value === 'boolean') return value ? syntax.true : syntax.false;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) {
    return gathered(
      '[',
      value.map((item) => printLiteral(item, syntax, level + 1)),
      ']',
      syntax,
      level,
    );
  }
  const members = Object.entries(value).flatMap(([name, inner]) =>
    inner === undefined ? [] : [`${syntax.key(name)}: ${printLiteral(inner, syntax, level + 1)}`],
  );
  return gathered('{', members, '}', syntax, level);
}

/**
 * A text in double quotes, with the escapes of JSON, which JavaScript and Python read alike. What a terminal or an
 * editor would act on, or show as something else, is escaped too: JSON.stringify leaves DEL, C1 and bidi marks.
 */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function gathered(open: string, members: readonly string[], close: string, syntax: Syntax, level: number) {
  if (members.length === 0) return open + close;
  const padding = open === '{' ? syntax.padding : '';
  const line = `${open}${padding}${members.join(', ')}${padding}${close}`;
  if (line.length <= ONE_LINE && !line.includes('\n')) return line;
  const inner = ' '.repeat(syntax.indent * (level + 1));
  const outer = ' '.repeat(syntax.indent * level);
  const lines = members.map((member) => `${inner}${member}`).join(',\n');
  return `${open}\n${lines}${syntax.trailingComma}\n${outer}${close}`;
}
