/** A JSON object of any shape. */
export type Fields = Record<string, unknown>;

/** A JSON object, not an array. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Says nothing: null, '', [], {} and what is not there. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
}

/**
 * The fields of one object, gathered from many that mostly have the same names in the same order, as the chunks of a
 * stream do: a field is looked for at the place it has in its own object first. That takes half the time of an object
 * with computed names, and a field named `__proto__` is one like any other.
 */
export class FieldFold {
  readonly #names: string[] = [];
  readonly #values: unknown[] = [];

  /** Where the field stands, or -1. */
  find(name: string, place: number): number {
    return this.#names[place] === name ? place : this.#names.indexOf(name);
  }

  at(index: number): unknown {
    return index === -1 ? undefined : this.#values[index];
  }

  /** Sets the field at `index`, or a new one (-1). */
  set(index: number, name: string, value: unknown): void {
    if (index !== -1) {
      this.#values[index] = value;
    } else {
      this.#names.push(name);
      this.#values.push(value);
    }
  }

  /** Sets the field unless it has a value and the new one says nothing. */
  update(index: number, name: string, value: unknown): void {
    if (index === -1 || typeof value === 'number' || !isEmpty(value)) this.set(index, name, value);
  }

  /** Updates all fields of an object. */
  merge(source: Fields): this {
    let place = 0;
    for (const name in source) {
      this.update(this.find(name, place), name, source[name]);
      place += 1;
    }
    return this;
  }

  /** As merge, but lists are appended; `take` tells whether an item is to be added. */
  append(source: Fields, take: (item: unknown) => boolean = () => true): this {
    for (const [name, value] of Object.entries(source)) {
      const index = this.find(name, -1);
      const before = this.at(index);
      if (!Array.isArray(value)) {
        this.update(index, name, value);
        continue;
      }
      const list: unknown[] = Array.isArray(before) ? before : [];
      for (const item of value) if (take(item)) list.push(item);
      this.set(index, name, list);
    }
    return this;
  }

  /** A new object; folds among the values become objects too. */
  toObject(): Fields {
    return Object.fromEntries(this.#names.map((name, index) => [name, unfold(this.#values[index])]));
  }
}

function unfold(value: unknown): unknown {
  return value instanceof FieldFold ? value.toObject() : value;
}
