import type { Credential } from './credential.ts';
import { readSecretFile } from './secret-file.ts';

/** A bearer token kept in a file by somebody else; the file is read again after a 401, since it may have been renewed. */
export function tokenFileCredential(file: string, quotaProject: string | undefined): Credential {
  const quota: Record<string, string> = quotaProject ? { 'x-goog-user-project': quotaProject } : {};
  return {
    kind: `access token of ${file}`,
    preview: { authorization: 'Bearer ***', ...quota },
    renewable: true,
    headers: async () => ({
      authorization: `Bearer ${await readSecretFile(file, 'access token')}`,
      ...quota,
    }),
  };
}
