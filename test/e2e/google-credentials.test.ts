import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { CA_FILE } from '../helpers/google-services.ts';
import { runGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const TLS = dirname(CA_FILE);
const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('Application Default Credentials', () => {
  it('from the metadata server, which no proxy is asked for: token and project', async () => {
    const port = await serve((request, response) => {
      expect(request.headers['metadata-flavor']).toBe('Google');
      response.setHeader('metadata-flavor', 'Google');
      if (request.url?.includes('/token')) {
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({ access_token: 'canary-metadata', expires_in: 3600, token_type: 'Bearer' }),
        );
      } else if (request.url?.includes('project-id')) response.end('metadata-project');
      else response.end('default');
    });
    const { requests, url } = await withEmulator();
    const run = await runGemini(['ask', '-b', 'vertex', 'hello', '--debug'], {
      env: {
        GOOGLE_VERTEX_BASE_URL: url,
        GCE_METADATA_HOST: `127.0.0.1:${port}`,
        METADATA_SERVER_DETECTION: 'assume-present',
        HTTPS_PROXY: 'http://127.0.0.1:9',
        HTTP_PROXY: 'http://127.0.0.1:9',
      },
    });
    expect(run.code).toBe(0);
    expect(requests[0]?.path).toContain('/v1/projects/metadata-project/locations/global/');
    expect(requests[0]?.headers.authorization).toBe('Bearer canary-metadata');
    expect(run.stdout + run.stderr).not.toContain('canary');
  });

  it('from a workload identity file: the token is exchanged, the quota project sent', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'subject'), 'canary-subject');
    let exchanged = '';
    const port = await serve((request, response) => {
      request.on('data', (data) => (exchanged += data));
      request.on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            access_token: 'canary-exchanged',
            issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
            token_type: 'Bearer',
            expires_in: 3600,
          }),
        );
      });
    });
    const file = join(folder, 'credential.json');
    writeFileSync(
      file,
      JSON.stringify({
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `http://127.0.0.1:${port}/token`,
        credential_source: { file: join(folder, 'subject') },
      }),
    );
    const { requests, url } = await withEmulator();
    const run = await runGemini(['ask', '-b', 'vertex', 'hello'], {
      env: {
        GOOGLE_VERTEX_BASE_URL: url,
        GOOGLE_APPLICATION_CREDENTIALS: file,
        GOOGLE_CLOUD_PROJECT: 'p',
        GOOGLE_CLOUD_QUOTA_PROJECT: 'payer',
      },
    });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(new URLSearchParams(exchanged).get('subject_token')).toBe('canary-subject');
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer canary-exchanged',
      'x-goog-user-project': 'payer',
    });
  });

  it('from a workload identity file with an X.509 certificate: it is shown to the token server', async () => {
    const folder = temporaryFolder();
    const [certificate, key] = [join(TLS, 'good.pem'), join(TLS, 'good.key')];
    let exchanged = '';
    let shown = '';
    const tokens = createTlsServer(
      {
        cert: readFileSync(certificate),
        key: readFileSync(key),
        ca: readFileSync(CA_FILE),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (request, response) => {
        shown = (request.socket as TLSSocket).getPeerCertificate().fingerprint256;
        request.on('data', (data) => (exchanged += data));
        request.on('end', () => {
          response.setHeader('content-type', 'application/json');
          response.end(
            JSON.stringify({
              access_token: 'canary-of-x509',
              issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
              token_type: 'Bearer',
              expires_in: 3600,
            }),
          );
        });
      },
    ).listen(0, '127.0.0.1');
    servers.push(tokens);
    await once(tokens, 'listening');
    const { port } = tokens.address() as AddressInfo;
    const [file, config] = [join(folder, 'credential.json'), join(folder, 'certificate_config.json')];
    const workload = { cert_path: certificate, key_path: key };
    writeFileSync(config, JSON.stringify({ cert_configs: { workload } }));
    writeFileSync(
      file,
      JSON.stringify({
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
        subject_token_type: 'urn:ietf:params:oauth:token-type:mtls',
        token_url: `https://localhost:${port}/token`,
        credential_source: { certificate: { certificate_config_location: config } },
      }),
    );
    const { requests, url } = await withEmulator();
    const env = {
      GOOGLE_VERTEX_BASE_URL: url,
      GOOGLE_APPLICATION_CREDENTIALS: file,
      GOOGLE_CLOUD_PROJECT: 'p',
    };
    // The connection is the library's own, which knows the authorities of the process alone.
    const trusted = await runGemini(['ask', '-b', 'vertex', 'hello'], {
      env: { ...env, NODE_EXTRA_CA_CERTS: CA_FILE },
    });
    expect(trusted).toMatchObject({ code: 0, stderr: '' });
    const leaf = new X509Certificate(readFileSync(certificate));
    const subject = new URLSearchParams(exchanged).get('subject_token') ?? '';
    expect(JSON.parse(subject)).toEqual([leaf.raw.toString('base64')]);
    expect(shown).toBe(leaf.fingerprint256);
    expect(requests[0]?.headers.authorization).toBe('Bearer canary-of-x509');
  });

  it('none at all: exit 4, and how to get one', async () => {
    const run = await runGemini(['ask', '-b', 'vertex', 'hello', '--project', 'p'], {
      env: { GOOGLE_VERTEX_BASE_URL: 'http://127.0.0.1:1', PATH: '' },
    });
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(/^gemini: no Google credential found\nhint: /);
  });

  it('a token that is refused is renewed once', async () => {
    const folder = temporaryFolder();
    const token = join(folder, 'token');
    writeFileSync(token, 'first');
    const { requests, url } = await withEmulator({
      replies: [
        { status: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED', message: 'expired' } } },
      ],
    });
    const run = await runGemini(['ask', '-b', 'vertex', 'hello', '--project', 'p', '--token-file', token], {
      env: { GOOGLE_VERTEX_BASE_URL: url },
    });
    expect(run.code).toBe(0);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer first']);
  });
});
