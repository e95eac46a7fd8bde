import type { LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';
import { trust } from './certificates.ts';
import { networkError } from './network-error.ts';
import { maskProxy } from './proxy.ts';
import { after, connectTimeout } from './timeouts.ts';

/** One thing that is tried on the way to a server, by itself. `run` says what was found, or throws why it failed. */
export type ProbeStep = { readonly name: string; run(signal: AbortSignal): Promise<string> };

export type ProbeOptions = {
  readonly connectMs: number;
  /** The proxy that would be used. */
  readonly proxy: URL | undefined;
  /** PEM certificates that are trusted besides the usual roots. */
  readonly ca: readonly string[];
};

/**
 * The steps to a server one after the other: the name, the connection, TLS. With a proxy they go to the proxy; the
 * tunnel itself is for the client to try.
 */
export function probeSteps(url: URL, { connectMs, proxy, ca }: ProbeOptions): ProbeStep[] {
  const peer = proxy ?? url;
  const host = peer.hostname.replace(/^\[|\]$/g, '');
  const port = Number(peer.port || (peer.protocol === 'https:' ? 443 : 80));
  const via = proxy && maskProxy(proxy);
  const connect = async (signal: AbortSignal) => {
    const { connect: open } = process.getBuiltinModule('node:net');
    return connected(open({ host, port }), 'connect', { url, via, connectMs, signal });
  };
  const steps: ProbeStep[] = [
    {
      name: proxy ? 'proxy: name' : 'name',
      run: async () => {
        const { lookup } = process.getBuiltinModule('node:dns').promises;
        const addresses = await lookup(host, { all: true }).catch((error: unknown): LookupAddress[] => {
          throw networkError(error, url, { via });
        });
        return `${host} is ${addresses.map(({ address }) => address).join(', ')}`;
      },
    },
    {
      name: proxy ? 'proxy: connection' : 'connection',
      run: async (signal) => {
        (await connect(signal)).destroy();
        return `${host}:${port}${proxy ? ' takes connections' : ''}`;
      },
    },
  ];
  if (peer.protocol === 'https:') {
    steps.push({
      name: proxy ? 'proxy: TLS' : 'TLS',
      run: async (signal) => {
        const tls = process.getBuiltinModule('node:tls');
        const socket = await connect(signal);
        const secured = tls.connect({
          socket,
          ...(/^[\d.]+$|:/.test(host) ? { host } : { servername: host }),
          ...(ca.length > 0 ? { secureContext: trust(ca) } : {}),
        });
        await connected(secured, 'secureConnect', { url, via, connectMs, signal });
        const { issuer, valid_to } = secured.getPeerCertificate();
        secured.destroy();
        return `${secured.getProtocol()}, certificate by ${issuer?.O ?? issuer?.CN ?? 'nobody'}, until ${valid_to}`;
      },
    });
  }
  return steps;
}

type Attempt = { url: URL; via: string | undefined; connectMs: number; signal: AbortSignal };

function connected<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  { url, via, connectMs, signal }: Attempt,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      socket.destroy();
      reject(error);
    };
    const onAbort = () => fail(signal.reason);
    const cancel = after(connectMs, () => fail(connectTimeout(via ?? url.host, connectMs)));
    signal.addEventListener('abort', onAbort, { once: true });
    const end = () => {
      cancel();
      signal.removeEventListener('abort', onAbort);
    };
    socket.once(event, () => {
      end();
      resolve(socket);
    });
    socket.once('error', (error) => {
      end();
      fail(networkError(error, url, { via }));
    });
  });
}
