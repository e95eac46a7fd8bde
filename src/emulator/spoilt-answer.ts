import type { Answer } from './answer.ts';
import type { Fault } from './script.ts';
import { pause } from './scripted-answer.ts';

/** How a connection is left after an answer: `end` is the proper form. */
type Ending = 'end' | 'reset' | 'close' | 'hang';

type Body = Answer['body'];

/** True for a fault that leaves nothing of the answer: none need be made. */
export function leavesNothing(fault: Fault | undefined): boolean {
  if (fault?.kind === 'reset' || fault?.kind === 'close') return fault.afterBytes === undefined;
  return fault?.kind === 'hang';
}

/** What a fault leaves of an answer, if anything, and how the connection ends. */
export async function spoilt(
  answer: Answer | undefined,
  fault: Fault | undefined,
  signal: AbortSignal,
): Promise<[Answer | undefined, Ending]> {
  if (fault === undefined) return [answer, 'end'];
  if (fault.kind === 'hang') return [undefined, 'hang'];
  if ((fault.kind === 'reset' || fault.kind === 'close') && fault.afterBytes === undefined) {
    return [undefined, fault.kind];
  }
  if (answer === undefined) return [undefined, 'end'];
  switch (fault.kind) {
    case 'reset':
    case 'close':
      return [{ ...answer, body: firstBytes(answer.body, fault.afterBytes ?? 0) }, fault.kind];
    case 'stall':
      return [{ ...answer, body: firstPieces(answer.body, fault.afterPieces) }, 'hang'];
    case 'half-json':
      return [streamed(answer, lastPiece(answer.body, half)), 'end'];
    case 'no-finish':
      return [streamed(answer, lastPiece(answer.body, nothing)), 'end'];
    case 'slow':
      return [{ ...answer, body: slices(answer.body, fault.bytes ?? 1, fault.delayMs, signal) }, 'end'];
    case 'wrong-length':
      return [await withLength(answer, fault.by ?? 1000), 'close'];
  }
}

const half = (piece: Buffer) => piece.subarray(0, piece.length / 2);
const nothing = () => undefined;

async function withLength(answer: Answer, more: number): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of answer.body) pieces.push(piece);
  const length = pieces.reduce((sum, piece) => sum + piece.length, more);
  return { ...answer, headers: { ...answer.headers, 'content-length': String(length) }, body: pieces };
}

/** Without the length that its head promised: the body that is left has to end in proper form. */
function streamed(answer: Answer, body: Body): Answer {
  const { 'content-length': _, ...headers } = answer.headers;
  return { ...answer, headers, body };
}

async function* firstBytes(body: Body, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const piece of body) {
    if (left <= 0) return;
    yield piece.subarray(0, left);
    left -= piece.length;
  }
}

async function* firstPieces(body: Body, count: number): AsyncGenerator<Buffer> {
  let left = count;
  if (left <= 0) return;
  for await (const piece of body) {
    yield piece;
    left -= 1;
    if (left <= 0) return;
  }
}

async function* lastPiece(body: Body, change: (piece: Buffer) => Buffer | undefined): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  for await (const piece of body) {
    if (held !== undefined) yield held;
    held = piece;
  }
  const last = held === undefined ? undefined : change(held);
  if (last !== undefined) yield last;
}

async function* slices(
  body: Body,
  size: number,
  delayMs: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const piece of body) {
    for (let start = 0; start < piece.length; start += size) {
      await pause(delayMs, signal);
      if (signal.aborted) return;
      yield piece.subarray(start, start + size);
    }
  }
}
