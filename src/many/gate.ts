import type { Pace, Started } from './pace.ts';

/** Where all requests of a run wait for their turn, by one pace: a refusal of one holds all of them. */
export type Gate = {
  /**
   * Waits for a turn, which must be given back with one of the methods below.
   * @param again a second try goes before those who have not been asked yet
   * @throws the reason of `close`
   */
  enter(again: boolean): Promise<Started>;
  answered(turn: Started, tokens: number | undefined): void;
  refused(turn: Started, retryAfterMs: number | undefined): void;
  failed(turn: Started): void;
  /** Sends everybody away who waits or comes. Those whose turn it is are not touched. */
  close(reason: unknown): void;
  readonly pace: Pick<Pace, 'limit' | 'fruitless'>;
};

type Waiting = { resolve(turn: Started): void; reject(reason: unknown): void };

export function createGate(pace: Pace, now: () => number): Gate {
  const first: Waiting[] = [];
  const others: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed: { readonly reason: unknown } | undefined;

  const admit = () => {
    clearTimeout(timer);
    timer = undefined;
    while (first.length + others.length > 0) {
      const wait = pace.waitMs(now());
      if (wait > 0) {
        // Until one has ended there is nothing to wait for by the clock.
        if (Number.isFinite(wait)) timer = setTimeout(admit, Math.ceil(wait));
        return;
      }
      (first.shift() ?? others.shift())?.resolve(pace.start(now()));
    }
  };
  return {
    pace,
    enter: (again) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(closed.reason);
        (again ? first : others).push({ resolve, reject });
        admit();
      }),
    answered(turn, tokens) {
      pace.answered(turn, tokens);
      admit();
    },
    refused(turn, retryAfterMs) {
      pace.refused(turn, now(), retryAfterMs);
      admit();
    },
    failed(turn) {
      pace.failed(turn);
      admit();
    },
    close(reason) {
      closed ??= { reason };
      clearTimeout(timer);
      for (const { reject } of [...first.splice(0), ...others.splice(0)]) reject(reason);
    },
  };
}
