import type { Credential } from './auth/credential.ts';
import type { AuthPorts } from './auth/ports.ts';
import type { Backend } from './backends/backend.ts';
import type { DialectName } from './backends/dialects.ts';
import { BACKENDS } from './backends/index.ts';
import { chooseCredential } from './composition/credentials.ts';
import { createTokenSender } from './composition/token-sender.ts';
import { type Config, chooseBackend, type Environment } from './config/config.ts';
import type { BackendName } from './config/settings.ts';
import { AuthError, type GeminiError, InputError, UsageError } from './errors.ts';
import { createHttpClient, type HttpClient, type HttpClientOptions } from './http/client.ts';
import type { RetryOptions } from './http/retry.ts';
import { isSecretHeader } from './http/trace.ts';
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
  /** Is told of each secret as it is read, so that nothing shows it. */
  remember(secret: string): void;
  onDebug: ((line: string) => void) | undefined;
};

/** What was made, and of what. */
export type Composed = {
  readonly backend: Backend;
  readonly http: HttpClient;
  readonly credential: Credential;
  readonly ports: AuthPorts;
  readonly baseUrl: { value: string; from: string } | undefined;
  /** The server is an emulator of this process. */
  readonly inProcess: boolean;
  /** PEM certificates that are trusted besides the usual ones. */
  readonly ca: readonly string[];
  close(): void;
};

/**
 * @throws AuthError when nothing says who should answer, or the credential it needs is not there
 * @throws UsageError for a setting that cannot be
 */
export async function composeBackend(from: Composition): Promise<Composed> {
  const { config, env } = from;
  const name = chooseBackend(config, env) ?? (from.sending ? undefined : 'developer');
  if (!name) throw nothingConfigured();
  const baseUrl = await baseUrlFor(name, from);
  // Distributed Cloud is not asked for a stream.
  const stream = from.stream && name !== 'gdc';
  const ca = baseUrl?.value.startsWith('http:')
    ? []
    : await certificates(config.text('caFile'), undefined, env);
  const http = composeHttp({ ...from, stream }, { ca });
  const project = config.text('project');
  const tokens = composeTokenSender(from);
  const ports = { env, send: tokens.send, remember: from.remember, now: Date.now };
  const credential = await chooseCredential(name, { ...from, baseUrl }, ports, from.note);
  const headers = headersFrom(config);
  for (const [header, value] of Object.entries(headers)) {
    if (isSecretHeader(header, value)) from.remember(value);
  }
  const backend = await BACKENDS[name]({
    http,
    credential,
    headers,
    baseUrl,
    endpoint: baseUrl,
    apiVersion: config.text('apiVersion'),
    project,
    location: config.text('location') ?? 'global',
    dialect: config.text('dialect') as DialectName | 'auto' | undefined,
    mayAsk: from.sending && !env.GEMINI_EMULATOR_HOST,
    mediaParts: config.list('mediaPart'),
    strict: config.is('strict'),
    note: from.note,
    express: name === 'vertex' && !project && 'x-goog-api-key' in credential.preview,
    retry: retryOptions(from),
    now: () => new Date(),
  });
  return {
    backend,
    http,
    credential,
    ports,
    baseUrl,
    inProcess: baseUrl?.from === IN_PROCESS,
    ca,
    close: () => {
      http.close();
      tokens.close();
    },
  };
}

/** Token endpoints are on the internet even where the backend is not, and may have certificates of their own. */
export function composeTokenSender(from: Composition) {
  const user = { 'user-agent': userAgent() };
  const { config, env } = from;
  const { send, close } = createTokenSender(async ({ caFile, direct }) =>
    composeHttp(
      { ...from, stream: true },
      { direct, ca: await certificates(config.text('caFile'), caFile, env) },
    ),
  );
  return {
    send: (request: Parameters<typeof send>[0]) =>
      send({ ...request, headers: { ...user, ...request.headers } }),
    close,
  };
}

/** A client for addresses that are not the service's: it is given no credential, and looks names up as told. */
export async function composeWebClient(
  from: Pick<Composition, 'config' | 'env' | 'onDebug'>,
  lookup: HttpClientOptions['lookup'],
): Promise<HttpClient> {
  const ca = await certificates(from.config.text('caFile'), undefined, from.env);
  return composeHttp({ ...from, stream: true }, { ca, lookup });
}

/** What is not the same for every client of a run. */
type ClientNeeds = {
  /** PEM certificates that are trusted besides the usual ones. */
  readonly ca: readonly string[];
  /** It uses no proxy. */
  readonly direct?: boolean;
  readonly lookup?: HttpClientOptions['lookup'];
};

export function composeHttp(
  from: Pick<Composition, 'config' | 'env' | 'onDebug' | 'stream'>,
  { ca, direct = false, lookup }: ClientNeeds,
): HttpClient {
  const { config, env, stream, onDebug } = from;
  // A whole answer comes only when the model is done: the usual limit is for a stream's first byte.
  const headerSeconds = config.origin('headerTimeout') || stream ? config.number('headerTimeout') : 600;
  return createHttpClient({
    timeouts: {
      connectMs: config.number('connectTimeout') * 1000,
      headerMs: headerSeconds * 1000,
      idleMs: config.number('idleTimeout') * 1000,
    },
    environment: direct ? {} : env,
    proxy: direct ? undefined : config.text('proxy'),
    ca,
    lookup,
    onDebug,
  });
}

/** Node forgets NODE_EXTRA_CA_CERTS where further certificates are given, so that it is given with them. */
export async function certificates(
  file: string | undefined,
  another: string | undefined,
  env: Environment,
): Promise<string[]> {
  const files = [file, another].filter((name) => name !== undefined);
  if (files.length === 0) return [];
  if (env.NODE_EXTRA_CA_CERTS) files.push(env.NODE_EXTRA_CA_CERTS);
  return Promise.all([...new Set(files)].map((name) => readCertificates(String(name))));
}

/** GEMINI_EMULATOR_HOST takes every backend's requests; else the flag, else the variable of Google's SDKs. */
async function baseUrlFor(name: BackendName, { config, env, sending, startEmulator }: Composition) {
  const host = env.GEMINI_EMULATOR_HOST;
  if (host) {
    const url = /^https?:\/\//.test(host) ? host : `http://${host}`;
    return { value: name === 'openai' ? `${url}/v1` : url, from: 'GEMINI_EMULATOR_HOST' };
  }
  const set = config.text('baseUrl');
  const from = config.origin('baseUrl') ?? '--base-url';
  if (set && from === '--base-url') return { value: set, from };
  if (name === 'emulator') {
    return { value: sending ? await startEmulator() : 'http://127.0.0.1:8080', from: IN_PROCESS };
  }
  if (name === 'gdc') {
    const endpoint = config.text('endpoint');
    return endpoint ? { value: endpoint, from: config.origin('endpoint') ?? '--endpoint' } : undefined;
  }
  const variable = BASE_URL_VARIABLES[name];
  const value = env[variable];
  if (value) return { value, from: variable };
  return set ? { value: set, from } : undefined;
}

const IN_PROCESS = 'the emulator';

const BASE_URL_VARIABLES = {
  developer: 'GOOGLE_GEMINI_BASE_URL',
  vertex: 'GOOGLE_VERTEX_BASE_URL',
  openai: 'OPENAI_BASE_URL',
} as const;

export function userAgent(): string {
  return `gemini-prompt/${VERSION} node/${process.versions.node}`;
}

export function headersFrom(config: Config): Record<string, string> {
  const headers: Record<string, string> = {
    'user-agent': userAgent(),
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

export function retryOptions({
  config,
  note,
}: Pick<Composition, 'config' | 'note'>): Omit<RetryOptions, 'signal'> {
  return {
    retries: config.number('retries'),
    onWait: ({ seconds, reason }) => note(waiting(seconds, reason)),
  };
}

function waiting(seconds: number, error: GeminiError): string {
  const why = error.status ?? error.message;
  return `waiting ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s (${why})`;
}

export function nothingConfigured(): AuthError {
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
