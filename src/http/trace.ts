import type { HttpRequest, RawResponse, Trace } from './transport.ts';

const SECRET_HEADER = /auth|key\b|token|cookie|secret|signature|password/i;
/** A scheme with its token, or one long word of letters and digits. */
const SECRET_VALUE = /^(Bearer|Basic|Token)\s|^(?=\S*\d)(?=\S*[a-z])[\w+/=.~-]{24,}$/i;
const SECRET_QUERY = /^(key|sig|upload_id|upload_protocol_id)$|token|signature|credential|secret|password/i;

/** Lines in curl's manner: `>` sent, `<` received. Secrets are masked and bodies left out. */
export function traceRequest(
  trace: Trace,
  { method, url, headers, body }: HttpRequest,
  via: string | undefined,
): void {
  if (via !== undefined) trace(`* through the proxy ${via}`);
  trace(`> ${method} ${maskUrl(url)}`);
  for (const [name, value] of Object.entries(shownHeaders(headers))) trace(`> ${name}: ${value}`);
  if (body !== undefined) trace(`> content-length: ${body.byteLength}`);
}

/** @param ms time since the request began */
export function traceResponse(trace: Trace, { status, headers }: RawResponse, ms: number): void {
  trace(`< ${status} after ${Math.round(ms)} ms`);
  for (const [name, value] of Object.entries(headers)) trace(`< ${name}: ${maskHeader(name, value)}`);
}

/** The headers of a request as they may be shown. */
export function shownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      isSecretHeader(name, value) ? '***' : maskHeader(name, value),
    ]),
  );
}

/** True for a header that is named as secrets are, or whose value looks like one. */
export function isSecretHeader(name: string, value: string): boolean {
  return SECRET_HEADER.test(name) || SECRET_VALUE.test(value);
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
