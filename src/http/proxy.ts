import { UsageError } from '../errors.ts';
import { isLoopback } from './network-error.ts';

/** Where the settings of proxies stand: the environment, of which only these names are read, lower case first. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL, by curl's habits: HTTPS_PROXY or HTTP_PROXY by the URL's scheme, else ALL_PROXY; hosts in NO_PROXY
 * go direct, a proxy without a scheme is http. An explicit one (--proxy) wins over both variables and also serves loopback hosts,
 * which the environment's never does.
 * @throws UsageError when the proxy that applies is no http or https URL
 */
export function proxyFor(url: URL, environment: ProxyEnvironment, explicit?: string): URL | undefined {
  const read = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined;
  if (goesDirect(url, read('NO_PROXY') ?? '')) return undefined;
  if (explicit) return proxyUrl(explicit, '--proxy');
  if (isLoopback(url.hostname)) return undefined;
  const name = [...variablesFor(url), undefined].find((each) => each === undefined || read(each));
  return name === undefined ? undefined : proxyUrl(read(name) ?? '', name);
}

/** The variables that may name the proxy for a URL; the first that is set counts, in lower case before upper case. */
export function variablesFor({ protocol }: URL): readonly string[] {
  return [protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', 'ALL_PROXY'];
}

/** A proxy's URL for people: without its password. */
export function maskProxy(proxy: URL): string {
  const user = proxy.username === '' ? '' : `${proxy.username}:***@`;
  return `${proxy.protocol}//${user}${proxy.host}`;
}

/** NO_PROXY: names and addresses by comma or space, each with all its subdomains, or `host:port`; `*` is every host. */
function goesDirect(url: URL, noProxy: string): boolean {
  const host = bare(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === '*') return true;
    const [, name = '', entryPort] =
      /^(.*?)(?::(\d+))?$/.exec(isAddress6(entry) ? `[${entry}]` : entry) ?? [];
    const wanted = bare(name).replace(/^\*?\./, '');
    if (wanted === '' || (entryPort !== undefined && entryPort !== port)) return false;
    return host === wanted || host.endsWith(`.${wanted}`);
  });
}

function isAddress6(entry: string): boolean {
  return entry.split(':').length > 2 && !entry.startsWith('[');
}

function bare(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function proxyUrl(text: string, from: string): URL {
  const address = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new UsageError(`${from} is not the URL of an http or https proxy`, {
    hint: 'it looks like http://HOST:PORT or http://USER:PASSWORD@HOST:PORT; SOCKS is not spoken',
  });
}
