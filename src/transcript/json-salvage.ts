/** What is left of JSON that a model wrote. */
export type Source = {
  /** The first value of the text, when it is whole and sound. */
  value?: unknown;
  /** Otherwise every object that is whole, in order of their ends, with how many it is in. */
  objects: { value: Record<string, unknown>; depth: number }[];
  /** The strings named outside of the innermost objects, such as a summary. */
  rest: Record<string, unknown>;
  /** False when something is missing or is not sound. */
  whole: boolean;
};

/**
 * Reads a text that begins with JSON. What breaks off keeps all that was whole before; an object that is not sound JSON
 * (quotation marks or line breaks within strings, commas too many, single quotes) is read by its names. Linear.
 */
export function wholeObjects(text: string): Source {
  const { ranges, end } = scan(text);
  const value = end === undefined ? undefined : parsed(text.slice(0, end));
  if (value !== undefined && !isLineOfMany(text, end)) return { value, objects: [], rest: {}, whole: true };
  const objects = ranges.flatMap(({ from, to, depth, flat }) => {
    const piece = text.slice(from, to);
    const found = parsed(piece) ?? (flat ? byNames(piece) : undefined);
    return isObject(found) ? [{ value: found, depth }] : [];
  });
  const outside = outsideOf(text, ranges);
  return { objects, rest: byNames(outside), whole: /^[\s,[\]]*$/.test(outside) };
}

type Range = { from: number; to: number; depth: number; flat: boolean };

/** Where objects begin and end, and where the first value ends. A line that looks like JSON again ends a string that was not. */
function scan(text: string): { ranges: Range[]; end?: number } {
  const open: { from: number; brace: boolean; flat: boolean }[] = [];
  const ranges: Range[] = [];
  let inString = false;
  let end: number | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"' || (character === '\n' && /^\s*["{}[\]]/.test(text.slice(at, at + 80)))) {
        inString = false;
      }
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      const outer = open.at(-1);
      if (outer) outer.flat = false;
      open.push({ from: at, brace: character === '{', flat: true });
    } else if (character === '}' || character === ']') {
      // A bracket that is missing does not keep the objects around it from ending.
      const near = open.slice(-NEAR).findLastIndex(({ brace }) => brace === (character === '}'));
      const index = Math.max(0, open.length - NEAR) + near;
      const closed = near === -1 ? undefined : open[index];
      if (!closed) continue;
      open.length = index;
      if (closed.brace) ranges.push({ from: closed.from, to: at + 1, depth: index, flat: closed.flat });
      if (index === 0) end ??= at + 1;
    }
  }
  return { ranges, ...(end === undefined ? {} : { end }) };
}

/** A transcript has few levels; more are not looked through for the beginning that belongs to an end. */
const NEAR = 20;

/** The text without the objects that are whole; `ranges` are in order of their ends. */
function outsideOf(text: string, ranges: readonly Range[]): string {
  const pieces: string[] = [];
  let before = text.length;
  for (const { from, to } of ranges.toReversed()) {
    if (to > before) continue;
    pieces.push(text.slice(to, before));
    before = from;
  }
  pieces.push(text.slice(0, before));
  return pieces.toReversed().join('');
}

/** JSON Lines: the first value is only the first line of many. */
function isLineOfMany(text: string, end: number | undefined): boolean {
  return text[0] === '{' && /^\s*,?\s*\{/.test(text.slice(end, (end ?? 0) + 50));
}

/** The fields of an object as far as their names show them. */
function byNames(text: string): Record<string, unknown> {
  const names = [...text.matchAll(/(?:^|[{,\n])\s*(["'])([A-Za-z_]{1,40})\1\s*:\s*/g)];
  return Object.fromEntries(
    names.map(({ 0: whole, 2: name = '', index }, at) => {
      const value = text.slice(index + whole.length, names[at + 1]?.index ?? text.length);
      return [name, looseValue(value.replace(/[\s,}\]]*$/, ''))];
    }),
  );
}

function looseValue(text: string): unknown {
  const value = parsed(text);
  if (value !== undefined) return value;
  const [, , inner] = /^(["'])([\s\S]*)\1$/.exec(text) ?? [];
  return inner?.replace(/\\n/g, '\n').replace(/\\(["'\\/])/g, '$1');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
