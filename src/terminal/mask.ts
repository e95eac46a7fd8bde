const MASK = '****';

/** Shorter values are words that occur everywhere, and no service issues secrets that short. */
const SHORTEST_SECRET = 8;

/** What secrets look like, with what stays readable of them. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\bAIza[\w-]{20,}/g, `AIza${MASK}`],
  [/\bAQ\.[\w-]{20,}/g, `AQ.${MASK}`],
  [/\bya29\.[\w.-]+/g, `ya29.${MASK}`],
  [/\bGOCSPX-[\w-]+/g, `GOCSPX-${MASK}`],
  [/\bsk-[\w-]{16,}/g, `sk-${MASK}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, `eyJ${MASK}`],
  [/\b(Bearer|Basic)(\s+)[\w.~+/-]{8,}=*/gi, `$1$2${MASK}`],
  [/(:\/\/[^\s/:@"']*):(?!PASSWORD@)[^\s/@"']+@/g, `$1:${MASK}@`],
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g, `[private key ${MASK}]`],
];

/**
 * Makes secrets unreadable in a text for people: first the known ones wherever they occur, plain or percent-encoded,
 * then whatever looks like one (Google API keys and access tokens, JWTs, Authorization values, passwords in URLs).
 * @param secrets values in use; those under 8 characters are not searched for
 */
export function maskSecrets(text: string, secrets: readonly string[] = []): string {
  const known = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    // Of two secrets that contain each other the longer goes first, or its rest would stay.
    .sort((a, b) => b.length - a.length);
  const byValue = known.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  return PATTERNS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), byValue);
}
