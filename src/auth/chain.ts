import { AuthError, GeminiError } from '../errors.ts';
import { apiKeyCredential } from './api-key.ts';
import { bearerCredential } from './bearer.ts';
import type { Credential } from './credential.ts';
import { describeCredential, readCredentialFile } from './credential-file.ts';
import { gcloudCredential, gdcloudCredential, programOnPath } from './gcloud.ts';
import { gdchCredential } from './gdch.ts';
import { googleFileCredential, metadataCredential, onGoogleMachine } from './google.ts';
import { wellKnownCredentialFile } from './google-files.ts';
import type { AuthPorts } from './ports.ts';
import { readSecretFile } from './secret-file.ts';
import { tokenFileCredential } from './token.ts';

/** A setting and where it came from, such as `--token-file` or a profile. */
export type Given = { readonly value: string; readonly from: string };

/** What credentials are looked for in, besides the environment. */
export type CredentialSettings = {
  readonly apiKeyFile: Given | undefined;
  readonly tokenFile: Given | undefined;
  readonly tokenCommand: Given | undefined;
  readonly project: Given | undefined;
  readonly quotaProject: string | undefined;
  /** Whom tokens for Distributed Cloud are asked for; undefined while its endpoint is not known. */
  readonly audience: string | undefined;
  /** Do not look further than files and the environment: nothing will be sent. */
  readonly offline: boolean;
};

/** One place where a credential may be, looked at without sending anything. */
export type Candidate = {
  /** The flag, variable or program it would come from. */
  readonly source: string;
  /**
   * `usable`: it would be used, if no other came before it; `broken`: so would it, and fail; `unsure`: only trying it
   * can tell; `ignored`: it is there, but does not count; `absent`: nothing is there.
   */
  readonly state: 'usable' | 'broken' | 'unsure' | 'ignored' | 'absent';
  /** What is there, or why it does not count: never a secret. */
  readonly finding: string;
  /** Makes the credential; absent of what is ignored or absent. */
  readonly make?: () => Credential;
};

export type CredentialBackend = 'developer' | 'vertex' | 'gdc' | 'openai';

type Look = (settings: CredentialSettings, ports: AuthPorts) => Candidate | Promise<Candidate>;

/**
 * Looks at the places a backend's credential may come from, in the order in which they count; the first that is usable,
 * broken or unsure is the one. The rest is looked at only if asked for.
 */
export async function* lookForCredential(
  backend: CredentialBackend,
  settings: CredentialSettings,
  ports: AuthPorts,
): AsyncGenerator<Candidate> {
  for (const look of CHAINS[backend]) yield await look(settings, ports);
}

const tokenCommand: Look = async ({ tokenCommand: given, quotaProject }, ports) => {
  if (!given) return absent('--token-command', 'not given');
  const { tokenCommandCredential } = await import('./token-command.ts');
  return checked(given.from, 'given', () => tokenCommandCredential(given, quotaProject, ports));
};

const tokenFile: Look = ({ tokenFile: given, quotaProject }, ports) =>
  given
    ? fileOf('access token', given, () => tokenFileCredential(given.value, quotaProject, ports.remember))
    : absent('--token-file', 'not given');

const apiKeyFile: Look = ({ apiKeyFile: given }, ports) =>
  given
    ? fileOf('API key', given, () => apiKeyCredential({ file: given.value }, ports.remember))
    : absent('--api-key-file', 'not given');

const bearerKeyFile: Look = ({ apiKeyFile: given }, ports) =>
  given
    ? fileOf('API key', given, () => tokenFileCredential(given.value, undefined, ports.remember))
    : absent('--api-key-file', 'not given');

function apiKeyOf(name: string): Look {
  return (_settings, { env }) =>
    inEnvironment(name, env, (value) => apiKeyCredential({ name, value }, () => {}));
}

function bearerOf(name: string): Look {
  return (_settings, { env }) => inEnvironment(name, env, (value) => bearerCredential({ name, value }));
}

/**
 * As in Google's SDKs: between a key and a project of the environment the project wins, since a forgotten key must not
 * take Vertex AI's credential away.
 */
function vertexKeyOf(name: string): Look {
  return (settings, ports) => {
    const found = apiKeyOf(name)(settings, ports) as Candidate;
    if (found.state === 'absent' || !settings.project) return found;
    return {
      source: name,
      state: 'ignored',
      finding: `is set, but beside a project (${settings.project.from}) Vertex AI takes no key of the environment; --api-key-file counts`,
    };
  };
}

const GOOGLE_FILE = 'GOOGLE_APPLICATION_CREDENTIALS';

const googleFileVariable: Look = async ({ quotaProject }, ports) => {
  const file = ports.env[GOOGLE_FILE] || ports.env.google_application_credentials;
  if (!file) return absent(GOOGLE_FILE, 'not set');
  return credentialFile(GOOGLE_FILE, file, 'cloud', ports, () =>
    googleFileCredential(file, quotaProject, ports),
  );
};

const googleFileOfGcloud: Look = async ({ quotaProject }, ports) => {
  const source = 'gcloud auth application-default login';
  const file = wellKnownCredentialFile(ports.env);
  if (!file) return absent(source, 'has left no file');
  return credentialFile(source, file, 'cloud', ports, () => googleFileCredential(file, quotaProject, ports));
};

const METADATA = 'metadata server';

/** Before gcloud where it surely is, as in Google's SDKs; after it where only asking can tell, which takes seconds. */
const metadataServer: Look = async ({ quotaProject, offline }, ports) => {
  const { GCE_METADATA_HOST: host, GCE_METADATA_IP: ip, METADATA_SERVER_DETECTION: detection } = ports.env;
  const use = (finding: string): Candidate => ({
    source: METADATA,
    state: 'usable',
    finding,
    make: () => metadataCredential(true, quotaProject, ports),
  });
  if (detection?.trim().toLowerCase() === 'none')
    return absent(METADATA, 'switched off: METADATA_SERVER_DETECTION');
  if (host || ip) return use(`at ${host || ip}`);
  if (detection?.trim().toLowerCase() === 'assume-present') return use('assumed: METADATA_SERVER_DETECTION');
  if (!offline && (await onGoogleMachine())) return use('this machine is one of Google Cloud');
  return absent(METADATA, 'this machine does not look like one of Google Cloud');
};

const metadataServerIfAny: Look = ({ quotaProject, offline }, ports) => {
  const source = `${METADATA}, if any`;
  const detection = ports.env.METADATA_SERVER_DETECTION?.trim().toLowerCase();
  if (detection === 'none' || detection === 'bios-only') {
    return absent(source, 'not asked: METADATA_SERVER_DETECTION');
  }
  if (offline) return absent(source, 'not asked');
  return {
    source,
    state: 'unsure',
    finding: 'only asking can tell',
    make: () => metadataCredential(false, quotaProject, ports),
  };
};

const gcloud: Look = ({ quotaProject }, ports) =>
  onPath('gcloud', ports, (program) => gcloudCredential(program, quotaProject, ports));

const gdcloud: Look = ({ audience }, ports) =>
  audience === undefined
    ? absent('gdcloud', 'not asked: no endpoint is named')
    : onPath('gdcloud', ports, (program) => gdcloudCredential(program, audience, ports));

const gdchFile: Look = async ({ audience }, ports) => {
  const file = ports.env[GOOGLE_FILE];
  if (!file) return absent(GOOGLE_FILE, 'not set');
  return credentialFile(GOOGLE_FILE, file, 'gdch', ports, () => gdchCredential(file, audience ?? '', ports));
};

const CHAINS: Record<CredentialBackend, readonly Look[]> = {
  developer: [apiKeyFile, apiKeyOf('GOOGLE_API_KEY'), apiKeyOf('GEMINI_API_KEY')],
  vertex: [
    tokenCommand,
    tokenFile,
    apiKeyFile,
    vertexKeyOf('GOOGLE_API_KEY'),
    vertexKeyOf('GEMINI_API_KEY'),
    googleFileVariable,
    googleFileOfGcloud,
    metadataServer,
    gcloud,
    metadataServerIfAny,
  ],
  gdc: [tokenCommand, tokenFile, bearerOf('GEMINI_GDC_TOKEN'), gdchFile, gdcloud],
  openai: [tokenCommand, tokenFile, bearerKeyFile, bearerOf('OPENAI_API_KEY')],
};

function absent(source: string, finding: string): Candidate {
  return { source, state: 'absent', finding };
}

/** A candidate that is there, and broken when making it fails. */
function checked(source: string, finding: string, make: () => Credential): Candidate {
  try {
    make();
    return { source, state: 'usable', finding, make };
  } catch (error) {
    return broken(source, error, make);
  }
}

function broken(source: string, error: unknown, make: () => Credential): Candidate {
  if (!(error instanceof GeminiError)) throw error;
  return { source, state: 'broken', finding: error.message, make };
}

async function fileOf(what: string, { value, from }: Given, make: () => Credential): Promise<Candidate> {
  try {
    await readSecretFile(value, what);
    return { source: from, state: 'usable', finding: value, make };
  } catch (error) {
    return broken(from, error, make);
  }
}

function inEnvironment(name: string, env: AuthPorts['env'], make: (value: string) => Credential): Candidate {
  const value = env[name]?.trim();
  if (!value) return absent(name, 'not set');
  return checked(name, 'set', () => {
    if (/^[\x21-\x7e]+$/.test(value)) return make(value);
    throw new AuthError(`${name} holds white space or control characters`);
  });
}

/** Distributed Cloud and Google Cloud share the variable, but neither takes the other's accounts. */
async function credentialFile(
  source: string,
  file: string,
  wanted: 'cloud' | 'gdch',
  ports: AuthPorts,
  make: () => Credential,
): Promise<Candidate> {
  try {
    const json = await readCredentialFile(file, ports.remember);
    const finding = `${describeCredential(json)} of ${file}`;
    if ((json.type === 'gdch_service_account') === (wanted === 'gdch')) {
      return { source, state: 'usable', finding, make };
    }
    const other = wanted === 'gdch' ? 'Google Cloud' : 'Distributed Cloud';
    return { source, state: 'ignored', finding: `${finding}: an account of ${other}` };
  } catch (error) {
    return broken(source, error, make);
  }
}

function onPath(name: string, { env }: AuthPorts, make: (program: string) => Credential): Candidate {
  const program = programOnPath(name, env);
  if (!program) return absent(name, 'not on PATH');
  return { source: name, state: 'usable', finding: program, make: () => make(program) };
}
