/**
 * Every setting once: its flag, its environment variables (first one set wins), its type and its default.
 * The flags of the command line, the help topic on the environment and the checks all come from this table.
 */

export type Setting = {
  /** As commander reads it. */
  readonly flag: string;
  readonly env?: readonly string[];
  /** A `path` in the user's file of settings is looked up from the folder of that file. */
  readonly type: 'text' | 'path' | 'seconds' | 'count' | 'list' | 'switch';
  readonly choices?: readonly string[];
  readonly default?: string | number;
  /** It cannot stand in the user's file of settings; why. */
  readonly notInFile?: string;
  readonly help: string;
  readonly group: 'Model' | 'Network' | 'Credentials' | 'Output';
};

export const BACKEND_NAMES = ['vertex', 'developer', 'gdc', 'openai', 'emulator'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Servers in the way of OpenAI's that differ from it (backends/dialects). */
export const DIALECT_NAMES = ['openai', 'ollama', 'vllm', 'llama.cpp', 'lmstudio'] as const;

export const SETTINGS = {
  profile: {
    flag: '--profile <name>',
    env: ['GEMINI_PROFILE'],
    type: 'text',
    help: 'named settings to use: see gemini config',
    group: 'Model',
  },
  model: {
    flag: '-m, --model <id>',
    env: ['GEMINI_MODEL'],
    type: 'text',
    help: 'model to ask',
    group: 'Model',
  },
  backend: {
    flag: '-b, --backend <name>',
    env: ['GEMINI_BACKEND'],
    type: 'text',
    choices: BACKEND_NAMES,
    help: 'who answers: vertex, developer, gdc (Distributed Cloud), openai (servers like it), emulator',
    group: 'Model',
  },
  project: {
    flag: '--project <id>',
    env: ['GOOGLE_CLOUD_PROJECT', 'GCLOUD_PROJECT'],
    type: 'text',
    help: 'Google Cloud project (vertex, gdc)',
    group: 'Network',
  },
  location: {
    flag: '--location <name>',
    env: ['GOOGLE_CLOUD_LOCATION'],
    type: 'text',
    default: 'global',
    help: 'global, us, eu or a region (vertex)',
    group: 'Network',
  },
  endpoint: {
    flag: '--endpoint <host>',
    env: ['GEMINI_GDC_ENDPOINT'],
    type: 'text',
    help: 'endpoint of Gemini on Distributed Cloud: a host, host:port or URL (gdc)',
    group: 'Network',
  },
  dialect: {
    flag: '--dialect <name>',
    type: 'text',
    choices: [...DIALECT_NAMES, 'auto'],
    help: 'what kind of server it is; auto asks it first (openai; default: by its port, else openai)',
    group: 'Network',
  },
  mediaPart: {
    flag: '--media-part <kind=type>',
    type: 'list',
    help: 'content part for media, such as video=video_url (gdc, openai; repeat)',
    group: 'Network',
  },
  strict: {
    flag: '--strict',
    type: 'switch',
    notInFile: 'give --strict to the run that needs it',
    help: "refuse what the server's language has no word for, in place of leaving it out",
    group: 'Network',
  },
  baseUrl: {
    flag: '--base-url <url>',
    type: 'text',
    help: 'send requests to this server instead of the usual one',
    group: 'Network',
  },
  apiVersion: {
    flag: '--api-version <version>',
    type: 'text',
    help: 'version in the URL (default: v1 for vertex, v1beta for developer)',
    group: 'Network',
  },
  connectTimeout: {
    flag: '--connect-timeout <seconds>',
    type: 'seconds',
    default: 10,
    help: 'time to connect',
    group: 'Network',
  },
  headerTimeout: {
    flag: '--header-timeout <seconds>',
    type: 'seconds',
    default: 60,
    help: 'time from the request sent to the first byte; 600 with --no-stream',
    group: 'Network',
  },
  idleTimeout: {
    flag: '--idle-timeout <seconds>',
    type: 'seconds',
    default: 120,
    help: 'longest silence within an answer',
    group: 'Network',
  },
  timeout: {
    flag: '--timeout <seconds>',
    type: 'seconds',
    default: 0,
    help: 'limit on the whole, tries included (default: none)',
    group: 'Network',
  },
  retries: {
    flag: '--retries <n>',
    type: 'count',
    default: 4,
    help: 'tries after the first',
    group: 'Network',
  },
  proxy: {
    flag: '--proxy <url>',
    type: 'text',
    help: 'proxy for every request (default: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY; not NO_PROXY)',
    group: 'Network',
  },
  caFile: {
    flag: '--ca-file <pem>',
    env: ['SSL_CERT_FILE'],
    type: 'path',
    help: 'further certificate authorities to trust',
    group: 'Network',
  },
  upload: {
    flag: '--upload <when>',
    type: 'text',
    choices: ['auto', 'never', 'always'],
    default: 'auto',
    help: 'upload media first: auto (what does not fit into the request), never, always',
    group: 'Network',
  },
  uploadTo: {
    flag: '--upload-to <bucket>',
    type: 'text',
    help: 'where uploads go: gs://bucket/folder (vertex) or s3://bucket/folder (gdc)',
    group: 'Network',
  },
  header: {
    flag: '--header <"Name: value">',
    type: 'list',
    help: 'a further request header (repeat)',
    group: 'Network',
  },
  quotaProject: {
    flag: '--quota-project <id>',
    env: ['GOOGLE_CLOUD_QUOTA_PROJECT'],
    type: 'text',
    help: "project whose quota is used, when not the credential's own (vertex)",
    group: 'Credentials',
  },
  apiKeyFile: {
    flag: '--api-key-file <file>',
    type: 'path',
    help: 'file that holds the API key (default: GOOGLE_API_KEY or GEMINI_API_KEY)',
    group: 'Credentials',
  },
  tokenFile: {
    flag: '--token-file <file>',
    type: 'path',
    help: 'file that holds an access token',
    group: 'Credentials',
  },
  tokenCommand: {
    flag: '--token-command <command>',
    type: 'text',
    help: 'command that prints an access token, run without a shell',
    group: 'Credentials',
  },
  audience: {
    flag: '--audience <url>',
    env: ['GEMINI_GDC_AUDIENCE'],
    type: 'text',
    help: 'whom tokens are asked for (gdc; default: its endpoint)',
    group: 'Credentials',
  },
  color: {
    flag: '--color <when>',
    type: 'text',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    notInFile: 'set NO_COLOR or FORCE_COLOR instead',
    help: 'auto, always or never (also NO_COLOR, FORCE_COLOR)',
    group: 'Output',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
