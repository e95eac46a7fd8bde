import { setMaxListeners } from 'node:events';
import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { UsageError } from '../errors.ts';
import { trust } from './certificates.ts';
import { createDirectTransport } from './direct.ts';
import { maskProxy, type ProxyEnvironment, proxyFor } from './proxy.ts';
import { createResponse, type HttpResponse } from './response.ts';
import type { Timeouts } from './timeouts.ts';
import { traceRequest, traceResponse } from './trace.ts';
import type { HttpRequest, Trace, Transport } from './transport.ts';

export type { HttpResponse } from './response.ts';
export type { HttpRequest } from './transport.ts';

export type HttpClientOptions = {
  readonly timeouts: Timeouts;
  /** Of these, HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read, in either case. Nothing: no proxy. */
  readonly environment?: ProxyEnvironment;
  /** A proxy for all hosts but those of NO_PROXY (--proxy). */
  readonly proxy?: string | undefined;
  /** PEM certificates that are trusted besides the usual roots (--ca-file, SSL_CERT_FILE); see `trust` for Node 20. */
  readonly ca?: readonly string[];
  /** Looks names up for direct connections, which go to the addresses it gives; undefined: the system's. */
  readonly lookup?: LookupFunction | undefined;
  /** Gets each line of the wire trace: heads and times with secrets masked, never bodies. */
  readonly onDebug?: Trace | undefined;
};

/** Sends requests. Connections are kept for the next one and do not hold the process. */
export type HttpClient = {
  /**
   * One request, one answer of any status: 3xx is not followed, 4xx and 5xx do not throw, nothing is retried but a request
   * that met a kept connection just closed by the server.
   * @throws GeminiError when there is no answer (networkError, timeouts), UsageError for another scheme or a bad proxy, CA or
   * header; InputError of the body; the signal's reason
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Drops all connections, busy ones too. */
  close(): void;
};

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { timeouts, environment = {}, ca = [], lookup, onDebug: trace } = options;
  let context: SecureContext | undefined;
  const secureContext = () => {
    if (ca.length > 0) context ??= trust(ca);
    return context;
  };
  const direct = createDirectTransport({ timeouts, secureContext, lookup, trace });
  const proxied = new Map<string, Promise<Transport>>();
  // The rules are read once for each server, not for each of a hundred thousand requests to it.
  const proxies = new Map<string, URL | undefined>();
  const proxyOf = (url: URL): URL | undefined => {
    const server = `${url.protocol}//${url.host}`;
    if (!proxies.has(server)) proxies.set(server, proxyFor(url, environment, options.proxy));
    return proxies.get(server);
  };

  const throughProxy = (proxy: URL): Promise<Transport> => {
    const transport =
      proxied.get(proxy.href) ??
      import('./dispatcher.ts').then(({ createProxyTransport }) =>
        createProxyTransport(proxy, { timeouts, secureContext }),
      );
    proxied.set(proxy.href, transport);
    return transport;
  };

  return {
    async send(request) {
      const { url, signal } = request;
      signal.throwIfAborted();
      if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        throw new UsageError(`${url.protocol} is not a scheme of a service`, {
          hint: 'use an https:// address',
        });
      }
      // Many requests share the signal of a run, and Node 20 warns on stderr at the eleventh listener.
      setMaxListeners(0, signal);
      const proxy = proxyOf(url);
      const via = proxy && maskProxy(proxy);
      const began = Date.now();
      if (trace) traceRequest(trace, request, via);
      const transport = proxy ? await throughProxy(proxy) : direct;
      signal.throwIfAborted();
      const raw = await transport.send(request);
      if (trace) traceResponse(trace, raw, Date.now() - began);
      return createResponse(raw, { url, signal, idleMs: timeouts.idleMs, via, trace });
    },
    close() {
      direct.close();
      for (const transport of proxied.values()) transport.then((open) => open.close()).catch(() => {});
    },
  };
}
