import { Agent, request as httpRequest } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { exchange, HungUp, type Route } from './exchange.ts';
import type { Timeouts } from './timeouts.ts';
import type { Trace, Transport } from './transport.ts';

/** Node gives an address 250 ms before it tries the host's next one, which far or slow networks need longer for. */
const NEXT_ADDRESS_MS = 1000;

export type DirectOptions = {
  readonly timeouts: Timeouts;
  /** Called when the first https: connection needs it; nothing means Node's own roots. */
  secureContext(): SecureContext | undefined;
  /** In place of the system's look-up of names. */
  readonly lookup?: LookupFunction | undefined;
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
        if (!(error instanceof HungUp)) throw error;
        options.trace?.('* the server hung up without a word: sent again on a new connection');
        for (const idle of Object.values(route.agent.freeSockets).flat()) idle?.destroy();
        return exchange(request, route, options, { after: error });
      }
    },
    close() {
      for (const { agent } of routes.values()) agent.destroy();
    },
  };
}

function createRoute(protocol: string, options: DirectOptions): Route {
  const { lookup } = options;
  const agentOptions = {
    keepAlive: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    ...(lookup && { lookup }),
  };
  if (protocol === 'http:') return { agent: new Agent(agentOptions), request: httpRequest };
  // Not `import()`: the bundle is CommonJS, and an import in it starts Node's ES module loader.
  const https = process.getBuiltinModule('node:https');
  const secureContext = options.secureContext();
  const agent = new https.Agent({ ...agentOptions, ...(secureContext && { secureContext }) });
  return { agent, request: https.request };
}
