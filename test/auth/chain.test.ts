import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Candidate,
  type CredentialBackend,
  type CredentialSettings,
  lookForCredential,
} from '../../src/auth/chain.ts';

const folder = mkdtempSync(join(tmpdir(), 'gemini-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const user = file('user.json', '{"type": "authorized_user", "refresh_token": "r"}');
const gdch = file('gdch.json', '{"type": "gdch_service_account", "name": "robot"}');
const secret = file('secret', 'the-secret');
const gcloudFolder = join(folder, 'gcloud-config');
mkdirSync(gcloudFolder);
file('gcloud-config/application_default_credentials.json', '{"type": "authorized_user"}');
for (const name of ['gcloud', 'gdcloud']) chmodSync(file(name, '#!/bin/sh\nexit 1\n'), 0o755);

const NOTHING: CredentialSettings = {
  apiKeyFile: undefined,
  tokenFile: undefined,
  tokenCommand: undefined,
  project: undefined,
  quotaProject: undefined,
  audience: 'https://gdc.test',
  offline: false,
};
const given = (value: string, from: string) => ({ value, from });

/** All candidates; the environment has neither a metadata server nor programs unless it says so. */
async function look(
  backend: CredentialBackend,
  settings: Partial<CredentialSettings> = {},
  env: Record<string, string> = {},
) {
  const candidates: Candidate[] = [];
  const remembered: string[] = [];
  const ports = {
    env: { METADATA_SERVER_DETECTION: 'none', ...env },
    send: () => Promise.reject(new Error('nothing is sent by looking')),
    remember: (value: string) => void remembered.push(value),
    now: () => 0,
  };
  for await (const one of lookForCredential(backend, { ...NOTHING, ...settings }, ports))
    candidates.push(one);
  const chosen = candidates.find(({ make }) => make !== undefined);
  return {
    candidates,
    chosen,
    remembered,
    by: (source: string) => candidates.find((one) => one.source === source),
  };
}

describe('the first that is there is the one', () => {
  const everything = {
    tokenCommand: given('print', '--token-command'),
    tokenFile: given(secret, '--token-file'),
    apiKeyFile: given(secret, '--api-key-file'),
  };
  const environment = {
    GOOGLE_API_KEY: 'k',
    GEMINI_API_KEY: 'k',
    GEMINI_GDC_TOKEN: 't',
    OPENAI_API_KEY: 'k',
    GOOGLE_APPLICATION_CREDENTIALS: user,
    CLOUDSDK_CONFIG: gcloudFolder,
    METADATA_SERVER_DETECTION: 'assume-present',
    PATH: folder,
  };

  it.each([
    ['developer', ['--api-key-file', 'GOOGLE_API_KEY', 'GEMINI_API_KEY']],
    [
      'vertex',
      [
        '--token-command',
        '--token-file',
        '--api-key-file',
        'GOOGLE_API_KEY',
        'GEMINI_API_KEY',
        'GOOGLE_APPLICATION_CREDENTIALS',
        'gcloud auth application-default login',
        'metadata server',
        'gcloud',
        'metadata server, if any',
      ],
    ],
    [
      'gdc',
      ['--token-command', '--token-file', 'GEMINI_GDC_TOKEN', 'GOOGLE_APPLICATION_CREDENTIALS', 'gdcloud'],
    ],
    ['openai', ['--token-command', '--token-file', '--api-key-file', 'OPENAI_API_KEY']],
  ] as const)('%s', async (backend, order) => {
    const file = backend === 'gdc' ? gdch : user;
    const { candidates } = await look(backend, everything, {
      ...environment,
      GOOGLE_APPLICATION_CREDENTIALS: file,
    });
    expect(candidates.map(({ source }) => source)).toEqual(order);
    expect(candidates.filter(({ make }) => !make)).toEqual([]);
  });
});

describe('Vertex AI', () => {
  it('takes a key of the environment only without a project, and a key file always', async () => {
    const key = { GOOGLE_API_KEY: 'k' };
    const project = given('p', 'GOOGLE_CLOUD_PROJECT');
    expect((await look('vertex', {}, key)).chosen?.source).toBe('GOOGLE_API_KEY');
    const beside = await look('vertex', { project }, { ...key, PATH: folder });
    expect(beside.by('GOOGLE_API_KEY')).toMatchObject({
      state: 'ignored',
      finding: expect.stringContaining('GOOGLE_CLOUD_PROJECT'),
    });
    expect(beside.chosen?.source).toBe('gcloud');
    const byName = await look('vertex', { project, apiKeyFile: given(secret, '--api-key-file') }, key);
    expect(byName.chosen?.source).toBe('--api-key-file');
  });

  it('asks a metadata server that is sure to be there before gcloud, and one that may be after it', async () => {
    const sure = await look('vertex', {}, { METADATA_SERVER_DETECTION: 'assume-present', PATH: folder });
    expect(sure.chosen?.source).toBe('metadata server');
    const perhaps = { METADATA_SERVER_DETECTION: 'ping-only' };
    expect((await look('vertex', {}, { ...perhaps, PATH: folder })).chosen?.source).toBe('gcloud');
    expect((await look('vertex', {}, perhaps)).chosen).toMatchObject({ state: 'unsure' });
    expect((await look('vertex', { offline: true }, perhaps)).chosen).toBeUndefined();
    expect((await look('vertex')).chosen).toBeUndefined();
  });

  it('does not take an account of Distributed Cloud, nor the other way round', async () => {
    const wrong = await look('vertex', {}, { GOOGLE_APPLICATION_CREDENTIALS: gdch });
    expect(wrong.by('GOOGLE_APPLICATION_CREDENTIALS')?.state).toBe('ignored');
    const other = await look('gdc', {}, { GOOGLE_APPLICATION_CREDENTIALS: user, PATH: folder });
    expect(other.by('GOOGLE_APPLICATION_CREDENTIALS')?.state).toBe('ignored');
    expect(other.chosen?.source).toBe('gdcloud');
  });
});

it.each([
  ['a token file that is not there', { tokenFile: given('/nowhere', '--token-file') }, {}],
  ['a token file of two words', { tokenFile: given(file('two', 'a b'), '--token-file') }, {}],
  ['a command with an open quote', { tokenCommand: given("print '", '--token-command') }, {}],
  ['a credential file that is no JSON', {}, { GOOGLE_APPLICATION_CREDENTIALS: secret }],
  ['a key with a line break within', {}, { GOOGLE_API_KEY: 'a\nb' }],
])('%s is broken, and nothing after it is taken in its place', async (_what, settings, env) => {
  const { chosen } = await look('vertex', settings, { ...env, CLOUDSDK_CONFIG: gcloudFolder, PATH: folder });
  expect(chosen?.state).toBe('broken');
});

it('remembers the secrets of a credential file, so that they can be masked', async () => {
  expect((await look('vertex', {}, { GOOGLE_APPLICATION_CREDENTIALS: user })).remembered).toEqual(['r']);
});
