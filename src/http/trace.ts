import type { HttpRequest, RawResponse, Trace } from './transport.ts';

const SECRET_HEADER = /auth|api-?key|token|cookie|secret|signature|password/i;
const SECRET_QUERY = /^(key|sig|upload_id|upload_protocol_id)$|token|signature|credential|secret|password/i;

/** Lines in curl's manner: `>` sent, `<` received. Secrets are masked and bodies left out. */
export function traceRequest(
  trace: Trace,
  { method, url, headers, body }: HttpRequest,
  via: string | undefined,
): void {
  if (via !== undefined) trace(`* through the proxy ${via}`);
  trace(`> ${method} ${maskUrl(url)}`);
  for (const [name, value] of Object.entries(headers)) trace(`> ${name}: ${maskHeader(name, value)}`);
  if (body !== undefined) trace(`> content-length: ${body.byteLength}`);
}

/** @param ms time since the request began */
export function traceResponse(trace: Trace, { status, headers }: RawResponse, ms: number): void {
  trace(`< ${status} after ${Math.round(ms)} ms`);
  for (const [name, value] of Object.entries(headers)) trace(`< ${name}: ${maskHeader(name, value)}`);
}

/** The value as it may be shown: secrets are stars, URLs are without theirs. */
function maskHeader(name: string, value: string): string {
  if (SECRET_HEADER.test(name)) return '***';
  return URL.canParse(value) ? maskUrl(new URL(value)) : value;
}

/** The URL as it may be shown: without user, password and the values of secret parameters. */
function maskUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  for (const name of new Set(shown.searchParams.keys())) {
    if (SECRET_QUERY.test(name)) shown.searchParams.set(name, '***');
  }
  return shown.href;
}
