/**
 * The environment variables that are read and are no setting's: secrets, and what Google's SDKs and other programs
 * share. Those of settings stand in the table of settings.
 */
export type Variable = {
  readonly name: string;
  readonly help: string;
  /** Its value is masked wherever it would be shown. */
  readonly secret?: true;
};

export const VARIABLES: readonly Variable[] = [
  { name: 'GOOGLE_API_KEY', help: 'API key; wins over GEMINI_API_KEY', secret: true },
  { name: 'GEMINI_API_KEY', help: 'API key of the Gemini Developer API', secret: true },
  { name: 'GEMINI_GDC_TOKEN', help: 'bearer token for Google Distributed Cloud', secret: true },
  { name: 'OPENAI_API_KEY', help: 'API key of an OpenAI-style server', secret: true },
  { name: 'AWS_ACCESS_KEY_ID', help: 'key of s3:// buckets' },
  { name: 'AWS_SECRET_ACCESS_KEY', help: 'its secret', secret: true },
  { name: 'AWS_SESSION_TOKEN', help: 'its session, if it has one', secret: true },
  { name: 'AWS_REGION', help: 'region of s3:// buckets (or AWS_DEFAULT_REGION)' },
  { name: 'AWS_PROFILE', help: 'profile of ~/.aws/credentials and ~/.aws/config' },
  { name: 'AWS_SHARED_CREDENTIALS_FILE', help: 'another ~/.aws/credentials' },
  { name: 'AWS_CONFIG_FILE', help: 'another ~/.aws/config' },
  { name: 'AWS_ENDPOINT_URL', help: "an S3 service that is not Amazon's" },
  { name: 'GOOGLE_APPLICATION_CREDENTIALS', help: 'file of a Google credential' },
  { name: 'CLOUDSDK_CONFIG', help: "folder of gcloud's settings" },
  { name: 'GCE_METADATA_HOST', help: 'address of the metadata server' },
  { name: 'METADATA_SERVER_DETECTION', help: 'assume-present, none, bios-only or ping-only' },
  { name: 'GOOGLE_GENAI_USE_VERTEXAI', help: 'true: ask Vertex AI' },
  { name: 'GOOGLE_GENAI_USE_ENTERPRISE', help: 'the same, and wins over it' },
  { name: 'GOOGLE_GEMINI_BASE_URL', help: 'address of the Developer API' },
  { name: 'GOOGLE_VERTEX_BASE_URL', help: 'address of Vertex AI' },
  { name: 'OPENAI_BASE_URL', help: 'address of an OpenAI-style server' },
  { name: 'GEMINI_EMULATOR_HOST', help: 'HOST:PORT of an emulator, which then answers everything' },
  { name: 'STORAGE_EMULATOR_HOST', help: 'address of an emulator of Cloud Storage' },
  { name: 'HTTPS_PROXY', help: 'proxy for https:// addresses' },
  { name: 'HTTP_PROXY', help: 'proxy for http:// addresses' },
  { name: 'ALL_PROXY', help: 'proxy for both, where they have none of their own' },
  { name: 'NO_PROXY', help: 'hosts that are asked without it, by comma' },
  { name: 'NODE_EXTRA_CA_CERTS', help: 'further certificate authorities, read when the program starts' },
  { name: 'XDG_CONFIG_HOME', help: 'folder of the folder of settings (default: ~/.config)' },
  { name: 'XDG_STATE_HOME', help: 'folder of what is remembered between runs (default: ~/.local/state)' },
  { name: 'NO_COLOR', help: 'no colours' },
  { name: 'FORCE_COLOR', help: 'colours in a pipe too' },
];

type Environment = Readonly<Record<string, string | undefined>>;

const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/** The secrets that stand in the environment or in the address of a proxy, for masking. */
export function secretsOf(env: Environment, proxy: string | undefined): string[] {
  const named = VARIABLES.filter(({ secret }) => secret).map(({ name }) => env[name]?.trim());
  const passwords = [proxy, ...PROXY_VARIABLES.map((name) => env[name])].flatMap(passwordOf);
  return [...named, ...passwords].filter((secret) => secret !== undefined && secret !== '') as string[];
}

/** The password of a proxy's address as it stands there, decoded, and as it is sent. */
function passwordOf(address: string | undefined): string[] {
  const [, user, password] = /^(?:[a-z]+:\/\/)?([^/:@\s]*):([^/\s]*)@/i.exec(address ?? '') ?? [];
  if (!password) return [];
  const plain = decoded(password);
  return [password, plain, Buffer.from(`${decoded(user ?? '')}:${plain}`).toString('base64')];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
