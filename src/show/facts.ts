import type { GenerateContentRequest } from '../wire/generate-content.ts';

/** What a printed program needs to know of a request; nothing in it is a secret. */
export type ShowFacts = {
  readonly backend: 'developer' | 'vertex' | 'emulator';
  /** HTTP method and URL, as a dry run shows them. */
  readonly method: string;
  readonly url: string;
  /** The model as the person named it. */
  readonly model: string;
  /**
   * A ByteSource in it is read from the file of its `name` when the program runs: one that is no file must have been
   * replaced by its base64 before.
   */
  readonly request: GenerateContentRequest;
  readonly stream: boolean;
  /** Version in the URL, such as v1. */
  readonly apiVersion: string;
  /** Google Cloud project and location (vertex); without a project the program takes GOOGLE_CLOUD_PROJECT. */
  readonly project?: string | undefined;
  readonly location?: string | undefined;
  /** Only when it is not the service's own. */
  readonly baseUrl?: string | undefined;
  readonly quotaProject?: string | undefined;
  /** Further headers, none of them secret. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Environment variable that holds the API key. Vertex AI uses a key only when this is given. */
  readonly apiKeyVariable?: string | undefined;
};

/** How a program proves who asks: the API key of an environment variable, the Google login of this machine, or not at all. */
export function credentialOf(facts: ShowFacts): { apiKeyVariable: string } | 'google' | 'none' {
  if (facts.backend === 'emulator') return 'none';
  if (facts.apiKeyVariable !== undefined) return { apiKeyVariable: facts.apiKeyVariable };
  return facts.backend === 'vertex' ? 'google' : { apiKeyVariable: 'GEMINI_API_KEY' };
}

/** Further headers, and the project whose quota is used. */
export function headersOf(facts: ShowFacts): Record<string, string> {
  return {
    ...facts.headers,
    ...(facts.quotaProject === undefined ? {} : { 'x-goog-user-project': facts.quotaProject }),
  };
}
