import type { Credential } from './credential.ts';
import type { TokenSource } from './renewal.ts';

/** The headers of a bearer token, and of the project that pays for the requests where it is named. */
export function bearerHeaders(token: string, quotaProject: string | undefined): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    ...(quotaProject ? { 'x-goog-user-project': quotaProject } : {}),
  };
}

/** A bearer token of the environment: GEMINI_GDC_TOKEN, or the key of OPENAI_API_KEY, which travels the same way. */
export function bearerCredential({ value, name }: { value: string; name: string }): Credential {
  return {
    kind: `token of ${name}`,
    variable: name,
    preview: bearerHeaders('***', undefined),
    renewable: false,
    headers: async () => bearerHeaders(value, undefined),
  };
}

/** A bearer token that is fetched, kept and renewed. */
export function renewedCredential(
  kind: string,
  source: TokenSource,
  quotaProject: string | undefined,
  projectId?: () => Promise<string | undefined>,
): Credential {
  return {
    kind,
    preview: bearerHeaders('***', quotaProject),
    renewable: true,
    headers: async (options) => bearerHeaders(await source(options), quotaProject),
    ...(projectId ? { projectId } : {}),
  };
}
