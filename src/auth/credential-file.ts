import { AuthError } from '../errors.ts';
import { readBounded } from './secret-file.ts';

/**
 * Reads a JSON file of a credential, as GOOGLE_APPLICATION_CREDENTIALS names it.
 * @param remember is told of the secrets in it
 * @throws AuthError naming the file, never showing what it holds
 */
export async function readCredentialFile(
  file: string,
  remember: (secret: string) => void,
): Promise<Record<string, unknown>> {
  const text = await readBounded(file, 'credential');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AuthError(`the credential file ${file} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AuthError(`the credential file ${file} holds no JSON object`);
  }
  rememberSecrets(value, remember);
  return value as Record<string, unknown>;
}

const SECRET_FIELDS = /^(private_key|refresh_token|client_secret|access_token|token)$/;

function rememberSecrets(value: object, remember: (secret: string) => void): void {
  for (const [name, held] of Object.entries(value)) {
    if (typeof held === 'string' && SECRET_FIELDS.test(name)) remember(held);
    else if (typeof held === 'object' && held !== null) rememberSecrets(held, remember);
  }
}

/** What kind of credential it is and whose, in words without secrets: `service_account me@x.example`. */
export function describeCredential(json: Record<string, unknown>): string {
  const impersonated = /\/([^/]+):generateAccessToken$/.exec(String(json.service_account_impersonation_url));
  const whose = impersonated?.[1] ?? json.client_email ?? json.account ?? json.name;
  return [json.type, whose].filter((word) => typeof word === 'string' && word !== '').join(' ') || 'no type';
}
