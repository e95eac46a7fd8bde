import { PassThrough } from 'node:stream';
import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { sendBody } from './body-sender.ts';
import { networkError } from './network-error.ts';
import { maskProxy } from './proxy.ts';
import { after, headerTimeout, sendStallMs, sendTimeout, type Timeouts } from './timeouts.ts';
import { type HttpRequest, MAX_HEADER_BYTES, plainHeaders, type Transport } from './transport.ts';

type ProxyOptions = {
  readonly timeouts: Timeouts;
  secureContext(): SecureContext | undefined;
};

/**
 * The way through a proxy, by undici: https: in a tunnel (CONNECT), http: as a request to the proxy. The only file that
 * loads undici.
 */
export async function createProxyTransport(proxy: URL, options: ProxyOptions): Promise<Transport> {
  const { ProxyAgent, request: undiciRequest } = await import('undici');
  const { timeouts } = options;
  const via = maskProxy(proxy);
  const secureContext = options.secureContext();
  const tls = { timeout: timeouts.connectMs, ...(secureContext && { secureContext }) };
  const authorization = proxyAuthorization(proxy);
  const agent = new ProxyAgent({
    // The credentials go by token, and undici refuses a proxy with a path, which others ignore.
    uri: proxy.origin,
    ...(authorization && { token: authorization }),
    requestTls: tls,
    proxyTls: tls,
    proxyTunnel: false,
    // Ours replace them: undici's own cannot tell sending from waiting, and 300 s end a slow model.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
  });

  return {
    async send(request) {
      const { method, url, headers, body, signal } = request;
      const exchange = new AbortController();
      const onAbort = () => exchange.abort(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      const upload = startUpload(request, timeouts, exchange);
      try {
        const response = await undiciRequest(url, {
          dispatcher: agent,
          method: method as Dispatcher.HttpMethod,
          headers: body ? { ...headers, 'content-length': String(body.byteLength) } : headers,
          body: upload.stream,
          signal: exchange.signal,
        });
        response.body.once('close', upload.stop);
        return {
          status: response.statusCode,
          headers: plainHeaders(response.headers),
          stream: response.body,
        };
      } catch (error) {
        upload.stop();
        throw exchange.signal.aborted ? exchange.signal.reason : networkError(error, url, { via });
      } finally {
        upload.cancelHeaderTimer();
        signal.removeEventListener('abort', onAbort);
      }
    },
    close() {
      agent.destroy().catch(() => {});
    },
  };
}

type Upload = {
  readonly stream: PassThrough | null;
  cancelHeaderTimer(): void;
  stop(): void;
};

/** The body as a stream for undici, and the limit for the headers, which begins when the body is through. */
function startUpload(
  { url, body, signal }: HttpRequest,
  timeouts: Timeouts,
  exchange: AbortController,
): Upload {
  let cancelHeaderTimer = () => {};
  let answered = false;
  let stopped = false;
  const awaitHeaders = (extraMs: number) => {
    const { headerMs } = timeouts;
    if (headerMs === 0 || answered) return;
    cancelHeaderTimer = after(headerMs + extraMs, () =>
      exchange.abort(headerTimeout(url.hostname, headerMs)),
    );
  };
  if (body === undefined) {
    // undici does not tell when it has connected.
    awaitHeaders(timeouts.connectMs);
    return { stream: null, cancelHeaderTimer: () => cancelHeaderTimer(), stop() {} };
  }
  const stream = new PassThrough();
  const onStall = () => exchange.abort(sendTimeout(url.hostname, timeouts.idleMs));
  const sender = sendBody(body, stream, {
    signal,
    copy: true,
    listen: false,
    stallMs: sendStallMs(timeouts),
    onStall,
  });
  sender.done.then(
    () => {
      stream.end();
      awaitHeaders(0);
    },
    (error) => {
      if (!stopped) exchange.abort(error);
    },
  );
  return {
    stream,
    cancelHeaderTimer() {
      answered = true;
      cancelHeaderTimer();
    },
    stop() {
      stopped = true;
      sender.stop(new Error('nobody needs the rest'));
    },
  };
}

/** Basic credentials of the proxy's URL; also a user without a password, which undici by itself leaves out. */
function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(plain).toString('base64')}`;
}
