import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const servers: ReturnType<typeof createServer>[] = [];
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
