import type { Agent, ClientRequest, request as httpRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type BodySender, sendBody } from './body-sender.ts';
import type { RequestBody } from './json-body.ts';
import { codeOf, networkError } from './network-error.ts';
import { after, connectTimeout, headerTimeout, sendStallMs, sendTimeout, type Timeouts } from './timeouts.ts';
import {
  type HttpRequest,
  MAX_HEADER_BYTES,
  plainHeaders,
  type RawResponse,
  type Trace,
} from './transport.ts';

/** How long a server may think about `Expect: 100-continue`; many never answer it. */
const CONTINUE_MS = 1000;
/** Smaller bodies are sent without asking, as curl does it. */
const ASK_FIRST_BYTES = 1024 * 1024;

/** How requests of one scheme go out. */
export type Route = { readonly agent: Agent; readonly request: typeof httpRequest };

type ExchangeOptions = { readonly timeouts: Timeouts; readonly trace?: Trace | undefined };

/**
 * The server closed the connection without a word when it did not have the whole request: it was an idle one, or the body
 * was on its way. It may be sent once more; in the second case asking first whether the body is wanted, since Node loses
 * an answer like 413 if a write finds the connection closed before the answer was read.
 */
export class HungUp extends Error {
  readonly inBody: boolean;

  constructor(inBody: boolean) {
    super();
    this.inBody = inBody;
  }
}

/** The server has refused before the whole body was sent: nobody needs the rest. */
class Refused extends Error {}

/**
 * One request and its answer up to the headers.
 * @param second that it is the second try, after which failure of the first
 * @throws HungUp in the first try only; else as Transport
 */
export function exchange(
  request: HttpRequest,
  route: Route,
  { timeouts, trace }: ExchangeOptions,
  second?: { readonly after: HungUp },
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const { url, body, signal } = request;
    const askFirst = second?.after.inBody === true && (body?.byteLength ?? 0) > ASK_FIRST_BYTES;
    let incoming: IncomingMessage | undefined;
    let sender: BodySender | undefined;
    let settled = false;

    const outgoing = openRequest(request, route, askFirst);
    const listening = watchSilence(outgoing);
    const cancelConnect = after(timeouts.connectMs, () => fail(connectTimeout(url.host, timeouts.connectMs)));
    let cancelWait = () => {};
    const settle = () => {
      settled = true;
      cancelConnect();
      cancelWait();
      listening.end();
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown) => {
      settle();
      sender?.stop(error);
      outgoing.destroy();
      if (incoming === undefined) reject(error);
      else incoming.destroy(error as Error);
    };
    const onAbort = () => fail(signal.reason);
    const onFault = (cause: unknown) => {
      const again =
        second === undefined && request.resend !== false && listening.silent() && hungUp(outgoing, cause);
      fail(
        again
          ? new HungUp(!outgoing.writableFinished)
          : networkError(cause, url, { answering: incoming !== undefined }),
      );
    };
    const sendNow = (wanted: RequestBody) => {
      if (settled || sender) return;
      cancelWait();
      const onStall = () => fail(sendTimeout(url.hostname, timeouts.idleMs));
      sender = sendBody(wanted, outgoing, {
        signal,
        copy: false,
        listen: askFirst,
        stallMs: sendStallMs(timeouts),
        onStall,
      });
      sender.done.then(
        () => outgoing.end(),
        (error) => {
          if (!(error instanceof Refused)) onFault(error);
        },
      );
    };

    signal.addEventListener('abort', onAbort, { once: true });
    outgoing.on('error', onFault);
    whenConnected(outgoing, ({ remoteAddress, remotePort }) => {
      cancelConnect();
      trace?.(
        `* ${outgoing.reusedSocket ? 'kept connection' : 'connected'} to ${remoteAddress}:${remotePort}`,
      );
    });
    outgoing.once('finish', () => {
      if (settled) return;
      cancelWait = after(timeouts.headerMs, () => fail(headerTimeout(url.hostname, timeouts.headerMs)));
    });
    outgoing.once('response', (message) => {
      incoming = message;
      settle();
      const status = message.statusCode ?? 0;
      if (status >= 300) sender?.stop(new Refused());
      // A connection with half a request on it can serve no other.
      message.once('close', () => {
        sender?.stop(new Refused());
        if (!outgoing.writableFinished) outgoing.destroy();
      });
      resolve({ status, headers: plainHeaders(message.headers), stream: message });
    });

    const small = body && smallText(body);
    if (body === undefined) {
      outgoing.end();
    } else if (small) {
      // In one write with the headers; the system takes it, whether the server reads or not.
      outgoing.end(small);
    } else if (askFirst) {
      outgoing.once('continue', () => sendNow(body));
      cancelWait = after(CONTINUE_MS, () => sendNow(body));
    } else {
      sendNow(body);
    }
  });
}

/** Bytes that the system takes at once, without asking the other side. */
const SMALL_BYTES = 64 * 1024;

/** The whole body, if it is small and here already. */
function smallText({ segments: [only, ...more], byteLength }: RequestBody): Buffer | undefined {
  return Buffer.isBuffer(only) && more.length === 0 && byteLength <= SMALL_BYTES ? only : undefined;
}

/** @throws UsageError when a header cannot be sent */
function openRequest(
  { method, url, headers, body }: HttpRequest,
  { agent, request }: Route,
  askFirst: boolean,
): ClientRequest {
  const ownHeaders = {
    ...(body && { 'content-length': body.byteLength }),
    ...(askFirst && { expect: '100-continue' }),
  };
  try {
    return request(url, {
      method,
      headers: { ...headers, ...ownHeaders },
      agent,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
  } catch (error) {
    throw networkError(error, url);
  }
}

function whenConnected(outgoing: ClientRequest, connected: (socket: Socket) => void): void {
  outgoing.once('socket', (socket: Socket & Partial<TLSSocket>) => {
    if (outgoing.reusedSocket) connected(socket);
    else socket.once(socket.encrypted ? 'secureConnect' : 'connect', () => connected(socket));
  });
}

/** Tells whether nothing was received for this request; bytes of TLS itself do not count. */
function watchSilence(outgoing: ClientRequest): { silent(): boolean; end(): void } {
  let heard = false;
  const onData = () => {
    heard = true;
  };
  outgoing.once('socket', (socket) => socket.once('data', onData));
  return { silent: () => !heard, end: () => outgoing.socket?.off('data', onData) };
}

/** Closed on a kept connection, or with part of the request still here. */
function hungUp(outgoing: ClientRequest, cause: unknown): boolean {
  const closed = /^(ECONNRESET|EPIPE|ERR_STREAM_DESTROYED)$/.test(codeOf(cause) ?? '');
  const connected = outgoing.reusedSocket || (outgoing.socket?.bytesWritten ?? 0) > 0;
  return closed && connected && (outgoing.reusedSocket || !outgoing.writableFinished);
}
