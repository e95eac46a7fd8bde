import type { SendTokenRequest } from './ports.ts';

/** Metadata servers of the clouds, which no proxy can reach. */
const ON_THE_LINK = /^(169\.254(\.\d+){2}|\[fd00:ec2::254\]|metadata\.google\.internal\.?)$/;

/**
 * `fetch` for google-auth-library, by our own client: with the proxy, certificates and time limits of the run, which
 * the library's own knows only in part.
 */
export function fetchThrough(
  send: SendTokenRequest,
  signal: AbortSignal,
  { direct = false } = {},
): typeof fetch {
  return async (input, init = {}) => {
    const headers = new Headers(init.headers);
    if (init.body instanceof URLSearchParams && !headers.has('content-type')) {
      headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
    }
    const url = new URL(String(input));
    const reply = await send({
      method: init.method ?? 'GET',
      url,
      headers: Object.fromEntries(headers),
      ...(init.body ? { body: String(init.body) } : {}),
      signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal,
      direct: direct || ON_THE_LINK.test(url.hostname),
    });
    const { 'content-encoding': _decoded, ...received } = reply.headers;
    return new Response(reply.text === '' ? null : reply.text, { status: reply.status, headers: received });
  };
}

/**
 * Gives a client of the library and the clients within it (an impersonated one's source, the token exchange of an
 * external account) our transport: some of them make their own and take none as an option.
 */
export function routeThrough(client: object, transporter: object): void {
  for (const inner of Object.values(client)) {
    if (typeof inner === 'object' && inner !== null && 'transporter' in inner)
      routeThrough(inner, transporter);
  }
  (client as { transporter: unknown }).transporter = transporter;
}
