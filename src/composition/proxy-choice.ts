import type { Config, Environment } from '../config/config.ts';
import { maskProxy, proxyFor, variablesFor } from '../http/proxy.ts';

/** The proxy for an address, in words: `text` says why there is none although one is set. */
export type ProxyChoice = {
  readonly url: URL | undefined;
  readonly text: string | undefined;
  readonly from: string | undefined;
};

/** @throws UsageError when the proxy that applies cannot be one */
export function proxyChoice(url: URL, config: Config, env: Environment): ProxyChoice {
  const explicit = config.text('proxy');
  const names = variablesFor(url).flatMap((variable) => [variable.toLowerCase(), variable]);
  const name = names.find((each) => env[each]);
  const from = explicit ? config.origin('proxy') : name;
  const proxy = proxyFor(url, env, explicit);
  if (proxy) return { url: proxy, text: maskProxy(proxy), from };
  if (from === undefined) return { url: undefined, text: undefined, from };
  const reason = proxyFor(url, { ...env, NO_PROXY: '', no_proxy: '' }, explicit)
    ? 'NO_PROXY'
    : 'this machine';
  return { url: undefined, text: `none for ${url.hostname} (${reason})`, from };
}
