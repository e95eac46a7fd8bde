import { apiKeyCredential } from './auth/api-key.ts';
import { type Credential, NO_CREDENTIAL } from './auth/credential.ts';
import { googleCredential } from './auth/google.ts';
import { tokenFileCredential } from './auth/token.ts';
import type { Backend } from './backends/backend.ts';
import { BACKENDS } from './backends/index.ts';
import { type Config, chooseBackend, type Environment } from './config/config.ts';
import type { BackendName } from './config/settings.ts';
import { AuthError, type GeminiError, InputError, UsageError } from './errors.ts';
import { createHttpClient, type HttpClient } from './http/client.ts';
import { VERSION } from './version.ts';

/** From settings to someone who answers: which backend, at what address, with which credential. */
export type Composition = {
  config: Config;
  env: Environment;
  stream: boolean;
  /** False when nothing will be sent: then no credential is needed, and no emulator started. */
  sending: boolean;
  /** Starts the emulator of this process and gives its URL. */
  startEmulator(): Promise<string>;
  note(line: string): void;
  onDebug: ((line: string) => void) | undefined;
};

/**
 * @throws AuthError when nothing says who should answer, or the credential it needs is not there
 * @throws UsageError for a setting that cannot be
 */
export async function composeBackend(from: Composition): Promise<{ backend: Backend; http: HttpClient }> {
  const { config, env } = from;
  const name = chooseBackend(config, env) ?? (from.sending ? undefined : 'developer');
  if (!name) throw nothingConfigured();
  const baseUrl = await baseUrlFor(name, from);
  const http = await composeHttp(from, baseUrl?.value.startsWith('http:') === true);
  const project = config.text('project');
  const credential = env.GEMINI_EMULATOR_HOST ? NO_CREDENTIAL : credentialFor(name, from);
  const backend = BACKENDS[name]({
    http,
    credential,
    headers: headersFrom(config),
    baseUrl,
    apiVersion: config.text('apiVersion'),
    project,
    location: config.text('location') ?? 'global',
    express: name === 'vertex' && !project && 'x-goog-api-key' in credential.preview,
    retry: {
      retries: config.number('retries'),
      onWait: ({ seconds, reason }) => from.note(waiting(seconds, reason)),
    },
    now: () => new Date(),
  });
  return { backend, http };
}

async function composeHttp(from: Composition, plain: boolean): Promise<HttpClient> {
  const { config, env, stream, onDebug } = from;
  // A whole answer comes only when the model is done: the usual limit is for a stream's first byte.
  const headerSeconds = config.origin('headerTimeout') || stream ? config.number('headerTimeout') : 600;
  return createHttpClient({
    timeouts: {
      connectMs: config.number('connectTimeout') * 1000,
      headerMs: headerSeconds * 1000,
      idleMs: config.number('idleTimeout') * 1000,
    },
    environment: env,
    proxy: config.text('proxy'),
    ca: plain ? [] : await certificates(config, env),
    onDebug,
  });
}

/** Node forgets NODE_EXTRA_CA_CERTS where further certificates are given, so that it is given with them. */
async function certificates(config: Config, env: Environment): Promise<string[]> {
  const file = config.text('caFile');
  if (!file) return [];
  const files = [file, env.NODE_EXTRA_CA_CERTS].filter((name) => name !== undefined && name !== '');
  return Promise.all([...new Set(files)].map((name) => readCertificates(String(name))));
}

/** GEMINI_EMULATOR_HOST takes every backend's requests; else the flag, else the variable of Google's SDKs. */
async function baseUrlFor(name: BackendName, { config, env, sending, startEmulator }: Composition) {
  const host = env.GEMINI_EMULATOR_HOST;
  if (host)
    return { value: /^https?:\/\//.test(host) ? host : `http://${host}`, from: 'GEMINI_EMULATOR_HOST' };
  const flag = config.text('baseUrl');
  if (flag) return { value: flag, from: '--base-url' };
  if (name === 'emulator') {
    return { value: sending ? await startEmulator() : 'http://127.0.0.1:8080', from: 'the emulator' };
  }
  const variable = name === 'vertex' ? 'GOOGLE_VERTEX_BASE_URL' : 'GOOGLE_GEMINI_BASE_URL';
  const value = env[variable];
  return value ? { value, from: variable } : undefined;
}

function credentialFor(name: BackendName, { config, env, sending }: Composition): Credential {
  const keyFile = config.text('apiKeyFile');
  const key = keyFile ? { file: keyFile } : keyFromEnvironment(env);
  if (name === 'emulator') return NO_CREDENTIAL;
  if (name === 'developer') {
    if (key) return apiKeyCredential(key);
    if (!sending) return apiKeyCredential({ name: 'GEMINI_API_KEY', value: '' });
    throw new AuthError('no API key for the Gemini Developer API', {
      hint: 'set GEMINI_API_KEY, give --api-key-file FILE, or try it without an account: -b emulator',
    });
  }
  const quotaProject = env.GOOGLE_CLOUD_QUOTA_PROJECT || undefined;
  const tokenFile = config.text('tokenFile');
  if (tokenFile) return tokenFileCredential(tokenFile, quotaProject);
  // As in Google's SDKs: a key given by name beats a project of the environment; between the two of the environment
  // the project wins, since a forgotten GOOGLE_API_KEY must not take Vertex AI's credential away.
  if (keyFile || (key && !config.text('project'))) return apiKeyCredential(key ?? { file: String(keyFile) });
  return googleCredential(quotaProject);
}

function keyFromEnvironment(env: Environment): { value: string; name: string } | undefined {
  for (const name of ['GOOGLE_API_KEY', 'GEMINI_API_KEY']) {
    const value = env[name]?.trim();
    if (!value) continue;
    if (!/^[\x21-\x7e]+$/.test(value)) throw new AuthError(`${name} holds white space or control characters`);
    return { value, name };
  }
  return undefined;
}

function headersFrom(config: Config): Record<string, string> {
  const headers: Record<string, string> = {
    'user-agent': `gemini-prompt/${VERSION} node/${process.versions.node}`,
  };
  for (const line of config.list('header')) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e]*)$/.exec(line) ?? [];
    if (!name || value === undefined)
      throw new UsageError(`--header: "${line.split(':')[0]}" is not "Name: value"`);
    if (/^(authorization|x-goog-api-key|proxy-authorization|cookie)$/i.test(name)) {
      throw new UsageError(`--header: ${name} would show a secret to everybody who can list processes`, {
        hint: 'use --api-key-file, --token-file or the environment',
      });
    }
    if (/^(content-length|transfer-encoding|host|connection)$/i.test(name)) {
      throw new UsageError(`--header: ${name} is set by the program`);
    }
    headers[name.toLowerCase()] = value;
  }
  return headers;
}

function waiting(seconds: number, error: GeminiError): string {
  const why = error.status ?? error.message;
  return `waiting ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s (${why})`;
}

function nothingConfigured(): AuthError {
  return new AuthError('no backend is set up', {
    hint: 'set GEMINI_API_KEY (developer) or GOOGLE_CLOUD_PROJECT (vertex), or try it without an account: -b emulator',
  });
}

async function readCertificates(file: string): Promise<string> {
  let text: string;
  try {
    const { readFile } = await import('node:fs/promises');
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError(`cannot read the certificates in ${file}`, { cause: error });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new InputError(`${file} holds no PEM certificate`);
  return text;
}
