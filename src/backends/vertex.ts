import { UsageError } from '../errors.ts';
import { vertexModel } from '../models/model-name.ts';
import type { Backend } from './backend.ts';
import type { BackendParts } from './developer.ts';
import { joinUrl, parseBaseUrl } from './endpoint.ts';
import { createGenerateContentBackend, type Method } from './generate-content.ts';

export type VertexParts = BackendParts & {
  /** Undefined: the credential's own project, looked up at the first request. */
  readonly project: string | undefined;
  readonly location: string;
  /** With an API key and no project, the path has no project and location ("express mode"). */
  readonly express: boolean;
};

/** Gemini on Vertex AI, version v1 unless told otherwise. */
export function createVertexBackend(parts: VertexParts): Backend {
  if (!/^[a-z0-9-]+$/.test(parts.location)) throw new UsageError(`"${parts.location}" is not a location`);
  if (parts.project !== undefined && !/^[a-z0-9][a-z0-9.:-]*$/i.test(parts.project)) {
    throw new UsageError(`"${parts.project}" is not a project`);
  }
  const base = parts.baseUrl
    ? parseBaseUrl(parts.baseUrl.value, parts.baseUrl.from)
    : new URL(`https://${vertexHost(parts.express ? 'global' : parts.location)}`);
  const apiVersion = parts.apiVersion ?? 'v1';
  const url = (project: string, model: string, method: Method) => {
    const name = vertexModel(model);
    const parent =
      parts.express || name.startsWith('projects/') ? '' : `projects/${project}/locations/${parts.location}/`;
    return joinUrl(base, `${apiVersion}/${parent}${name}:${method}`);
  };
  const backend = createGenerateContentBackend({
    ...parts,
    name: 'vertex',
    address: {
      apiVersion,
      baseUrl: parts.baseUrl?.value,
      project: parts.project,
      location: parts.location,
      apiKeyVariable: parts.credential.variable,
    },
    // Inline media: 20 MB in the documents of 2024, larger today by model; what the service refuses it says (413, 400).
    limits: { requestBytes: 100_000_000, uriSchemes: ['gs:', 'https:'], mimeNames: 'vertex' },
    url: async (model, method) => url(parts.express ? '' : await findProject(parts), model, method),
    previewUrl: (model, method) => url(parts.project ?? 'PROJECT_ID', model, method),
  });
  return {
    ...backend,
    async *listModels({ signal }) {
      const { listModels } = await import('./model-list.ts');
      const url = joinUrl(base, `${MODELS_VERSION}/publishers/google/models`);
      yield* listModels(parts, { url, kind: 'publisherModels', signal });
    },
    async getModel(model, { signal }) {
      const { getModel } = await import('./model-list.ts');
      const url = joinUrl(base, `${MODELS_VERSION}/${vertexModel(model)}`);
      return getModel(parts, { url, kind: 'publisherModels', signal });
    },
  };
}

/** Publishers' models are listed by this version alone, for no project and at any host. */
const MODELS_VERSION = 'v1beta1';

/** Host by location: docs.cloud.google.com, "global endpoint" and "multi-regional endpoints". */
export function vertexHost(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com';
  if (location === 'us' || location === 'eu') return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}

/** The project that was named, or the credential's own. @throws UsageError when there is neither */
export async function findProject(parts: Pick<VertexParts, 'project' | 'credential'>): Promise<string> {
  const project = parts.project ?? (await parts.credential.projectId?.());
  if (project) return project;
  throw new UsageError('no Google Cloud project is set', {
    hint: 'set GOOGLE_CLOUD_PROJECT or give --project ID',
  });
}
