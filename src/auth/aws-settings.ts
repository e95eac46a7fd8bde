import { join } from 'node:path';
import { AuthError } from '../errors.ts';
import type { AwsKeys } from './aws.ts';
import { type AwsSection, readAwsFile } from './aws-files.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whom to sign as, and where the service is; `endpoint` undefined: Amazon's own. */
export type AwsSettings = {
  readonly keys: AwsKeys;
  /** The address, and the variable or profile that it came from. */
  readonly endpoint: { readonly value: string; readonly from: string } | undefined;
};

/** The region of signatures where none is set; services other than Amazon's take any. */
const DEFAULT_REGION = 'us-east-1';

/**
 * The settings of S3 as Amazon's own programs read them: the environment, then the profile (AWS_PROFILE, or `default`)
 * in ~/.aws/credentials and ~/.aws/config.
 * @throws AuthError when there are no keys, or only ones that another program would have to get
 */
export async function awsSettings(env: Environment): Promise<AwsSettings> {
  const read = (...names: string[]) => names.map((name) => env[name]?.trim()).find(Boolean);
  const profile = read('AWS_PROFILE', 'AWS_DEFAULT_PROFILE');
  const files = await readProfile(env, profile ?? 'default');
  if (profile && !files.found) {
    throw new AuthError(`AWS_PROFILE: there is no profile "${profile}" in ${files.paths.join(' or ')}`);
  }
  const region = read('AWS_REGION', 'AWS_DEFAULT_REGION') ?? files.text('region') ?? DEFAULT_REGION;
  return {
    keys: { ...(keysOfEnvironment(read) ?? keysOfProfile(files)), region },
    endpoint: endpointOf(env, files),
  };
}

type Keys = Omit<AwsKeys, 'region'>;

/** @returns undefined when nothing of it is set @throws AuthError for half a pair */
function keysOfEnvironment(read: (name: string) => string | undefined): Keys | undefined {
  const accessKeyId = read('AWS_ACCESS_KEY_ID');
  const secretAccessKey = read('AWS_SECRET_ACCESS_KEY');
  if (!accessKeyId && !secretAccessKey) return undefined;
  if (!accessKeyId || !secretAccessKey) {
    throw new AuthError(`${accessKeyId ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID'} is not set`, {
      hint: 'an s3:// bucket needs both keys',
    });
  }
  return { accessKeyId, secretAccessKey, sessionToken: read('AWS_SESSION_TOKEN') };
}

function keysOfProfile({ name, text, paths }: Profile): Keys {
  const accessKeyId = text('aws_access_key_id');
  const secretAccessKey = text('aws_secret_access_key');
  if (accessKeyId && secretAccessKey) {
    return { accessKeyId, secretAccessKey, sessionToken: text('aws_session_token') };
  }
  const elsewhere = ['credential_process', 'sso_session', 'sso_start_url', 'role_arn', 'login_session'];
  const way = elsewhere.find((key) => text(key) !== undefined);
  if (way) {
    throw new AuthError(`the AWS profile "${name}" gets its keys by ${way}, which is not done here`, {
      hint: `let Amazon's program do it: eval "$(aws configure export-credentials --format env --profile ${name})"`,
    });
  }
  throw new AuthError('no keys for s3:// buckets', {
    hint: `set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile of ${paths[0] ?? '~/.aws/credentials'} by AWS_PROFILE`,
  });
}

/** The variables are for one service before all, as the profile's entries are. */
function endpointOf(env: Environment, { name, text, service }: Profile): AwsSettings['endpoint'] {
  for (const variable of ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL']) {
    const value = env[variable]?.trim();
    if (value) return { value, from: variable };
  }
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return undefined;
  const value = service('s3', 'endpoint_url') ?? text('endpoint_url');
  return value ? { value, from: `the AWS profile "${name}"` } : undefined;
}

type Profile = {
  readonly name: string;
  readonly found: boolean;
  readonly paths: readonly string[];
  text(key: string): string | undefined;
  /** A value of one service, of the section of services that the profile names. */
  service(service: string, key: string): string | undefined;
};

async function readProfile(env: Environment, name: string): Promise<Profile> {
  // Never one of the working directory.
  const home = env.HOME || env.USERPROFILE;
  const paths = [
    env.AWS_SHARED_CREDENTIALS_FILE || (home && join(home, '.aws', 'credentials')),
    env.AWS_CONFIG_FILE || (home && join(home, '.aws', 'config')),
  ] as const;
  const [credentials, config] = await Promise.all(paths.map(readAwsFile));
  const sections: (AwsSection | undefined)[] = [
    credentials?.get(name),
    config?.get(`profile ${name}`) ?? (name === 'default' ? config?.get(name) : undefined),
  ];
  const text = (key: string) =>
    sections.map((section) => section?.get(key)).find((value) => typeof value === 'string') as
      | string
      | undefined;
  return {
    name,
    found: sections.some(Boolean),
    paths: paths.filter((path): path is string => Boolean(path)),
    text,
    service: (service, key) => {
      const named = text('services');
      const values = named === undefined ? undefined : config?.get(`services ${named}`)?.get(service);
      return values === undefined || typeof values === 'string' ? undefined : values.get(key);
    },
  };
}
