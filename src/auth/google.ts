import { AuthError, UnavailableError } from '../errors.ts';
import type { Credential } from './credential.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Application Default Credentials of every kind, by google-auth-library, which is loaded at the first request only.
 * Tokens are kept and renewed by the library (5 minutes before they end).
 * @param quotaProject GOOGLE_CLOUD_QUOTA_PROJECT: whose quota is used, when it is not the credential's own
 */
export function googleCredential(quotaProject: string | undefined): Credential {
  let loaded: ReturnType<typeof load> | undefined;
  const auth = () => {
    loaded ??= load();
    return loaded;
  };
  return {
    kind: 'Application Default Credentials',
    preview: {
      authorization: 'Bearer ***',
      ...(quotaProject ? { 'x-goog-user-project': quotaProject } : {}),
    },
    renewable: true,
    headers: async ({ fresh }) => {
      try {
        const client = await (await auth()).getClient();
        if (fresh) client.credentials = { ...client.credentials, access_token: null, expiry_date: 1 };
        const token = (await client.getAccessToken()).token;
        if (!token) throw new Error('the credential gave no access token');
        const quota = quotaProject ?? client.quotaProjectId;
        return { authorization: `Bearer ${token}`, ...(quota ? { 'x-goog-user-project': quota } : {}) };
      } catch (error) {
        throw credentialError(error);
      }
    },
    projectId: async () => {
      try {
        return (await (await auth()).getProjectId()) || undefined;
      } catch {
        return undefined;
      }
    },
  };
}

async function load() {
  const { GoogleAuth } = await import('google-auth-library');
  return new GoogleAuth({ scopes: [SCOPE] });
}

/** The library's words for what went wrong, without the request that holds the secrets. */
function credentialError(error: unknown): AuthError | UnavailableError {
  const { message, status } = describe(error);
  if (status !== undefined && status >= 500) {
    return new UnavailableError(`the token server answered ${status}`, { retryable: true });
  }
  if (/Could not load the default credentials/i.test(message)) {
    return new AuthError('no Google credential found', {
      hint: 'run "gcloud auth application-default login", or set GOOGLE_APPLICATION_CREDENTIALS to a key file',
    });
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
