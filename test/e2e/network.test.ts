import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server as ProxyChain } from 'proxy-chain';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ANSWER, CA_FILE, serveJson, tunnelTo } from '../helpers/google-services.ts';
import { runGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const ASK = ['ask', '-b', 'developer', '--no-stream', '--retries', '0', 'hello'];
const KEY = { GEMINI_API_KEY: 'canary-key-0123456789' };

/**
 * A proxy of somebody else (the npm package proxy-chain), which hands every tunnel on to our own, so that the program may
 * ask the real addresses of Google, and the test answers.
 */
async function proxyInFrontOf(
  port: number,
  { password }: { password?: string } = {},
): Promise<{ url: string; hosts: string[] }> {
  const inner = await tunnelTo(port);
  const proxy = new ProxyChain({
    port: 0,
    host: '127.0.0.1',
    prepareRequestFunction: ({ username, password: given }) => ({
      requestAuthentication: password !== undefined && (username !== 'user' || given !== password),
      upstreamProxyUrl: inner.url,
    }),
  });
  await proxy.listen();
  onTestFinished(() => proxy.close(true));
  return { url: `http://127.0.0.1:${proxy.port}`, hosts: inner.hosts };
}

describe('a proxy', () => {
  it('takes what is sent, by variable or flag, with a password or without; NO_PROXY goes round it', async () => {
    const api = await serveJson(() => ANSWER, { certificate: 'services' });
    const local = await serveJson(() => ANSWER, { certificate: 'good' });
    const open = await proxyInFrontOf(api.port);
    const closed = await proxyInFrontOf(api.port, { password: 'canary p@ss' });
    const withPassword = closed.url.replace('//', '//user:canary%20p%40ss@');
    const ask = (env: Record<string, string>, ...args: string[]) =>
      runGemini([...ASK, '--ca-file', CA_FILE, ...args], { env: { ...KEY, ...env } });
    const runs = await Promise.all([
      ask({ HTTPS_PROXY: open.url }),
      ask({ https_proxy: withPassword, HTTPS_PROXY: 'http://127.0.0.1:9' }),
      ask({ ALL_PROXY: 'socks5://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' }, '--proxy', open.url),
      ask({ all_proxy: open.url }),
      ask(
        { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'other.example,localhost' },
        '--base-url',
        `https://localhost:${local.port}`,
      ),
    ]);
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    expect(open.hosts).toEqual(Array(3).fill('generativelanguage.googleapis.com:443'));
    expect(closed.hosts).toHaveLength(1);
    expect(local.received).toHaveLength(1);
    expect(api.received[0]?.headers).toMatchObject({ 'x-goog-api-key': KEY.GEMINI_API_KEY });

    const [without, wrong, gone] = await Promise.all([
      ask({ HTTPS_PROXY: closed.url }),
      ask({ HTTPS_PROXY: closed.url.replace('//', '//user:canary-wrong@') }),
      ask({ HTTPS_PROXY: 'http://user:canary-gone@127.0.0.1:9' }),
    ]);
    expect(without).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/proxy.*407.*\nhint: .*USER:PASSWORD/),
    });
    expect(wrong).toMatchObject({ code: 7, stderr: expect.stringMatching(/407/) });
    expect(gone).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/the proxy http:\/\/user:\*+@127\.0\.0\.1:9/),
    });
    expect(wrong.stderr + gone.stderr).not.toContain('canary');
  });
});

describe('TLS', () => {
  it('a private CA by flag, SSL_CERT_FILE or NODE_EXTRA_CA_CERTS; without it exit 7 and the flag to use', async () => {
    const api = await serveJson(() => ANSWER, { certificate: 'good' });
    const ask = (env: Record<string, string>, ...args: string[]) =>
      runGemini([...ASK, '--base-url', `https://localhost:${api.port}`, ...args], {
        env: { ...KEY, ...env },
      });
    const trusted = await Promise.all([
      ask({}, '--ca-file', CA_FILE),
      ask({ SSL_CERT_FILE: CA_FILE }),
      ask({ NODE_EXTRA_CA_CERTS: CA_FILE }),
    ]);
    expect(trusted.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    const [unknown, switchedOff, missing] = await Promise.all([
      ask({}),
      ask({}, '--ca-file', join(temporaryFolder(), 'none.pem')),
      ask({}, '--ca-file', import.meta.filename),
    ]);
    expect(unknown).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/localhost is not trusted.*\nhint: .*--ca-file FILE/),
    });
    expect(switchedOff.code).toBe(3);
    expect(missing.code).toBe(3);
    expect(api.received).toHaveLength(3);
  });

  it('http:// is for this machine only', async () => {
    const run = await runGemini([...ASK, '--base-url', 'http://gemini.test'], { env: KEY });
    expect(run).toMatchObject({ code: 2, stderr: expect.stringMatching(/not encrypted/) });
    expect(run.stderr).not.toContain('canary');
  });
});

describe('doctor', () => {
  const doctor = async (args: string[], env: Record<string, string>) => {
    const run = await runGemini(['doctor', '--format', 'json', ...args], { env: { PATH: '', ...env } });
    const { checks } = JSON.parse(run.stdout) as { checks: { name: string; ok: boolean; finding: string }[] };
    return { ...run, steps: checks.map(({ name, ok }) => (ok ? name : `${name} failed`)) };
  };

  it('tries everything once, over TLS and through a proxy', async () => {
    const api = await serveJson(
      ({ path }) => ({ body: path.includes(':countTokens') ? { totalTokens: 1 } : {} }),
      {
        certificate: 'services',
      },
    );
    const proxy = await tunnelTo(api.port);
    const local = await serveJson(() => ({ body: { data: [{ id: 'm', owned_by: 'vllm' }] } }), {
      certificate: 'good',
    });
    const [direct, proxied, emulator] = await Promise.all([
      doctor(['-b', 'openai', '--base-url', `https://localhost:${local.port}/v1`], {
        SSL_CERT_FILE: CA_FILE,
        OPENAI_API_KEY: KEY.GEMINI_API_KEY,
      }),
      doctor(['-b', 'developer'], { ...KEY, SSL_CERT_FILE: CA_FILE, HTTPS_PROXY: proxy.url }),
      doctor(['-b', 'emulator'], {}),
    ]);
    expect([direct.code, proxied.code, emulator.code]).toEqual([0, 0, 0]);
    expect(direct.steps).toEqual(['credential', 'name', 'connection', 'TLS', 'token', 'request']);
    expect(direct.stdout).toMatch(/vLLM.*--dialect vllm/);
    expect(proxied.steps).toEqual([
      'credential',
      'proxy: name',
      'proxy: connection',
      'through the proxy',
      'token',
      'request',
    ]);
    expect(emulator.steps).toEqual(['credential', 'name', 'connection', 'request']);
  });

  it('stops at the first thing that fails, with its exit code and fix', async () => {
    const secure = await serveJson(() => ({ body: {} }), { certificate: 'good' });
    const { url } = await withEmulator({
      replies: [{ status: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED', message: 'no' } } }],
    });
    const token = join(temporaryFolder(), 'token');
    writeFileSync(token, 'canary-token-0123456789');
    const [nobody, noKey, noName, noServer, noTrust, noToken, refused] = await Promise.all([
      doctor([], {}),
      doctor(['-b', 'developer'], {}),
      doctor(['-b', 'developer', '--base-url', 'https://nowhere.invalid'], KEY),
      doctor(['-b', 'developer', '--base-url', 'http://127.0.0.1:9'], KEY),
      doctor(['-b', 'developer', '--base-url', `https://localhost:${secure.port}`], KEY),
      doctor(['-b', 'vertex', '--project', 'p', '--base-url', url, '--token-command', 'false'], {}),
      doctor(['-b', 'developer', '--base-url', url], KEY),
    ]);
    const ends = [nobody, noKey, noName, noServer, noTrust, noToken, refused].map(({ code, steps }) => [
      code,
      steps.at(-1),
    ]);
    expect(ends).toEqual([
      [4, 'settings failed'],
      [4, 'credential failed'],
      [7, 'name failed'],
      [7, 'connection failed'],
      [7, 'TLS failed'],
      [4, 'token failed'],
      [4, 'request failed'],
    ]);
    expect(noTrust.stderr).toMatch(/--ca-file/);
  });
});
