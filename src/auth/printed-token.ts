import type { Token } from './renewal.ts';

/**
 * The token that a command printed: the token alone, or a JSON object {access_token, expires_in | expiry}. A JWT says
 * itself when it ends.
 * @returns undefined when it is neither
 */
export function printedToken(output: string, now: number): Token | undefined {
  const text = output.trim();
  if (text.startsWith('{')) return tokenOfJson(text, now);
  return isToken(text) ? { value: text, endsAt: endOfJwt(text) } : undefined;
}

/** Seconds from now, or a time as RFC 3339 or in seconds since 1970. */
export function endOfJson(json: Record<string, unknown>, now: number): number | undefined {
  const seconds = Number(json.expires_in);
  if (json.expires_in !== undefined && seconds >= 0) return now + seconds * 1000;
  const { expiry } = json;
  const time = typeof expiry === 'string' ? Date.parse(expiry) : Number(expiry) * 1000;
  return Number.isFinite(time) ? time : undefined;
}

function tokenOfJson(text: string, now: number): Token | undefined {
  const json = objectOf(text);
  const value = json?.access_token;
  if (!json || !isToken(value)) return undefined;
  return { value, endsAt: endOfJson(json, now) ?? endOfJwt(value) };
}

/** RFC 7519: the second of three parts is base64url of JSON, whose `exp` is in seconds since 1970. */
function endOfJwt(token: string): number | undefined {
  const [, claims, signature] = token.split('.');
  if (!claims || signature === undefined) return undefined;
  const end = objectOf(Buffer.from(claims, 'base64url').toString())?.exp;
  return typeof end === 'number' && Number.isFinite(end) ? end * 1000 : undefined;
}

/** One word of visible ASCII, as a header can carry it. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,65536}$/.test(value);
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
