import { UsageError } from '../errors.ts';
import { kindOfType, type MediaKind } from '../wire/chat-completions/media-kind.ts';
import type { GenerateContentRequest } from '../wire/generate-content.ts';
import type { Backend } from './backend.ts';
import { type ChatParts, createChatCompletionsBackend } from './chat-completions.ts';
import { DISTRIBUTED_CLOUD, withMediaParts } from './dialects.ts';
import { joinUrl, parseBaseUrl } from './endpoint.ts';

export type DistributedCloudParts = ChatParts & {
  /** A host, host:port or URL, and the flag or variable that named it. */
  readonly endpoint: { value: string; from: string } | undefined;
  readonly project: string | undefined;
};

/** Gemini on Google Distributed Cloud: cloud.google.com/distributed-cloud/hosted/docs, "gdch/gemini". */
export function createDistributedCloudBackend(parts: DistributedCloudParts): Backend {
  const { endpoint, project, credential } = parts;
  const base = endpoint && parseEndpoint(endpoint.value, endpoint.from);
  if (project !== undefined && !/^[a-z0-9][a-z0-9.:-]*$/i.test(project)) {
    throw new UsageError(`"${project}" is not a project`);
  }
  const path = pathOf(project ?? 'PROJECT_ID');
  return createChatCompletionsBackend({
    ...parts,
    name: 'gdc',
    dialect: withMediaParts(DISTRIBUTED_CLOUD, parts.mediaParts),
    // No document names a limit on the request; this is twice what one document may have.
    limits: { requestBytes: 100_000_000 },
    address: { apiVersion: 'v1', baseUrl: endpoint?.value, project, apiKeyVariable: credential.variable },
    url: async () => {
      if (!base) {
        throw new UsageError('-b gdc: no endpoint is named', {
          hint: 'set GEMINI_GDC_ENDPOINT or give --endpoint HOST',
        });
      }
      return joinUrl(base, pathOf(await findProject(parts)));
    },
    previewUrl: base ? joinUrl(base, path).href : `https://ENDPOINT/${path}`,
    doubts: countsInDoubt,
  });
}

/** The project stands in the place of the location as well. */
function pathOf(project: string): string {
  return `v1/projects/${project}/locations/${project}/chat/completions`;
}

/** A host alone means https; http:// is taken for this machine only (parseBaseUrl). */
function parseEndpoint(value: string, from: string): URL {
  return parseBaseUrl(value.includes('://') ? value : `https://${value}`, from);
}

async function findProject({ project, credential }: DistributedCloudParts): Promise<string> {
  const found = project ?? (await credential.projectId?.());
  if (found) return found;
  throw new UsageError('-b gdc: no project is set', {
    hint: 'set GOOGLE_CLOUD_PROJECT or give --project ID',
  });
}

/** So many in one prompt, by the pages "understand images", "video" and "documents" of 2025. */
const MOST: Readonly<Partial<Record<MediaKind, number>>> = { image: 100, video: 10, document: 100 };

/** A release of the service may take more than the pages say, so that it has the last word. */
function countsInDoubt({ contents }: GenerateContentRequest): string[] {
  const kinds = contents
    .flatMap(({ parts }) => parts)
    .map(({ inlineData, fileData }) => inlineData?.mimeType ?? fileData?.mimeType)
    .map((type) => (type === undefined || type.startsWith('text/') ? undefined : kindOfType(type)));
  return Object.entries(MOST).flatMap(([kind, most]) => {
    const count = kinds.filter((each) => each === kind).length;
    return count > most
      ? [`${count} ${kind}s in one prompt: Distributed Cloud is documented to take ${most}`]
      : [];
  });
}
