import type { Credential } from '../auth/credential.ts';
import { developerModel } from '../models/model-name.ts';
import type { Backend } from './backend.ts';
import { joinUrl, parseBaseUrl } from './endpoint.ts';
import {
  createGenerateContentBackend,
  type GenerateContentBackendOptions,
  type Method,
} from './generate-content.ts';

export const DEVELOPER_BASE_URL = 'https://generativelanguage.googleapis.com';

/** What the Developer API and Vertex AI need alike. */
export type BackendParts = Pick<GenerateContentBackendOptions, 'http' | 'headers' | 'retry' | 'now'> & {
  readonly credential: Credential;
  readonly baseUrl: { value: string; from: string } | undefined;
  readonly apiVersion: string | undefined;
  /** For messages; the emulator is this backend at another address. */
  readonly name?: string;
  /** Schemes of URIs that go out as they are; https: alone unless given. */
  readonly uriSchemes?: readonly string[];
};

/** The Gemini Developer API: https://ai.google.dev/api, v1beta unless told otherwise. */
export function createDeveloperBackend(parts: BackendParts): Backend {
  const base = parts.baseUrl
    ? parseBaseUrl(parts.baseUrl.value, parts.baseUrl.from)
    : new URL(DEVELOPER_BASE_URL);
  const apiVersion = parts.apiVersion ?? 'v1beta';
  const url = (model: string, method: Method) =>
    joinUrl(base, `${apiVersion}/${developerModel(model)}:${method}`);
  const backend = createGenerateContentBackend({
    ...parts,
    name: parts.name ?? 'developer',
    address: { apiVersion, baseUrl: parts.baseUrl?.value, apiKeyVariable: parts.credential.variable },
    // 100 MB a request: ai.google.dev/gemini-api/docs/file-input-methods, 2026-09.
    limits: {
      requestBytes: 100_000_000,
      uriSchemes: parts.uriSchemes ?? ['https:'],
      mimeNames: 'developer',
    },
    url: async (model, method) => url(model, method),
    previewUrl: url,
  });
  return {
    ...backend,
    async *listModels({ signal }) {
      const { listModels } = await import('./model-list.ts');
      yield* listModels(parts, { url: joinUrl(base, `${apiVersion}/models`), kind: 'models', signal });
    },
    async getModel(model, { signal }) {
      const { getModel } = await import('./model-list.ts');
      const url = joinUrl(base, `${apiVersion}/${developerModel(model)}`);
      return getModel(parts, { url, kind: 'models', signal });
    },
  };
}
