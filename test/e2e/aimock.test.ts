import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGemini, temporaryFolder } from '../helpers/run-gemini.ts';

/** Against a server nobody here wrote. */
describe('aimock', () => {
  const mock = new LLMock({ port: 0 });
  const token = join(temporaryFolder(), 'token');
  beforeAll(async () => {
    writeFileSync(token, 'canary-token\n');
    mock.onMessage('what is this', {
      content: 'A cup of coffee ☕ on wood, seen from above, in the morning light.',
    });
    await mock.start();
  });
  afterAll(() => mock.stop());

  const backends: [string, () => { args: string[]; env: Record<string, string> }][] = [
    [
      'developer',
      () => ({ args: ['-b', 'developer', '--base-url', mock.url], env: { GEMINI_API_KEY: 'canary-key' } }),
    ],
    [
      'vertex',
      () => ({
        args: ['-b', 'vertex', '--token-file', token, '--project', 'p', '--location', 'us-central1'],
        env: { GOOGLE_VERTEX_BASE_URL: mock.url },
      }),
    ],
  ];

  it.each(backends)('%s: streamed and not, a photo and a question', async (_name, setUp) => {
    for (const stream of [[], ['--no-stream']]) {
      const { args, env } = setUp();
      const run = await runGemini(['ask', ...args, ...stream, '--image', 'coffee.jpg', 'what is this'], {
        env,
      });
      expect(run).toMatchObject({
        code: 0,
        stdout: 'A cup of coffee ☕ on wood, seen from above, in the morning light.\n',
        stderr: '',
      });
    }
  });

  it('its error is a refusal in one line, and no key is shown', async () => {
    const { args, env } = backends[0]?.[1]() ?? { args: [], env: {} };
    mock.nextRequestError(400, { message: 'the request is bad', type: 'INVALID_ARGUMENT' });
    const run = await runGemini(['ask', ...args, 'what is this', '--debug'], { env });
    expect(run.code).toBe(10);
    expect(run.stderr).toContain('the request is bad');
    expect(run.stdout + run.stderr).not.toContain('canary');
  });
});
