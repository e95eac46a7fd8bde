/**
 * Every setting once: its flag, its environment variables (first one set wins), its type and its default.
 * The flags of the command line, the help topic on the environment and the checks all come from this table.
 */

export type Setting = {
  /** As commander reads it. */
  readonly flag: string;
  readonly env?: readonly string[];
  readonly type: 'text' | 'seconds' | 'count' | 'list';
  readonly choices?: readonly string[];
  readonly default?: string | number;
  readonly help: string;
  readonly group: 'Model' | 'Network' | 'Credentials' | 'Output';
};

export const BACKEND_NAMES = ['vertex', 'developer', 'emulator'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

export const SETTINGS = {
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
    help: 'who answers (vertex, developer, emulator)',
    group: 'Model',
  },
  project: {
    flag: '--project <id>',
    env: ['GOOGLE_CLOUD_PROJECT', 'GCLOUD_PROJECT'],
    type: 'text',
    help: 'Google Cloud project (vertex)',
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
    help: 'proxy for every request (default: HTTPS_PROXY, HTTP_PROXY, NO_PROXY)',
    group: 'Network',
  },
  caFile: {
    flag: '--ca-file <pem>',
    env: ['SSL_CERT_FILE'],
    type: 'text',
    help: 'further certificate authorities to trust',
    group: 'Network',
  },
  header: {
    flag: '--header <"Name: value">',
    type: 'list',
    help: 'a further request header (repeat)',
    group: 'Network',
  },
  apiKeyFile: {
    flag: '--api-key-file <file>',
    type: 'text',
    help: 'file that holds the API key (default: GOOGLE_API_KEY or GEMINI_API_KEY)',
    group: 'Credentials',
  },
  tokenFile: {
    flag: '--token-file <file>',
    type: 'text',
    help: 'file that holds an OAuth access token (vertex)',
    group: 'Credentials',
  },
  color: {
    flag: '--color <when>',
    type: 'text',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    help: 'auto, always or never (also NO_COLOR, FORCE_COLOR)',
    group: 'Output',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
