import { UsageError } from '../errors.ts';
import { type BackendName, SETTINGS, type Setting, type SettingName } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value and where it came from, for messages and `config list`. */
export type Origin = { value: string | number | readonly string[]; from: string };

/** The settings of one run, resolved: flag > environment > default. Times are in seconds. */
export type Config = {
  text(name: SettingName): string | undefined;
  number(name: SettingName): number;
  list(name: SettingName): readonly string[];
  /** Where the value came from, such as `--model` or `GEMINI_MODEL`; undefined for a default or none. */
  origin(name: SettingName): string | undefined;
};

/**
 * Resolves every setting.
 * @param flags values as the command line gave them, by setting name
 * @throws UsageError naming the flag or variable whose value is no good
 */
export function resolveConfig(flags: Readonly<Record<string, unknown>>, env: Environment): Config {
  const values = new Map<SettingName, Origin>();
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const found = findValue(name, SETTINGS[name], flags, env);
    if (found) values.set(name, found);
  }
  return {
    text: (name) => {
      const value = values.get(name)?.value;
      return value === undefined ? undefined : String(value);
    },
    number: (name) => Number(values.get(name)?.value ?? 0),
    list: (name) => {
      const value = values.get(name)?.value;
      return Array.isArray(value) ? value : [];
    },
    origin: (name) => {
      const from = values.get(name)?.from;
      return from === 'default' ? undefined : from;
    },
  };
}

function findValue(
  name: SettingName,
  setting: Setting,
  flags: Readonly<Record<string, unknown>>,
  env: Environment,
): Origin | undefined {
  const flag = flags[name];
  if (setting.type === 'list') {
    return Array.isArray(flag) ? { value: flag.map(String), from: longFlag(setting) } : undefined;
  }
  if (typeof flag === 'string') return checked(setting, flag, longFlag(setting));
  for (const variable of setting.env ?? []) {
    const value = env[variable];
    if (value !== undefined && value !== '') return checked(setting, value, variable);
  }
  return setting.default === undefined ? undefined : { value: setting.default, from: 'default' };
}

function checked(setting: Setting, raw: string, from: string): Origin {
  if (raw === '') throw new UsageError(`${from} is empty`);
  if (setting.choices && !setting.choices.includes(raw)) {
    throw new UsageError(`${from}: "${raw}" is not one of ${setting.choices.join(', ')}`);
  }
  if (setting.type === 'text') return { value: raw, from };
  const pattern = setting.type === 'count' ? /^\d{1,6}$/ : /^\d{1,9}(\.\d{1,6})?$/;
  if (!pattern.test(raw)) {
    const wanted = setting.type === 'count' ? 'a whole number from 0' : 'a number of seconds from 0';
    throw new UsageError(`${from}: "${raw}" is not ${wanted}`);
  }
  return { value: Number(raw), from };
}

/** `--model` of `-m, --model <id>`. */
function longFlag(setting: Setting): string {
  return /--[a-z-]+/.exec(setting.flag)?.[0] ?? setting.flag;
}

/** True for the two spellings Google's SDKs have for "use Vertex AI"; only the literal "true" counts, as there. */
export function vertexAskedByEnvironment(env: Environment): boolean {
  const value = env.GOOGLE_GENAI_USE_ENTERPRISE ?? env.GOOGLE_GENAI_USE_VERTEXAI;
  return value?.toLowerCase() === 'true';
}

/**
 * The backend asked for, or the one the environment speaks for: an emulator's address, Vertex AI asked for by name,
 * an API key, a project. Undefined when nothing says.
 */
export function chooseBackend(config: Config, env: Environment): BackendName | undefined {
  const named = config.text('backend');
  if (named) return named as BackendName;
  if (env.GEMINI_EMULATOR_HOST) return 'emulator';
  if (vertexAskedByEnvironment(env)) return 'vertex';
  if (env.GOOGLE_API_KEY || env.GEMINI_API_KEY || config.text('apiKeyFile')) return 'developer';
  if (config.text('project')) return 'vertex';
  return undefined;
}
