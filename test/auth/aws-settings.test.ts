import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAwsFile } from '../../src/auth/aws-files.ts';
import { awsSettings } from '../../src/auth/aws-settings.ts';
import { AuthError } from '../../src/errors.ts';
import { temporaryFolder } from '../helpers/run-gemini.ts';

/** A home with the files of Amazon's programs. */
function home({ credentials, config }: { credentials?: string; config?: string }) {
  const HOME = temporaryFolder();
  mkdirSync(join(HOME, '.aws'));
  if (credentials !== undefined) writeFileSync(join(HOME, '.aws', 'credentials'), credentials);
  if (config !== undefined) writeFileSync(join(HOME, '.aws', 'config'), config);
  return { HOME };
}

const KEYS = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

describe('the environment', () => {
  test('has the keys; without them it is said which is missing', async () => {
    const env = home({});
    expect(await awsSettings({ ...env, ...KEYS })).toEqual({
      keys: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: undefined, region: 'us-east-1' },
      endpoint: undefined,
    });
    const { keys } = await awsSettings({
      ...env,
      ...KEYS,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'x',
    });
    expect(keys.region).toBe('eu-west-1');
    await expect(awsSettings({ ...env, AWS_ACCESS_KEY_ID: 'a' })).rejects.toThrow('AWS_SECRET_ACCESS_KEY');
    await expect(awsSettings(env)).rejects.toThrow(AuthError);
  });

  test('wins over the files, whose region and address still count', async () => {
    const files = home({
      credentials: '[default]\naws_access_key_id = of-file\naws_secret_access_key = secret-of-file\n',
      config: '[default]\nregion = eu-north-1\nendpoint_url = https://s3.of.file\n',
    });
    expect(await awsSettings({ ...files, ...KEYS })).toEqual({
      keys: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: undefined, region: 'eu-north-1' },
      endpoint: { value: 'https://s3.of.file', from: 'the AWS profile "default"' },
    });
    const { endpoint } = await awsSettings({ ...files, ...KEYS, AWS_ENDPOINT_URL: 'https://s3.env' });
    expect(endpoint).toEqual({ value: 'https://s3.env', from: 'AWS_ENDPOINT_URL' });
    const ignoring = { ...files, ...KEYS, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    expect((await awsSettings(ignoring)).endpoint).toBeUndefined();
  });
});

describe('profiles', () => {
  const files = () =>
    home({
      credentials: `# mine
[default]
aws_access_key_id=D
aws_secret_access_key=SD

[ work ]
aws_access_key_id = W ; of work
aws_secret_access_key = SW==
aws_session_token = T
`,
      config: `[profile work]
region = eu-west-3
services = store
s3 =
  max_concurrent_requests = 20
endpoint_url = https://other.example

[services store]
s3 =
  endpoint_url = https://s3.example
dynamodb =
  endpoint_url = https://db.example

[profile by-sso]
sso_session = corp
`,
    });

  test('default is used when none is named, another by AWS_PROFILE', async () => {
    const env = files();
    expect((await awsSettings(env)).keys).toMatchObject({ accessKeyId: 'D', secretAccessKey: 'SD' });
    expect(await awsSettings({ ...env, AWS_PROFILE: 'work' })).toEqual({
      keys: { accessKeyId: 'W', secretAccessKey: 'SW==', sessionToken: 'T', region: 'eu-west-3' },
      endpoint: { value: 'https://s3.example', from: 'the AWS profile "work"' },
    });
  });

  test('without a home there are no files, wherever the program runs', async () => {
    const { HOME } = files();
    const cwd = process.cwd();
    process.chdir(HOME);
    await expect(awsSettings({}).finally(() => process.chdir(cwd))).rejects.toThrow('no keys');
  });

  test('one that is not there, and one that needs another program, are said clearly', async () => {
    const env = files();
    await expect(awsSettings({ ...env, AWS_PROFILE: 'wrok' })).rejects.toThrow('"wrok"');
    await expect(awsSettings({ ...env, AWS_PROFILE: 'by-sso' })).rejects.toMatchObject({
      message: expect.stringContaining('sso_session'),
      hint: expect.stringContaining('export-credentials'),
    });
  });

  test('the files may stand elsewhere; one that cannot be read is an error that shows nothing of it', async () => {
    const { HOME } = files();
    const moved = {
      AWS_SHARED_CREDENTIALS_FILE: join(HOME, '.aws', 'credentials'),
      AWS_CONFIG_FILE: join(HOME, '.aws', 'config'),
      AWS_PROFILE: 'work',
    };
    expect((await awsSettings(moved)).keys.accessKeyId).toBe('W');
    await expect(awsSettings({ ...moved, AWS_CONFIG_FILE: HOME })).rejects.toThrow(AuthError);
  });

  test('any text is read without a crash', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseAwsFile(text)));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('[a]\n', 'k=v\n', ' k=v\n', 'k=\n', '[', ']', '=', '\r\n')),
        (pieces) => void parseAwsFile(pieces.join('')),
      ),
    );
  });
});
