import type { Credential } from './credential.ts';
import { readSecretFile } from './secret-file.ts';

/**
 * An API key from a file, GOOGLE_API_KEY or GEMINI_API_KEY, in this order (the last two as Google's SDKs have it).
 * It travels as the `x-goog-api-key` header, never in the URL.
 */
export function apiKeyCredential(
  from: { file: string } | { value: string; name: string },
  remember: (secret: string) => void,
): Credential {
  return {
    kind: 'file' in from ? `API key of ${from.file}` : `API key of ${from.name}`,
    ...('name' in from ? { variable: from.name } : {}),
    preview: { 'x-goog-api-key': '***' },
    renewable: false,
    headers: async () => {
      const key = 'file' in from ? await readSecretFile(from.file, 'API key') : from.value;
      remember(key);
      return { 'x-goog-api-key': key };
    },
  };
}
