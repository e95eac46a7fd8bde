import type { RequestBody } from './json-body.ts';
import { streamBody } from './stream-body.ts';
import { after } from './timeouts.ts';

/** The part of a writable stream that a body needs. */
type BodySink = { write(chunk: Buffer, callback: (error?: Error | null) => void): unknown };

/** A body on its way. */
export type BodySender = {
  /** Settles when all was taken, when a source failed, or when it was stopped; all readers are closed by then. */
  readonly done: Promise<void>;
  /** Ends it: `done` rejects with this reason, even if the sink never calls back again. */
  stop(reason: unknown): void;
};

type SenderOptions = {
  readonly signal: AbortSignal;
  /** The sink's callback comes before it is through with the memory. */
  readonly copy: boolean;
  /** Look for an answer before each chunk but the first, which takes a fifth longer; see afterPolling. */
  readonly listen: boolean;
  /** Longest time for one chunk, in milliseconds; 0 is none. */
  readonly stallMs: number;
  onStall(): void;
};

/** Streams a body into a sink with callbacks, such as a request of node:http. */
export function sendBody(body: RequestBody, sink: BodySink, options: SenderOptions): BodySender {
  const waiting = new Set<(reason: unknown) => void>();
  let stopped: { reason: unknown } | undefined;
  let begun = false;

  const write = (chunk: Buffer) =>
    new Promise<void>((resolve, reject) => {
      if (stopped) return reject(stopped.reason);
      const cancelStall = after(options.stallMs, options.onStall);
      const settle = (error?: { reason: unknown }) => {
        cancelStall();
        waiting.delete(drop);
        if (error) reject(error.reason);
        else resolve();
      };
      const drop = (reason: unknown) => settle({ reason });
      waiting.add(drop);
      const send = () => {
        if (!waiting.has(drop)) return;
        const bytes = options.copy ? Buffer.from(chunk) : chunk;
        sink.write(bytes, (error) => settle(error ? { reason: error } : undefined));
      };
      if (options.listen && begun) afterPolling(send);
      else send();
      begun = true;
    });

  return {
    done: streamBody(body, write, options.signal),
    stop(reason) {
      stopped ??= { reason };
      for (const drop of [...waiting]) drop(reason);
    },
  };
}

/**
 * Runs it when the sockets have been asked for news once more. A server that refuses a body answers and closes; Node
 * throws that answer away if a write finds the closed connection before the answer was read. Two turns of the event loop:
 * the first ends the poll that is being handled now.
 */
function afterPolling(run: () => void): void {
  setImmediate(() => setImmediate(run));
}
