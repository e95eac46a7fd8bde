import { UsageError } from '../errors.ts';

/**
 * A base URL as a person or the environment gives it, checked: https, or http on this machine only, since a
 * credential goes there.
 * @param from the flag or variable it came from, for the message
 */
export function parseBaseUrl(value: string, from: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new UsageError(`${from}: "${value}" is not an http(s) URL`);
  }
  if (url.username || url.password)
    throw new UsageError(`${from}: a URL with a user or password in it is not accepted`);
  if (url.search || url.hash) throw new UsageError(`${from}: a base URL has no "?" or "#"`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new UsageError(
      `${from}: ${url.origin} is not encrypted, a credential would be readable on the way`,
      {
        hint: 'use https://, or http:// with localhost',
      },
    );
  }
  return url;
}

/** True for this machine: 127.0.0.0/8, [::1], localhost and names below it. */
export function isLoopback(hostname: string): boolean {
  return /^127(\.\d+){3}$/.test(hostname) || hostname === '[::1]' || /(^|\.)localhost$/.test(hostname);
}

/** `base` followed by `path`, whether or not the base ends in a slash; its own path is kept. */
export function joinUrl(base: URL, path: string): URL {
  return new URL(`${base.origin}${base.pathname.replace(/\/+$/, '')}/${path}`);
}
