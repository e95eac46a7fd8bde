import { printParseErrorCode, visit } from 'jsonc-parser';

export type JsonObject = { [key: string]: unknown };

/** A list or object inside another counts as one level; as deep as protobuf's own JSON reader goes. */
const MAX_DEPTH = 100;

/**
 * Reads JSON as people write it in request files: a byte order mark, comments and trailing commas are fine.
 * `fail` makes the error for what is not: `where` is line:column, both from 1. A key `__proto__` is data like any other.
 */
export function parseLenientJson(text: string, fail: (where: string, problem: string) => Error): unknown {
  const open: Container[] = [];
  let root: unknown;
  const add = (value: unknown) => {
    const container = open.at(-1);
    if (container === undefined) root = value;
    else if ('list' in container) container.list.push(value);
    else define(container.object, container.key, value);
  };
  const begin = (container: Container, value: unknown, line: number, column: number) => {
    add(value);
    open.push(container);
    // The parser calls itself for each level: stopping here also keeps it from running out of stack.
    if (open.length > MAX_DEPTH)
      throw fail(`${line + 1}:${column + 1}`, `nested more than ${MAX_DEPTH} levels deep`);
  };
  visit(
    text.charCodeAt(0) === 0xfeff ? text.slice(1) : text,
    {
      onObjectBegin: (_offset, _length, line, column) => {
        const object: JsonObject = {};
        begin({ object, key: '' }, object, line, column);
      },
      onObjectProperty: (key) => {
        const container = open.at(-1);
        if (container !== undefined && 'object' in container) container.key = key;
      },
      onArrayBegin: (_offset, _length, line, column) => {
        const list: unknown[] = [];
        begin({ list }, list, line, column);
      },
      onObjectEnd: () => open.pop(),
      onArrayEnd: () => open.pop(),
      onLiteralValue: (value: unknown, _offset, _length, line, column) => {
        if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
          throw fail(`${line + 1}:${column + 1}`, 'the number is too large');
        }
        add(value);
      },
      onError: (error, _offset, _length, line, column) => {
        throw fail(`${line + 1}:${column + 1}`, problemInWords(printParseErrorCode(error)));
      },
    },
    { allowTrailingComma: true },
  );
  return root;
}

/** True for what JSON calls an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Container = { list: unknown[] } | { object: JsonObject; key: string };

function define(object: JsonObject, key: string, value: unknown): void {
  // A plain assignment to __proto__ would set the prototype.
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}

function problemInWords(code: string): string {
  return PROBLEMS[code] ?? 'this is not JSON';
}

const PROBLEMS: Readonly<Record<string, string>> = {
  PropertyNameExpected: 'a name in double quotes is expected',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a colon is expected',
  CommaExpected: 'a comma is expected',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'something follows the end of the JSON',
  UnexpectedEndOfComment: 'the comment does not end',
  UnexpectedEndOfString: 'the text does not end on its line',
  UnexpectedEndOfNumber: 'the number is not complete',
  InvalidUnicode: 'a \\u needs four hexadecimal digits',
  InvalidEscapeCharacter: 'there is no such escape',
  InvalidCharacter: 'a control character must be escaped',
};
