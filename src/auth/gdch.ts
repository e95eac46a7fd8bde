import { dirname, resolve } from 'node:path';
import { AuthError, UnavailableError } from '../errors.ts';
import { renewedCredential } from './bearer.ts';
import type { Credential } from './credential.ts';
import { readCredentialFile } from './credential-file.ts';
import type { AuthPorts, TokenReply } from './ports.ts';
import { endOfJson, isToken } from './printed-token.ts';
import { renewed, type Token } from './renewal.ts';

/** What stands in the file of a service account of Distributed Cloud (`gdcloud iam service-accounts keys create`). */
type ServiceIdentity = {
  readonly project: string;
  readonly name: string;
  readonly privateKeyId: string;
  readonly privateKey: string;
  readonly tokenUri: URL;
  readonly caFile: string | undefined;
};

const LIFE_SECONDS = 3600;

/**
 * A service account of Google Distributed Cloud: a JWT signed with its key is exchanged for a token of the audience,
 * at a token endpoint that has a certificate authority of its own. google-auth-library 10.9.1 knows this exchange, but
 * its transport is given the certificates as an agent, which our connections through a proxy would lose.
 */
export function gdchCredential(file: string, audience: string, ports: AuthPorts): Credential {
  const identity = async () => readIdentity(await readCredentialFile(file, ports.remember), file);
  const source = renewed(async (signal) => exchange(await identity(), audience, ports, signal), ports.now);
  return renewedCredential(
    `gdch_service_account of ${file}`,
    source,
    undefined,
    async () => (await identity()).project,
  );
}

/** @throws AuthError naming the field that is missing or wrong */
function readIdentity(json: Record<string, unknown>, file: string): ServiceIdentity {
  const text = (name: string): string => {
    const value = json[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new AuthError(`${file}: "${name}" is missing`);
  };
  if (json.format_version !== '1') throw new AuthError(`${file}: its format_version is not "1"`);
  const uri = text('token_uri');
  const tokenUri = URL.canParse(uri) ? new URL(uri) : undefined;
  if (tokenUri?.protocol !== 'https:') throw new AuthError(`${file}: token_uri is not an https:// address`);
  return {
    project: text('project'),
    name: text('name'),
    privateKeyId: text('private_key_id'),
    privateKey: text('private_key'),
    tokenUri,
    caFile:
      typeof json.ca_cert_path === 'string' && json.ca_cert_path !== ''
        ? resolve(dirname(file), json.ca_cert_path)
        : undefined,
  };
}

async function exchange(
  identity: ServiceIdentity,
  audience: string,
  { send, now, remember }: AuthPorts,
  signal: AbortSignal,
): Promise<Token> {
  const reply = await send({
    method: 'POST',
    url: identity.tokenUri,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      audience,
      grant_type: 'urn:ietf:params:oauth:token-type:token-exchange',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token: assertion(identity, now()),
      subject_token_type: 'urn:k8s:params:oauth:token-type:serviceaccount',
    }),
    signal,
    caFile: identity.caFile,
  });
  const { host } = identity.tokenUri;
  const answer = jsonOf(reply);
  if (reply.status >= 500) {
    throw new UnavailableError(`the token server ${host} answered ${reply.status}`, { retryable: true });
  }
  if (reply.status !== 200) {
    const words = [answer.error, answer.error_description ?? answer.message].filter(
      (word) => typeof word === 'string',
    );
    throw new AuthError(`the token server ${host} refused the service account (${reply.status})`, {
      details: words as string[],
      hint: 'was its key deleted, or is the audience another one? (--audience)',
      status: reply.status,
    });
  }
  if (!isToken(answer.access_token)) throw new AuthError(`the token server ${host} sent no access_token`);
  remember(answer.access_token);
  return { value: answer.access_token, endsAt: endOfJson(answer, now()) };
}

/** A JWT by RFC 7519, signed by ES256 of RFC 7518: the signature is the two numbers in a row, not DER. */
function assertion(identity: ServiceIdentity, now: number): string {
  const subject = `system:serviceaccount:${identity.project}:${identity.name}`;
  const seconds = Math.floor(now / 1000);
  const signed = [
    { alg: 'ES256', typ: 'JWT', kid: identity.privateKeyId },
    { iss: subject, sub: subject, aud: identity.tokenUri.href, iat: seconds, exp: seconds + LIFE_SECONDS },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const { sign } = process.getBuiltinModule('node:crypto');
  const key = p256Key(identity.privateKey);
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function p256Key(pem: string) {
  try {
    const key = process.getBuiltinModule('node:crypto').createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // OpenSSL's words may quote the key.
  }
  throw new AuthError('the private_key of the service account is no P-256 key');
}

function jsonOf({ text }: TokenReply): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
