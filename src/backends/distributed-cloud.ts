import { UsageError } from '../errors.ts';
import type { StatusHints } from '../wire/status.ts';
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
    hints: HINTS,
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
  });
}

const HINTS: StatusHints = {
  401: 'log in again with gdcloud; `gemini auth status` shows which credential was used',
  403: 'the account needs a Gemini role in the project: ask its IAM administrator',
  404: 'check the endpoint, the project, and the name of the model: its administrator knows them',
  413: 'name large media by an s3:// address, or upload them: --upload-to s3://BUCKET/FOLDER',
};

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
