import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANSWER, CHAT_ANSWER, type Received, serveJson } from '../helpers/google-services.ts';
import { runGemini, temporaryFolder } from '../helpers/run-gemini.ts';

const canary = (place: string) => `canary-${place}-0123456789`;

/** Secrets of every kind in the environment, whichever of them is used. */
const ENVIRONMENT = {
  GEMINI_API_KEY: canary('gemini'),
  GOOGLE_API_KEY: canary('google'),
  OPENAI_API_KEY: canary('openai'),
  GEMINI_GDC_TOKEN: canary('gdc'),
  AWS_SECRET_ACCESS_KEY: canary('aws'),
  HTTPS_PROXY: `http://user:${canary('proxy')}@127.0.0.1:9`,
  HTTP_PROXY: `http://user:${canary('proxy')}@127.0.0.1:9`,
};

/** The credentials that a run may use, each with a canary of its own. */
const CREDENTIALS: Record<string, () => string[]> = {
  'a key of the environment': () => ['-b', 'developer'],
  'a key file': () => ['-b', 'developer', '--api-key-file', fileWith(canary('key-file'))],
  'a token file': () => ['-b', 'vertex', '--project', 'p', '--token-file', fileWith(canary('token-file'))],
  'a token command': () => {
    const command = fileWith(`#!/bin/sh\necho ${canary('command')}\n`);
    chmodSync(command, 0o755);
    return ['-b', 'vertex', '--project', 'p', '--token-command', command];
  },
  'a token of Distributed Cloud': () => ['-b', 'gdc', '--project', 'p', '-m', 'm'],
  'a key of another server': () => ['-b', 'openai', '-m', 'm'],
};

/** A server that repeats in its answer what it was sent to prove who asks: the worst there can be. */
function echo({ headers, path }: Received) {
  const sent = `${headers['x-goog-api-key']} ${headers.authorization} ${path}`;
  return { code: 401, status: 'UNAUTHENTICATED', message: `cannot take ${sent}` };
}

describe.each(Object.entries(CREDENTIALS))('with %s, no output holds a secret', (_name, make) => {
  it('whatever is asked for, and however it fails', async () => {
    const [good, refusing, failing] = await Promise.all([
      serveJson(({ path }) => (path.endsWith('/chat/completions') ? CHAT_ANSWER : ANSWER)),
      serveJson((request) => ({ status: 401, body: { error: echo(request) } })),
      serveJson((request) => ({
        status: 500,
        body: { error: { ...echo(request), code: 500, status: 'INTERNAL' } },
      })),
    ]);
    const args = make();
    const run = (port: number, ...more: string[]) =>
      runGemini(
        [...more, ...args, args[1] === 'gdc' ? '--endpoint' : '--base-url', `http://127.0.0.1:${port}`],
        {
          env: ENVIRONMENT,
        },
      );
    const ask = ['ask', 'hello', '--no-stream', '--retries', '0'];
    const runs = await Promise.all([
      run(good.port, ...ask, '--debug'),
      run(refusing.port, ...ask, '--debug'),
      run(failing.port, ...ask, '--format', 'json'),
      run(9, ...ask, '--debug', '--format', 'json'),
      run(good.port, ...ask, '--dry-run=http'),
      run(good.port, ...ask, '--show', 'curl'),
      run(good.port, 'auth', 'status'),
      run(refusing.port, 'doctor', '--debug', '--retries', '0'),
    ]);
    // There is no program to show for the chat-completions language.
    const show = ['gdc', 'openai'].includes(args[1] ?? '') ? 2 : 0;
    expect(runs.map(({ code }) => code)).toEqual([0, 4, 7, 7, 0, show, 0, 4]);
    // The secret was sent, so that it could have been shown.
    expect(JSON.stringify(refusing.received)).toContain('canary');
    expect(runs[1]?.stderr).toMatch(/cannot take/);
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain('canary');
  });
});

it('a secret in the file of settings is refused without being shown', async () => {
  const { code, stdout, stderr } = await runGemini(['config', 'set', 'api-key', canary('config')]);
  expect(code).toBe(2);
  expect(stdout + stderr).not.toContain('canary');
});

function fileWith(text: string): string {
  const file = join(temporaryFolder(), 'secret');
  writeFileSync(file, text);
  return file;
}
