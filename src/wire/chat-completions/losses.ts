/** Something that the other language has no word for: left out, unless `instead` says what is sent in its place. */
export type Loss = { readonly what: string; readonly instead?: string };

/** Gathers what is lost on the way from one language to the other; each thing once. */
export class Losses {
  readonly #found = new Map<string, Loss>();

  leftOut(what: string): void {
    this.#found.set(what, { what });
  }

  changed(what: string, instead: string): void {
    this.#found.set(what, { what, instead });
  }

  list(): Loss[] {
    return [...this.#found.values()];
  }
}

/** The losses as lines for a person: what is left out in one line, and one for each change. */
export function lossLines(losses: readonly Loss[], receiver: string): string[] {
  const leftOut = losses.filter(({ instead }) => instead === undefined).map(({ what }) => what);
  return [
    ...(leftOut.length > 0 ? [`not sent, since ${receiver} has no word for it: ${leftOut.join(', ')}`] : []),
    ...losses.flatMap(({ what, instead }) =>
      instead === undefined ? [] : [`${what} is sent to ${receiver} as ${instead}`],
    ),
  ];
}
