/**
 * Levels of lists and objects in one another. Protobuf's own readers stop at 100; JSON.stringify, and whatever walks a
 * value by calling itself, runs out of stack after some thousands.
 */
export const MOST_JSON_LEVELS = 1000;

/** Whether a JSON text is nested deeper than anything may be that is read here; what is no JSON may be called either. */
export function isNestedTooDeep(json: string): boolean {
  // Every level has two ends.
  if (json.length <= 2 * MOST_JSON_LEVELS) return false;
  let level = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) at = endOfString(json, at);
    else if (character === LIST || character === OBJECT) {
      level += 1;
      if (level > MOST_JSON_LEVELS) return true;
    } else if (character === LIST_END || character === OBJECT_END) level -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, LIST, LIST_END, OBJECT, OBJECT_END] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}
