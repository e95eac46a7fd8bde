import { type createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ANSWER,
  CA_FILE,
  CHAT_ANSWER,
  type Received,
  type Reply,
  serveJson,
  tunnelTo,
} from '../helpers/google-services.ts';
import { type Finished, runGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

/** Google's token endpoints and Vertex AI, at their real addresses: the proxy brings every host to this server. */
async function google(answers: Record<string, (request: Received) => Reply>) {
  const server = await serveJson(
    (request) =>
      answers[request.host]?.(request) ?? { status: 404, body: { error: { message: request.host } } },
    { certificate: 'services' },
  );
  const proxy = await tunnelTo(server.port);
  return {
    ...server,
    ask: (credential: object, env: Record<string, string> = {}, ...more: string[]): Promise<Finished> =>
      runGemini(['ask', '-b', 'vertex', '--no-stream', '--ca-file', CA_FILE, 'hello', ...more], {
        env: {
          HTTPS_PROXY: proxy.url,
          GOOGLE_CLOUD_PROJECT: 'p',
          GOOGLE_APPLICATION_CREDENTIALS: jsonFile('credential.json', credential),
          ...env,
        },
      }),
    authorizations: () =>
      server.received
        .filter(({ host }) => host === 'aiplatform.googleapis.com')
        .map(({ headers }) => headers.authorization),
  };
}

const USER = {
  type: 'authorized_user',
  client_id: 'client',
  client_secret: 'the-client-secret',
  refresh_token: 'the-refresh-token',
  quota_project_id: 'payer',
};

function token(value: string): Reply {
  return { body: { access_token: value, expires_in: 3600, token_type: 'Bearer' } };
}

describe('Google credentials, each against a token endpoint that checks what it is sent', () => {
  it('service_account: a signed assertion', async () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const run = await google({
      'oauth2.googleapis.com': ({ path, body }) => {
        const assertion = new URLSearchParams(body).get('assertion') ?? '';
        const claims = verifiedClaims(assertion, 'RSA-SHA256', keys.publicKey);
        expect(path).toBe('/token');
        expect(claims).toMatchObject({
          iss: 'me@p.iam.gserviceaccount.com',
          scope: 'https://www.googleapis.com/auth/cloud-platform',
          aud: 'https://oauth2.googleapis.com/token',
        });
        return token('of-the-assertion');
      },
      'aiplatform.googleapis.com': () => ANSWER,
    });
    const asked = await run.ask({
      type: 'service_account',
      project_id: 'p',
      private_key_id: 'k',
      private_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: 'me@p.iam.gserviceaccount.com',
    });
    expect(asked).toMatchObject({ code: 0, stdout: 'well\n', stderr: '' });
    expect(run.authorizations()).toEqual(['Bearer of-the-assertion']);
  });

  it('authorized_user: the refresh token, and the project that pays', async () => {
    const run = await google({
      'oauth2.googleapis.com': ({ body }) => {
        expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
          refresh_token: USER.refresh_token,
          client_secret: USER.client_secret,
          grant_type: 'refresh_token',
        });
        return token('of-the-user');
      },
      'aiplatform.googleapis.com': ({ headers }) => {
        expect(headers['x-goog-user-project']).toBe('payer');
        return ANSWER;
      },
    });
    expect(await run.ask(USER)).toMatchObject({ code: 0, stderr: '' });
    expect(run.authorizations()).toEqual(['Bearer of-the-user']);
  });

  it('a token that the service refuses is fetched anew, once', async () => {
    let tokens = 0;
    const run = await google({
      'oauth2.googleapis.com': () => token(`number-${++tokens}`),
      'aiplatform.googleapis.com': ({ headers }) =>
        headers.authorization === 'Bearer number-1'
          ? { status: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED', message: 'expired' } } }
          : ANSWER,
    });
    expect(await run.ask(USER)).toMatchObject({ code: 0, stderr: '' });
    expect(run.authorizations()).toEqual(['Bearer number-1', 'Bearer number-2']);
  });

  it('impersonated_service_account: through the source credential', async () => {
    const run = await google({
      'oauth2.googleapis.com': () => token('of-the-source'),
      'iamcredentials.googleapis.com': ({ path, headers }) => {
        expect(path).toBe('/v1/projects/-/serviceAccounts/robot@p.example:generateAccessToken');
        expect(headers.authorization).toBe('Bearer of-the-source');
        return {
          body: { accessToken: 'of-the-robot', expireTime: new Date(Date.now() + 3.6e6).toISOString() },
        };
      },
      'aiplatform.googleapis.com': () => ANSWER,
    });
    const asked = await run.ask({
      type: 'impersonated_service_account',
      source_credentials: USER,
      service_account_impersonation_url:
        'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/robot@p.example:generateAccessToken',
    });
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(run.authorizations()).toEqual(['Bearer of-the-robot']);
  });

  it.each(['url', 'executable'])('external_account by %s: exchanged, then impersonated', async (by) => {
    const issuer = await serveJson(() => ({ body: { value: 'the-subject-token' } }));
    const executable = script(
      'issue',
      `echo '{"version":1,"success":true,"token_type":"urn:ietf:params:oauth:token-type:jwt","id_token":"the-subject-token","expiration_time":4102444800}'`,
    );
    const run = await google({
      'sts.googleapis.com': ({ path, body }) => {
        expect(path).toBe('/v1/token');
        expect(new URLSearchParams(body).get('subject_token')).toBe('the-subject-token');
        return token('of-the-pool');
      },
      'iamcredentials.googleapis.com': ({ headers }) => {
        expect(headers.authorization).toBe('Bearer of-the-pool');
        return {
          body: { accessToken: 'of-the-robot', expireTime: new Date(Date.now() + 3.6e6).toISOString() },
        };
      },
      'aiplatform.googleapis.com': () => ANSWER,
    });
    const asked = await run.ask(
      {
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: 'https://sts.googleapis.com/v1/token',
        service_account_impersonation_url:
          'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/robot@p.example:generateAccessToken',
        credential_source:
          by === 'url'
            ? {
                url: `http://127.0.0.1:${issuer.port}/token`,
                format: { type: 'json', subject_token_field_name: 'value' },
              }
            : { executable: { command: executable, timeout_millis: 5000 } },
      },
      { GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: '1' },
    );
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(run.authorizations()).toEqual(['Bearer of-the-robot']);
  });

  it('a token server that is down: exit 7', async () => {
    const run = await google({ 'oauth2.googleapis.com': () => ({ status: 503, body: 'busy' }) });
    const asked = await run.ask(USER, {}, '--retries', '0');
    expect(asked).toMatchObject({ code: 7, stderr: expect.stringMatching(/token server answered 503/) });
  });

  it('a refused refresh token: exit 4, log in again, no secret shown', async () => {
    const run = await google({
      'oauth2.googleapis.com': () => ({
        status: 400,
        body: { error: 'invalid_grant', error_description: 'Token has been revoked: the-refresh-token' },
      }),
    });
    const asked = await run.ask(USER);
    expect(asked.code).toBe(4);
    expect(asked.stderr).toMatch(/revoked.*\nhint: log in again/);
    expect(asked.stderr).not.toContain('the-refresh-token');
  });
});

describe('commands that print a token', () => {
  it('gcloud, when there is no other credential; run again when its token is refused', async () => {
    const counter = join(temporaryFolder(), 'runs');
    writeFileSync(counter, '');
    const gcloud = script(
      'gcloud',
      `[ "$*" = "auth print-access-token" ] && echo x >> '${counter}' && echo token-$(wc -l < '${counter}')`,
    );
    const { requests, url } = await withEmulator({ replies: [UNAUTHENTICATED] });
    const run = await runGemini(['ask', '-b', 'vertex', '--project', 'p', 'hello'], {
      env: { GOOGLE_VERTEX_BASE_URL: url, PATH: `${folderOf(gcloud)}:/usr/bin:/bin` },
    });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('--token-command: words without a shell, JSON with an end, again once after a 401', async () => {
    const command = script('print-token', `printf '{"access_token":"%s","expires_in":60}' "$1"`);
    const { requests, url } = await withEmulator({ replies: [UNAUTHENTICATED] });
    const run = await runGemini(
      ['ask', '-b', 'vertex', '--project', 'p', 'hello', '--token-command', `${command} 'a$b;c'`],
      { env: { GOOGLE_VERTEX_BASE_URL: url } },
    );
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer a$b;c', 'Bearer a$b;c']);
  });

  it.each([
    ['fails', 'echo "log in first" >&2; exit 3', /exit code 3\n {2}log in first\n/],
    ['prints no token', 'echo two words', /printed no token/],
  ])('a command that %s: exit 4', async (_what, body, words) => {
    const run = await runGemini(
      ['ask', '-b', 'vertex', '--project', 'p', 'hello', '--token-command', script('broken', body)],
      { env: { GOOGLE_VERTEX_BASE_URL: 'http://127.0.0.1:9' } },
    );
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(words);
  });
});

describe('Distributed Cloud', () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const account = (port: number, more: object = {}) =>
    jsonFile('account.json', {
      type: 'gdch_service_account',
      format_version: '1',
      project: 'zone-project',
      private_key_id: 'key-1',
      private_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      name: 'robot',
      token_uri: `https://localhost:${port}/authenticate`,
      ...more,
    });

  it('gdch_service_account: an ES256 assertion, at a token endpoint with its own CA', async () => {
    const tokens = await serveJson(
      ({ body }) => {
        const exchange = JSON.parse(body);
        expect(exchange).toMatchObject({
          audience: 'https://127.0.0.1',
          grant_type: 'urn:ietf:params:oauth:token-type:token-exchange',
          requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          subject_token_type: 'urn:k8s:params:oauth:token-type:serviceaccount',
        });
        expect(verifiedClaims(exchange.subject_token, 'sha256', keys.publicKey)).toMatchObject({
          iss: 'system:serviceaccount:zone-project:robot',
          sub: 'system:serviceaccount:zone-project:robot',
          aud: `https://localhost:${tokens.port}/authenticate`,
        });
        return token('of-the-zone');
      },
      { certificate: 'good' },
    );
    const api = await serveJson(({ path, headers }) => {
      expect(path).toBe('/v1/projects/zone-project/locations/zone-project/chat/completions');
      expect(headers.authorization).toBe('Bearer of-the-zone');
      return CHAT_ANSWER;
    });
    const ask = (file: string) =>
      runGemini(['ask', '-b', 'gdc', '-m', 'gemini', 'hello', '--retries', '0'], {
        env: {
          GEMINI_GDC_ENDPOINT: `http://127.0.0.1:${api.port}`,
          GOOGLE_APPLICATION_CREDENTIALS: file,
        },
      });
    const [good, withoutCa] = await Promise.all([
      ask(account(tokens.port, { ca_cert_path: CA_FILE })),
      ask(account(tokens.port)),
    ]);
    expect(good).toMatchObject({ code: 0, stdout: 'well\n', stderr: '' });
    expect(withoutCa.code).toBe(7);
    expect(withoutCa.stderr).toMatch(/localhost is not trusted.*\nhint: .*--ca-file/);
    expect(tokens.received).toHaveLength(1);
  });

  it('gdcloud prints an identity token for the endpoint', async () => {
    const gdcloud = script(
      'gdcloud',
      `[ "$*" = "auth print-identity-token --audiences=https://127.0.0.1" ] && echo identity`,
    );
    const api = await serveJson(({ headers }) => ({
      body: {
        choices: [{ index: 0, message: { content: String(headers.authorization) }, finish_reason: 'stop' }],
      },
    }));
    const run = await runGemini(['ask', '-b', 'gdc', '-m', 'gemini', '--project', 'z', 'hello'], {
      env: {
        GEMINI_GDC_ENDPOINT: `http://127.0.0.1:${api.port}`,
        PATH: `${folderOf(gdcloud)}:/usr/bin:/bin`,
      },
    });
    expect(run).toMatchObject({ code: 0, stdout: 'Bearer identity\n' });
  });
});

describe('auth status', () => {
  it('tells why every place won or lost, and that a key beside a project does not count', async () => {
    const env = {
      PATH: '',
      GOOGLE_API_KEY: 'canary-key-0123456789',
      GOOGLE_CLOUD_PROJECT: 'p',
      GOOGLE_APPLICATION_CREDENTIALS: jsonFile('user.json', { ...USER, account: 'me@x.example' }),
    };
    const { url } = await withEmulator();
    const [status, ask] = await Promise.all([
      runGemini(['auth', 'status', '-b', 'vertex', '--format', 'json'], { env }),
      runGemini(['ask', '-b', 'vertex', 'hello', '--retries', '0'], {
        env: { ...env, GOOGLE_VERTEX_BASE_URL: url, HTTPS_PROXY: 'http://127.0.0.1:9' },
      }),
    ]);
    expect(status).toMatchObject({ code: 0, stderr: '' });
    const { settings, credentials } = JSON.parse(status.stdout);
    expect(settings).toContainEqual({ name: 'project', value: 'p', from: 'GOOGLE_CLOUD_PROJECT' });
    const by = new Map(credentials.map((each: { source: string }) => [each.source, each]));
    expect(by.get('GOOGLE_API_KEY')).toMatchObject({
      state: 'ignored',
      finding: expect.stringMatching(/project \(GOOGLE_CLOUD_PROJECT\)/),
    });
    expect(by.get('GOOGLE_APPLICATION_CREDENTIALS')).toMatchObject({
      chosen: true,
      finding: expect.stringContaining('authorized_user me@x.example'),
    });
    expect(ask.stderr).toMatch(/GOOGLE_API_KEY is set, but beside a project/);
  });

  it('no backend, no credential, a broken one: exit 4', async () => {
    const runs = await Promise.all([
      runGemini(['auth', 'status'], { env: { PATH: '' } }),
      runGemini(['auth', 'status', '-b', 'developer'], { env: { PATH: '' } }),
      runGemini(['auth', 'status', '-b', 'vertex', '--project', 'p'], { env: { PATH: '' } }),
      runGemini(['auth', 'status', '-b', 'vertex', '--token-file', '/nowhere/token'], { env: { PATH: '' } }),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([4, 4, 4, 4]);
    expect(runs[3]?.stdout).toMatch(/--token-file +→ broken +cannot read .*ENOENT/);
  });
});

const UNAUTHENTICATED = {
  status: 401,
  body: { error: { code: 401, status: 'UNAUTHENTICATED', message: 'expired' } },
};

/** The claims of a JWT whose signature is right; the algorithm is that of its header. */
function verifiedClaims(jwt: string, digest: string, key: ReturnType<typeof createPublicKey>): unknown {
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString());
  const ec = key.asymmetricKeyType === 'ec';
  expect(alg).toBe(ec ? 'ES256' : 'RS256');
  const right = verify(
    digest,
    Buffer.from(`${header}.${claims}`),
    ec ? { key, dsaEncoding: 'ieee-p1363' } : key,
    Buffer.from(signature, 'base64url'),
  );
  expect(right).toBe(true);
  return JSON.parse(Buffer.from(claims, 'base64url').toString());
}

function jsonFile(name: string, value: object): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, JSON.stringify(value));
  return file;
}

/** A program of its own folder that runs a line of shell. */
function script(name: string, line: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, `#!/bin/sh\n${line}\n`);
  chmodSync(file, 0o755);
  return file;
}

function folderOf(file: string): string {
  return join(file, '..');
}
