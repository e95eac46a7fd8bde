import { mapSpeakers } from './map-speakers.ts';
import { matchTokens, type PlacedToken } from './match-tokens.ts';
import { endsSentence, joinText } from './spoken-text.ts';
import { middleOf, partOf, tokensOf } from './tokens.ts';
import type { Segment, Span } from './transcript.ts';

/** What was transcribed of one part of the medium; times count from the beginning of the medium. */
export type Chunk = { readonly span: Span; readonly segments: readonly Segment[] };

/** Seconds around an overlap that are looked at too, as the times that models give are not exact. */
const AROUND = 5;
/** Seconds from a border within which a segment is taken to be cut by it. */
const AT_BORDER = 0.25;
/** Seconds between two pieces beyond which they are two. */
const APART = 0.1;

/** The segments, and their words, moved by so many seconds. */
export function offset(segments: readonly Segment[], seconds: number): Segment[] {
  return segments.map((segment) => ({
    ...segment,
    start: segment.start + seconds,
    end: segment.end + seconds,
    ...(segment.words
      ? {
          words: segment.words.map(({ start, end, text }) => ({
            start: start + seconds,
            end: end + seconds,
            text,
          })),
        }
      : {}),
  }));
}

/**
 * One transcript of chunks that follow each other, with or without overlap: where two overlap, what both say is taken
 * once; a segment that the border cut through becomes one again; speakers of a later chunk get the names that the same
 * voices have in the earlier ones, as the overlap tells.
 */
export function join(chunks: readonly Chunk[]): Segment[] {
  const [first, ...rest] = chunks;
  const joined = [...(first?.segments ?? [])];
  let reached = first?.span.end ?? 0;
  for (const { span, segments } of rest) {
    append(joined, segments, { start: span.start, end: reached });
    reached = span.end;
  }
  return joined;
}

/**
 * The segments with what is said in a span replaced by what a second look found there. `again.span` may be wider than
 * the span: what both say in what it is wider by then shows where to join.
 */
export function replaceSpan(segments: readonly Segment[], span: Span, again: Chunk): Segment[] {
  const before = segments.filter((segment) => middleOf(segment) < span.start);
  const after = segments.filter((segment) => middleOf(segment) >= span.end);
  return join([
    { span: { start: 0, end: span.start }, segments: before },
    again,
    { span: { start: span.end, end: Number.POSITIVE_INFINITY }, segments: after },
  ]);
}

/** @param zone from the beginning of what is appended to the end of what is there: what both have heard */
function append(joined: Segment[], segments: readonly Segment[], zone: Span): void {
  if (segments.length === 0) return;
  const near = joined.findIndex(({ end }) => end > zone.start - AROUND);
  const tail = near === -1 ? [] : joined.slice(near);
  const match =
    zone.end > zone.start ? matchTokens(placed(tail), placed(segments, zone.end + AROUND), zone) : undefined;
  const names = mapSpeakers(joined, segments, match?.pairs ?? []);
  const renamed = segments.map((segment) => rename(segment, names));
  joined.length -= tail.length;
  if (!match) {
    const border = middleOf(zone);
    const both = zone.end > zone.start && speaks(tail, zone) && speaks(segments, zone);
    joined.push(...(both ? tail.flatMap((segment) => side(segment, (time) => time <= border)) : tail));
    pushAtBorder(
      joined,
      both ? renamed.flatMap((segment) => side(segment, (time) => time > border)) : renamed,
      border,
    );
    return;
  }
  const { before, after } = match.splice;
  joined.push(...tail.slice(0, before.segment));
  const [own, other] = [tail[before.segment], renamed[after.segment]];
  if (own && other) joined.push(spliced(own, before.token, other, after.token));
  joined.push(...renamed.slice(after.segment + 1));
}

/** The first up to and including its token, then the second behind its token, as the one segment that both are of. */
function spliced(own: Segment, ownToken: number, other: Segment, otherToken: number): Segment {
  const [ownTokens, otherTokens] = [tokensOf(own), tokensOf(other)];
  const head = partOf(own, ownTokens, 0, ownToken + 1);
  const done = otherToken + 1 >= otherTokens.length;
  if (done) {
    return ownToken + 1 >= ownTokens.length ? own : { ...head, end: Math.max(other.end, head.start) };
  }
  const rest = partOf(other, otherTokens, otherToken + 1, otherTokens.length);
  const from = ownTokens[ownToken]?.to ?? own.text.length;
  return {
    ...without(head),
    end: Math.max(other.end, head.start),
    text: own.text.slice(0, from) + other.text.slice(otherTokens[otherToken]?.to),
    ...(head.words && rest.words ? { words: [...head.words, ...rest.words] } : {}),
  };
}

function speaks(segments: readonly Segment[], zone: Span): boolean {
  return placed(segments, zone.end).some(({ middle }) => middle >= zone.start && middle < zone.end);
}

/** What of the segment is on one side of a border, by the middles of its words. */
function side(segment: Segment, inside: (time: number) => boolean): Segment[] {
  const tokens = tokensOf(segment);
  const first = tokens.findIndex((token) => inside(middleOf(token)));
  if (first === -1) return [];
  const end = tokens.findLastIndex((token) => inside(middleOf(token))) + 1;
  return [partOf(segment, tokens, first, end)];
}

function pushAtBorder(joined: Segment[], fresh: readonly Segment[], border: number): void {
  const [before, [after, ...rest]] = [joined.at(-1), fresh];
  if (!before || !after || !cutThrough(before, after, border)) {
    joined.push(...fresh);
    return;
  }
  joined[joined.length - 1] = {
    ...without(before),
    end: after.end,
    text: joinText(before.text, after.text),
    ...(before.words && after.words ? { words: [...before.words, ...after.words] } : {}),
  };
  joined.push(...rest);
}

function cutThrough(before: Segment, after: Segment, border: number): boolean {
  return (
    Math.abs(before.end - border) <= AT_BORDER &&
    Math.abs(after.start - border) <= AT_BORDER &&
    after.start - before.end <= APART &&
    before.speaker === after.speaker &&
    before.language === after.language &&
    !endsSentence(before.text)
  );
}

function placed(segments: readonly Segment[], until = Number.POSITIVE_INFINITY): PlacedToken[] {
  return segments.flatMap((segment, index) =>
    segment.start > until
      ? []
      : tokensOf(segment).map((token, at) => ({
          segment: index,
          token: at,
          text: segment.text.slice(token.from, token.to),
          speaker: segment.speaker,
          middle: middleOf(token),
        })),
  );
}

function rename(segment: Segment, names: ReadonlyMap<string, string>): Segment {
  const name = segment.speaker === undefined ? undefined : names.get(segment.speaker);
  return name === undefined ? segment : { ...segment, speaker: name };
}

function without({ words: _, ...segment }: Segment): Segment {
  return segment;
}
