/** Fields of JSON objects while they are gathered. */
export type Fields = Record<string, unknown>;

/** Says nothing: null, '', [], {} and what is not there. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
}

/** A JSON object, not an array. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Sets one field of `target`: the later value wins, unless it says nothing.
 * A field named `__proto__` would set the prototype instead, so it is dropped.
 */
export function setField(target: Fields, name: string, value: unknown): void {
  if (name === '__proto__') return;
  if (target[name] === undefined || !isEmpty(value)) target[name] = value;
}

/** Sets all fields of `source` in `target`, which must be the fold's own object; gives `target`. */
export function mergeInto(target: Fields, source: Fields): Fields {
  for (const name in source) {
    const value = source[name];
    // Counts, most of what is merged, need no further question.
    if (typeof value === 'number') target[name] = value;
    else setField(target, name, value);
  }
  return target;
}

/**
 * As mergeInto, but lists are appended to the fold's own lists.
 * @param take whether an item is to be added
 */
export function appendInto(
  target: Fields,
  source: Fields,
  take: (item: unknown) => boolean = () => true,
): Fields {
  for (const name in source) {
    const value = source[name];
    if (!Array.isArray(value)) {
      setField(target, name, value);
      continue;
    }
    const before = target[name];
    const list: unknown[] = Array.isArray(before) ? before : [];
    for (const item of value) if (take(item)) list.push(item);
    setField(target, name, list);
  }
  return target;
}
