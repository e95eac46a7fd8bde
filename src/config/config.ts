import { UsageError } from '../errors.ts';
import { checkedText, longFlag, SETTING_NAMES, type SettingValue } from './check-value.ts';
import { type BackendName, SETTINGS, type Setting, type SettingName } from './settings.ts';
import type { UserFile } from './user-file.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value and where it came from, for messages and `config list`. */
export type Origin = { value: SettingValue; from: string };

/** The settings of one run, resolved: flag > environment > profile > user's file > default. Times are in seconds. */
export type Config = {
  text(name: SettingName): string | undefined;
  number(name: SettingName): number;
  list(name: SettingName): readonly string[];
  /** A switch that is on. */
  is(name: SettingName): boolean;
  /**
   * Where the value came from, such as `--model`, `GEMINI_MODEL`, `profile work` or the path of the user's file;
   * undefined for a default or none.
   */
  origin(name: SettingName): string | undefined;
};

const DEFAULT = 'default';

/**
 * Resolves every setting.
 * @param flags values as the command line gave them, by setting name
 * @throws UsageError naming the flag, variable or profile that is no good
 */
export function resolveConfig(
  flags: Readonly<Record<string, unknown>>,
  env: Environment,
  file?: UserFile,
): Config {
  const values = new Map<SettingName, Origin>();
  const fromFile = (name: SettingName): Origin | undefined => {
    const value = file?.settings.get(name);
    return file && value !== undefined ? { value, from: file.path } : undefined;
  };
  const profile = fromOutside('profile', flags, env) ?? fromFile('profile');
  const settings = profile && profileNamed(profile, file);
  const fromProfile = (name: SettingName): Origin | undefined => {
    const value = settings?.get(name);
    return value === undefined ? undefined : { value, from: `profile ${profile?.value}` };
  };
  for (const name of SETTING_NAMES) {
    const found =
      fromOutside(name, flags, env) ?? fromProfile(name) ?? fromFile(name) ?? byDefault(SETTINGS[name]);
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
    is: (name) => values.get(name)?.value === 'true',
    origin: (name) => {
      const from = values.get(name)?.from;
      return from === DEFAULT ? undefined : from;
    },
  };
}

function profileNamed({ value, from }: Origin, file: UserFile | undefined) {
  const settings = file?.profiles.get(String(value));
  if (settings) return settings;
  const names = [...(file?.profiles.keys() ?? [])].join(', ');
  throw new UsageError(`${from}: there is no profile "${value}"`, {
    hint: names ? `there is ${names}` : `gemini config set --profile ${value} KEY VALUE makes one`,
  });
}

/** The value of a flag or, without one, of the first variable that is set. */
function fromOutside(
  name: SettingName,
  flags: Readonly<Record<string, unknown>>,
  env: Environment,
): Origin | undefined {
  const setting: Setting = SETTINGS[name];
  const flag = flags[name];
  if (setting.type === 'list') {
    return Array.isArray(flag) ? { value: flag.map(String), from: longFlag(setting) } : undefined;
  }
  if (setting.type === 'switch') {
    return flag === true ? { value: 'true', from: longFlag(setting) } : undefined;
  }
  if (typeof flag === 'string') return checked(setting, flag, longFlag(setting));
  for (const variable of setting.env ?? []) {
    const value = env[variable];
    if (value !== undefined && value !== '') return checked(setting, value, variable);
  }
  return undefined;
}

function checked(setting: Setting, text: string, from: string): Origin {
  return { value: checkedText(setting, text, from), from };
}

function byDefault(setting: Setting): Origin | undefined {
  return setting.default === undefined ? undefined : { value: setting.default, from: DEFAULT };
}

/** The spelling Google's SDKs have for "use Vertex AI" that is in force; only the literal "true" counts, as there. */
function vertexVariable(env: Environment): string | undefined {
  const name =
    env.GOOGLE_GENAI_USE_ENTERPRISE === undefined
      ? 'GOOGLE_GENAI_USE_VERTEXAI'
      : 'GOOGLE_GENAI_USE_ENTERPRISE';
  return env[name]?.toLowerCase() === 'true' ? name : undefined;
}

/**
 * The backend asked for, or the one the settings speak for: an emulator's address, Vertex AI asked for by name,
 * an API key, Distributed Cloud's endpoint, a project. Undefined when nothing says.
 * @returns with it, where it is said
 */
export function backendChoice(
  config: Config,
  env: Environment,
): { name: BackendName; from: string } | undefined {
  const named = config.text('backend');
  if (named) return { name: named as BackendName, from: config.origin('backend') ?? '' };
  if (env.GEMINI_EMULATOR_HOST) return { name: 'emulator', from: 'GEMINI_EMULATOR_HOST' };
  const vertex = vertexVariable(env);
  if (vertex) return { name: 'vertex', from: vertex };
  const key = ['GOOGLE_API_KEY', 'GEMINI_API_KEY'].find((name) => env[name]);
  if (key) return { name: 'developer', from: key };
  if (config.text('apiKeyFile')) return { name: 'developer', from: config.origin('apiKeyFile') ?? '' };
  if (config.text('endpoint')) return { name: 'gdc', from: config.origin('endpoint') ?? '' };
  if (config.text('project')) return { name: 'vertex', from: config.origin('project') ?? '' };
  return undefined;
}

/** The name of the backend alone. */
export function chooseBackend(config: Config, env: Environment): BackendName | undefined {
  return backendChoice(config, env)?.name;
}
