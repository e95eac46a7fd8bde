import { ROUNDING } from './check.ts';
import { secondsToSay } from './drafts.ts';
import type { Count } from './mend.ts';
import type { Segment, Span } from './transcript.ts';
import { within } from './trust.ts';

/** The segments within the limits, each ending where the next begins if they overlapped by more than the tolerance. */
export function separated(
  segments: readonly Segment[],
  limits: Span,
  tolerance: number,
  count: Count,
): Segment[] {
  const apart: Segment[] = [];
  for (const segment of segments) {
    if (segment.end > limits.end + ROUNDING) count('late');
    const start = Math.max(within(segment.start, limits), apart.at(-1)?.start ?? limits.start);
    const end = within(segment.end, limits);
    const current = {
      ...segment,
      start,
      end: end > start ? end : within(start + secondsToSay(segment.text), limits),
    };
    const before = apart.at(-1);
    if (before && before.end - current.start > tolerance) {
      count('overlap');
      if (current.start > before.start) before.end = current.start;
      else share(before, current);
    }
    apart.push(current);
  }
  return apart;
}

/** Two that begin at once follow each other, each for as long as its text is. */
function share(before: Segment, current: Segment): void {
  const end = Math.max(before.end, current.end);
  const [own, other] = [secondsToSay(before.text), secondsToSay(current.text)];
  const border = before.start + ((end - before.start) * own) / (own + other);
  Object.assign(before, { end: border });
  Object.assign(current, { start: border, end });
}
