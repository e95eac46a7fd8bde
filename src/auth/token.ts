import { bearerHeaders } from './bearer.ts';
import type { Credential } from './credential.ts';
import { readSecretFile } from './secret-file.ts';

/** A bearer token kept in a file by somebody else, who may renew it: the file is read for each request. */
export function tokenFileCredential(
  file: string,
  quotaProject: string | undefined,
  remember: (secret: string) => void,
): Credential {
  return {
    kind: `access token of ${file}`,
    preview: bearerHeaders('***', quotaProject),
    renewable: true,
    headers: async () => {
      const token = await readSecretFile(file, 'access token');
      remember(token);
      return bearerHeaders(token, quotaProject);
    },
  };
}
