import { randomBytes } from 'node:crypto';
import type { Answer } from '../answer.ts';
import { type StoredBytes, storeBytes } from './stored-bytes.ts';

/** An upload that was begun: its bytes so far, and what was said of it at the start. */
export type PendingUpload = {
  readonly id: string;
  readonly bytes: StoredBytes;
  /** Bytes announced at the start, if they were. */
  readonly total: number | undefined;
  /**
   * Takes a request's bytes as they come; what came before a connection broke stays. A later request takes over from
   * one that is still on the way.
   */
  receive(pieces: AsyncIterable<Buffer>): Promise<void>;
  /** Ends whatever request is still sending. */
  takeOver(): void;
  /** Makes the file or object of it, and the answer to its last byte. */
  readonly finish: () => Promise<Answer> | Answer;
  finished: boolean;
};

export async function beginUpload(
  total: number | undefined,
  finish: (upload: PendingUpload) => Promise<Answer> | Answer,
): Promise<PendingUpload> {
  const bytes = await storeBytes();
  let turn = 0;
  const upload: PendingUpload = {
    id: randomBytes(16).toString('hex'),
    bytes,
    total,
    async receive(pieces) {
      turn += 1;
      const mine = turn;
      for await (const piece of pieces) {
        if (turn !== mine) return;
        await bytes.append(piece);
      }
    },
    takeOver() {
      turn += 1;
    },
    finish: async () => {
      const answer = await finish(upload);
      upload.finished = true;
      return answer;
    },
    finished: false,
  };
  return upload;
}
