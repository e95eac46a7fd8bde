import { comparable } from './spoken-text.ts';
import type { Span } from './transcript.ts';

/** A token of a segment of a list. */
export type PlacedToken = {
  /** Index of the segment in its list, and of the token in its segment. */
  segment: number;
  token: number;
  text: string;
  speaker: string | undefined;
  /** Seconds. */
  middle: number;
};

export type TokenMatch = {
  /** The last token to take of the first list, and the one of the second that is the same. */
  splice: { before: PlacedToken; after: PlacedToken };
  /** Tokens that both have said at about the same time. */
  pairs: { before: PlacedToken; after: PlacedToken }[];
};

/** Seconds that two who heard the same may differ in times, beyond which nothing matches. */
const FARTHEST = 5;
/** Words in a row that are no coincidence. */
const ENOUGH = 3;
/** More tokens than any sensible overlap has; keeps the comparison, which is quadratic, short. */
const MOST = 600;

/**
 * Where two transcripts of the same stretch say the same: the longest run of equal words at about equal times, in the
 * overlap itself or, when their times differ more, around it. Undefined when they have nothing in common there.
 */
export function matchTokens(
  before: readonly PlacedToken[],
  after: readonly PlacedToken[],
  zone: Span,
): TokenMatch | undefined {
  for (const around of [0, FARTHEST]) {
    const near = ({ middle }: PlacedToken) => middle >= zone.start - around && middle < zone.end + around;
    const [first, second] = [before.filter(near).slice(-MOST), after.filter(near).slice(0, MOST)];
    const run = bestRun(first, second);
    // Nobody spoke in the overlap.
    if (around === 0 && first.length === 0 && second.length === 0) return undefined;
    const enough =
      around === 0 ? Math.min(ENOUGH, Math.ceil(Math.min(first.length, second.length) / 2)) : ENOUGH;
    if (run && run.length >= enough) return matchOf(run, first, second, middleOf(zone));
  }
  return undefined;
}

type Run = { first: number; second: number; length: number; shift: number };

/** The run of equal tokens that is longest for how well its times agree. */
function bestRun(first: readonly PlacedToken[], second: readonly PlacedToken[]): Run | undefined {
  const [own, other] = [first, second].map((tokens) => tokens.map(({ text }) => comparable(text)));
  let best: (Run & { worth: number }) | undefined;
  // lengths[j]: how many tokens up to own[i] and other[j] are the same one after the other.
  let lengths: number[] = [];
  for (let i = 0; i < first.length; i += 1) {
    const row: number[] = [];
    for (let j = 0; j < second.length; j += 1) {
      if (own?.[i] !== other?.[j]) continue;
      const length = (lengths[j - 1] ?? 0) + 1;
      row[j] = length;
      const half = Math.floor((length - 1) / 2);
      const shift = (second[j - half]?.middle ?? 0) - (first[i - half]?.middle ?? 0);
      if (Math.abs(shift) > FARTHEST) continue;
      const worth = length ** 1.5 / (1 + (2 * shift) ** 2);
      if (!best || worth > best.worth)
        best = { first: i - length + 1, second: j - length + 1, length, shift, worth };
    }
    lengths = row;
  }
  return best;
}

function matchOf(
  run: Run,
  first: readonly PlacedToken[],
  second: readonly PlacedToken[],
  border: number,
): TokenMatch | undefined {
  const inRun = Array.from({ length: run.length }, (_, index) => ({
    before: first[run.first + index],
    after: second[run.second + index],
  })).flatMap(({ before, after }) => (before && after ? [{ before, after }] : []));
  const distance = ({ before, after }: { before: PlacedToken; after: PlacedToken }) =>
    Math.abs((before.middle + after.middle) / 2 - border);
  const [start] = inRun;
  if (!start) return undefined;
  const splice = inRun.reduce(
    (nearest, pair) => (distance(pair) < distance(nearest) ? pair : nearest),
    start,
  );
  // Beside the run, words that agree when the times are moved by what the run is moved by tell who speaks.
  const further = first.flatMap((before) => {
    const after = second.find(
      ({ middle, text }) =>
        Math.abs(middle - before.middle - run.shift) < 0.5 && comparable(text) === comparable(before.text),
    );
    return after ? [{ before, after }] : [];
  });
  return { splice, pairs: further };
}

function middleOf({ start, end }: Span): number {
  return (start + end) / 2;
}
