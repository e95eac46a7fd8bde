import type { AuthClient } from 'google-auth-library';
import { AuthError, GeminiError, UnavailableError } from '../errors.ts';
import { bearerHeaders } from './bearer.ts';
import type { Credential } from './credential.ts';
import { readCredentialFile } from './credential-file.ts';
import { fetchThrough, routeThrough } from './google-transport.ts';
import type { AuthPorts } from './ports.ts';
import { renewed, type Token } from './renewal.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

type Library = typeof import('google-auth-library');

/** One of the library's clients, made anew for each token, since each keeps the token it got. */
type MakeClient = (library: Library, signal: AbortSignal) => Promise<AuthClient>;

/**
 * A credential file of Google Cloud of any type: service_account, authorized_user, impersonated_service_account,
 * external_account by file, URL or executable. By google-auth-library, which is loaded at the first request only; its
 * requests go through our own client.
 * @param quotaProject whose quota is used, when it is not the one that the file names
 */
export function googleFileCredential(
  file: string,
  quotaProject: string | undefined,
  ports: AuthPorts,
): Credential {
  const makeClient: MakeClient = async (library, signal) => {
    const json = await readCredentialFile(file, ports.remember);
    const auth = new library.GoogleAuth({ scopes: [SCOPE], credentials: json });
    const client = await auth.getClient();
    if (hasClientCertificate(json)) return client;
    const fetchImplementation = fetchThrough(ports.send, signal);
    // What fails is tried again by us.
    routeThrough(client, new library.gaxios.Gaxios({ fetchImplementation, retryConfig: { retry: 0 } }));
    return client;
  };
  return {
    ...libraryCredential(`credential file ${file}`, makeClient, quotaProject, ports),
    projectId: async () => {
      const { project_id } = await readCredentialFile(file, ports.remember);
      if (typeof project_id === 'string') return project_id;
      const client = await makeClient(await load(), new AbortController().signal);
      const projectOfPool = (client as { getProjectId?: () => Promise<string | null> }).getProjectId;
      return (await projectOfPool?.call(client).catch(() => undefined)) ?? undefined;
    },
  };
}

/**
 * The service account of the machine, as its metadata server tells it.
 * @param sure false: the server is asked first whether it is there
 */
export function metadataCredential(
  sure: boolean,
  quotaProject: string | undefined,
  ports: AuthPorts,
): Credential {
  const makeClient: MakeClient = async (library, signal) => {
    askMetadataDirectly(library, ports, signal);
    if (!sure && !(await library.gcpMetadata.isAvailable())) throw noGoogleCredential();
    return new library.Compute({ scopes: [SCOPE] });
  };
  return {
    ...libraryCredential('metadata server', makeClient, quotaProject, ports),
    projectId: async () => {
      const library = await load();
      askMetadataDirectly(library, ports, new AbortController().signal);
      const project: unknown = await library.gcpMetadata.project('project-id').catch(() => undefined);
      return typeof project === 'string' ? project : undefined;
    },
  };
}

/** True when this machine is one of Google's, by its firmware and the environment; nothing is sent. */
export async function onGoogleMachine(): Promise<boolean> {
  return (await load()).gcpMetadata.getGCPResidency();
}

export function noGoogleCredential(): AuthError {
  return new AuthError('no Google credential found', {
    hint: 'run "gcloud auth application-default login", or set GOOGLE_APPLICATION_CREDENTIALS to a key file',
  });
}

async function load(): Promise<Library> {
  return import('google-auth-library');
}

function libraryCredential(
  kind: string,
  makeClient: MakeClient,
  quotaProject: string | undefined,
  ports: AuthPorts,
): Credential {
  let quotaOfFile: string | undefined;
  const source = renewed(async (signal): Promise<Token> => {
    try {
      const client = await makeClient(await load(), signal);
      const { token } = await client.getAccessToken();
      if (!token) throw new AuthError('the credential gave no access token');
      ports.remember(token);
      quotaOfFile = client.quotaProjectId;
      return { value: token, endsAt: client.credentials.expiry_date ?? undefined };
    } catch (error) {
      signal.throwIfAborted();
      throw credentialError(error);
    }
  }, ports.now);
  return {
    kind,
    preview: bearerHeaders('***', quotaProject),
    renewable: true,
    headers: async (options) => bearerHeaders(await source(options), quotaProject ?? quotaOfFile),
  };
}

/** The metadata server is on the machine's own link: a proxy of the environment is never asked for it. */
function askMetadataDirectly({ gaxios }: Library, ports: AuthPorts, signal: AbortSignal): void {
  gaxios.instance.defaults = { fetchImplementation: fetchThrough(ports.send, signal, { direct: true }) };
}

/** A credential that shows a client certificate makes its own connections. */
function hasClientCertificate({ credential_source: source }: Record<string, unknown>): boolean {
  return typeof source === 'object' && source !== null && 'certificate' in source;
}

/** The library's words for what went wrong, without the request that holds the secrets. */
function credentialError(error: unknown): GeminiError {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof GeminiError) return at;
  const { message, status } = describe(error);
  if (status !== undefined && (status >= 500 || status === 429)) {
    return new UnavailableError(`the token server answered ${status}`, { retryable: true });
  }
  if (/invalid_grant|invalid_rapt/i.test(message)) {
    return new AuthError(`the Google credential was refused: ${message}`, {
      hint: 'log in again: gcloud auth application-default login',
    });
  }
  return new AuthError(`the Google credential cannot be used: ${message}`);
}

function describe(error: unknown): { message: string; status: number | undefined } {
  if (!(error instanceof Error)) return { message: 'unknown error', status: undefined };
  const response = (error as { response?: { status?: unknown; data?: unknown } }).response;
  const data = response?.data as { error?: unknown; error_description?: unknown } | undefined;
  const words = [data?.error, data?.error_description].filter((word) => typeof word === 'string').join(': ');
  const status = typeof response?.status === 'number' ? response.status : undefined;
  return { message: words || error.message.split('\n')[0] || error.name, status };
}
