import { type CredentialSettings, type Given, lookForCredential } from '../auth/chain.ts';
import { type Credential, NO_CREDENTIAL } from '../auth/credential.ts';
import { noGoogleCredential } from '../auth/google.ts';
import type { AuthPorts } from '../auth/ports.ts';
import type { Config, Environment } from '../config/config.ts';
import type { BackendName, SettingName } from '../config/settings.ts';
import { AuthError } from '../errors.ts';

export type CredentialSearch = {
  readonly config: Config;
  readonly env: Environment;
  /** False when nothing will be sent: then no credential is needed, and files and the environment are looked at only. */
  readonly sending: boolean;
  readonly baseUrl: { value: string; from: string } | undefined;
};

/** What the settings say of credentials. */
export function credentialSettings(
  name: BackendName,
  { config, sending, baseUrl }: CredentialSearch,
): CredentialSettings {
  const given = (setting: SettingName): Given | undefined => {
    const value = config.text(setting);
    return value === undefined ? undefined : { value, from: config.origin(setting) ?? setting };
  };
  return {
    apiKeyFile: given('apiKeyFile'),
    tokenFile: given('tokenFile'),
    tokenCommand: given('tokenCommand'),
    project: given('project'),
    // Only Google Cloud knows the header.
    quotaProject: name === 'vertex' ? config.text('quotaProject') : undefined,
    audience: config.text('audience') ?? (baseUrl && audienceOf(baseUrl.value)),
    offline: !sending,
  };
}

/** Distributed Cloud's rule for REST: https:// and the host, without a port. */
function audienceOf(endpoint: string): string | undefined {
  const url = endpoint.includes('://') ? endpoint : `https://${endpoint}`;
  return URL.canParse(url) ? `https://${new URL(url).hostname}` : undefined;
}

/**
 * The credential of a backend: the first there is.
 * @throws AuthError when there is none, with the ways to get one
 */
export async function chooseCredential(
  name: BackendName,
  search: CredentialSearch,
  ports: AuthPorts,
  note: (line: string) => void,
): Promise<Credential> {
  // An emulator takes every backend's requests, and gets nobody's secrets.
  if (name === 'emulator' || search.env.GEMINI_EMULATOR_HOST) return NO_CREDENTIAL;
  for await (const { source, state, finding, make } of lookForCredential(
    name,
    credentialSettings(name, search),
    ports,
  )) {
    if (make) return make();
    if (search.sending && state === 'ignored' && source === 'GOOGLE_API_KEY') note(`${source} ${finding}`);
  }
  if (!search.sending) return PLACEHOLDERS[name];
  // A server like OpenAI's may want no credential at all.
  if (name === 'openai') return NO_CREDENTIAL;
  throw noCredential(name);
}

/** Where nothing is sent, what would be there shows in the headers. */
const PLACEHOLDERS: Record<Exclude<BackendName, 'emulator'>, Credential> = {
  developer: { ...NO_CREDENTIAL, variable: 'GEMINI_API_KEY', preview: { 'x-goog-api-key': '***' } },
  vertex: { ...NO_CREDENTIAL, preview: { authorization: 'Bearer ***' } },
  gdc: { ...NO_CREDENTIAL, variable: 'GEMINI_GDC_TOKEN', preview: { authorization: 'Bearer ***' } },
  openai: NO_CREDENTIAL,
};

/** Why there is nobody to ask as, and how to become somebody. */
export function noCredential(name: Exclude<BackendName, 'emulator' | 'openai'>): AuthError {
  if (name === 'vertex') return noGoogleCredential();
  if (name === 'developer') {
    return new AuthError('no API key for the Gemini Developer API', {
      hint: 'set GEMINI_API_KEY, give --api-key-file FILE, or try it without an account: -b emulator',
    });
  }
  return new AuthError('no token for Distributed Cloud', {
    hint: 'log in with gdcloud, set GEMINI_GDC_TOKEN or GOOGLE_APPLICATION_CREDENTIALS, or give --token-file FILE',
  });
}
