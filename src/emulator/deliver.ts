import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { type Answer, writeAnswer } from './answer.ts';
import type { Fault } from './script.ts';
import { spoilt } from './spoilt-answer.ts';

/**
 * Sends an answer, spoilt by a fault if there is one.
 * @param answer none only when the fault leaves nothing of it
 * @returns bytes of body written
 */
export async function deliver(
  response: ServerResponse,
  answer: Answer | undefined,
  fault: Fault | undefined,
  signal: AbortSignal,
): Promise<number> {
  const [left, ending] = await spoilt(answer, fault, signal);
  const written = left === undefined ? 0 : await writeAnswer(response, left);
  if (ending === 'end') response.end();
  else if (ending === 'close') response.socket?.destroySoon();
  else if (ending === 'reset') {
    // A reset may overtake bytes that the other side has not read yet; they belong to what it should see.
    if (written > 0) await setTimeout(20);
    response.socket?.resetAndDestroy();
  }
  return written;
}
