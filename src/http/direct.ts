import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { type BodySender, sendBody } from './body-sender.ts';
import { codeOf, networkError } from './network-error.ts';
import { after, connectTimeout, headerTimeout, sendStallMs, sendTimeout, type Timeouts } from './timeouts.ts';
import { type HttpRequest, plainHeaders, type RawResponse, type Trace, type Transport } from './transport.ts';

/** Bytes of headers that are taken of an answer. */
export const MAX_HEADER_BYTES = 64 * 1024;

/** Node gives an address 250 ms before it tries the host's next one, which far or slow networks need longer for. */
const NEXT_ADDRESS_MS = 1000;

export type DirectOptions = {
  readonly timeouts: Timeouts;
  /** Called when the first https: connection needs it; nothing means Node's own roots. */
  secureContext(): SecureContext | undefined;
  readonly trace?: Trace | undefined;
};

/**
 * The way without a proxy: node:http and node:https with connections kept alive. Node's fetch and undici cost 60 ms and
 * more at start, node:https some, so it is loaded by the first https: URL only.
 */
export function createDirectTransport(options: DirectOptions): Transport {
  const routes = new Map<string, Route>();
  const routeOf = ({ protocol }: URL): Route => {
    const route = routes.get(protocol) ?? createRoute(protocol, options);
    routes.set(protocol, route);
    return route;
  };
  return {
    async send(request) {
      const route = routeOf(request.url);
      try {
        return await exchange(request, route, options);
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
        options.trace?.('* the server had closed the kept connection: sent again on a new one');
        for (const idle of Object.values(route.agent.freeSockets).flat()) idle?.destroy();
        return exchange(request, route, options, { last: true });
      }
    },
    close() {
      for (const { agent } of routes.values()) agent.destroy();
    },
  };
}

type Route = { readonly agent: Agent; readonly request: typeof httpRequest };

function createRoute(protocol: string, options: DirectOptions): Route {
  const agentOptions = { keepAlive: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS };
  if (protocol === 'http:') return { agent: new Agent(agentOptions), request: httpRequest };
  // Not `import()`: the bundle is CommonJS, and an import in it starts Node's ES module loader.
  const https = process.getBuiltinModule('node:https');
  const secureContext = options.secureContext();
  const agent = new https.Agent({ ...agentOptions, ...(secureContext && { secureContext }) });
  return { agent, request: https.request };
}

/** The server closed an idle connection just when it was used again: nothing was answered, so it may be sent once more. */
class StaleConnection extends Error {}

/** The server has refused before the whole body was sent: nobody needs the rest. */
class Refused extends Error {}

function exchange(
  request: HttpRequest,
  route: Route,
  options: DirectOptions,
  { last = false } = {},
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const { url, body, signal } = request;
    const { timeouts, trace } = options;
    let incoming: IncomingMessage | undefined;
    let sender: BodySender | undefined;
    let settled = false;

    const outgoing = openRequest(request, route);
    const receivedBefore = countReceived(outgoing);
    const cancelConnect = after(timeouts.connectMs, () => fail(connectTimeout(url.host, timeouts.connectMs)));
    let cancelHeader = () => {};
    const settle = () => {
      settled = true;
      cancelConnect();
      cancelHeader();
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
      const stale = !last && incoming === undefined && isStale(outgoing, cause) && receivedBefore() === 0;
      fail(stale ? new StaleConnection() : networkError(cause, url, { answering: incoming !== undefined }));
    };

    signal.addEventListener('abort', onAbort, { once: true });
    outgoing.on('error', onFault);
    whenConnected(outgoing, (socket) => {
      cancelConnect();
      trace?.(
        `* ${outgoing.reusedSocket ? 'kept connection' : 'connected'} to ${socket.remoteAddress}:${socket.remotePort}`,
      );
    });
    outgoing.once('finish', () => {
      if (settled) return;
      cancelHeader = after(timeouts.headerMs, () => fail(headerTimeout(url.hostname, timeouts.headerMs)));
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

    if (body === undefined) {
      outgoing.end();
      return;
    }
    const onStall = () => fail(sendTimeout(url.hostname, timeouts.idleMs));
    sender = sendBody(body, outgoing, { signal, copy: false, stallMs: sendStallMs(timeouts), onStall });
    sender.done.then(
      () => outgoing.end(),
      (error) => {
        if (!(error instanceof Refused)) onFault(error);
      },
    );
  });
}

/** @throws UsageError when a header cannot be sent */
function openRequest({ method, url, headers, body }: HttpRequest, { agent, request }: Route): ClientRequest {
  try {
    return request(url, {
      method,
      headers: body ? { ...headers, 'content-length': body.byteLength } : headers,
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

/** Tells how many bytes its connection has received for this request. */
function countReceived(outgoing: ClientRequest): () => number {
  let before = 0;
  outgoing.once('socket', (socket) => {
    before = socket.bytesRead;
  });
  return () => (outgoing.socket?.bytesRead ?? before) - before;
}

function isStale(outgoing: ClientRequest, cause: unknown): boolean {
  return outgoing.reusedSocket && /^(ECONNRESET|EPIPE|ERR_STREAM_DESTROYED)$/.test(codeOf(cause) ?? '');
}
