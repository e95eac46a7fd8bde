import type { IncomingHttpHeaders } from 'node:http';
import type { Call } from './call.ts';
import { parseJsonText } from './json-text.ts';

/** A request that the emulator received. */
export type RecordedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** As they came, credentials included. */
  readonly headers: IncomingHttpHeaders;
  /** Parsed; undefined when there was none, when it was not read, or when it is not JSON. */
  readonly body: unknown;
  readonly bodyBytes: number;
};

const MOST_REQUESTS = 1000;
const MOST_BYTES = 64 * 1024 * 1024;

/** Keeps the last requests, up to a number and a sum of body bytes; none at all unless `enabled`. */
export function createRecorder(enabled: boolean): {
  readonly requests: readonly RecordedRequest[];
  add(call: Call, body: Buffer | undefined): void;
} {
  const requests: RecordedRequest[] = [];
  let bytes = 0;
  return {
    requests,
    add(call, body) {
      if (!enabled) return;
      const bodyBytes = body?.length ?? 0;
      requests.push({
        method: call.method,
        path: call.path,
        query: Object.fromEntries(call.query),
        headers: call.headers,
        body: body === undefined || body.length === 0 ? undefined : parsed(body),
        bodyBytes,
      });
      bytes += bodyBytes;
      while (requests.length > 1 && (requests.length > MOST_REQUESTS || bytes > MOST_BYTES)) {
        bytes -= requests.shift()?.bodyBytes ?? 0;
      }
    },
  };
}

function parsed(body: Buffer): unknown {
  try {
    return parseJsonText(body);
  } catch {
    return undefined;
  }
}
