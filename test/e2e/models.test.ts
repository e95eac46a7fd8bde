import { expect, it } from 'vitest';
import { runGemini } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

it('the built program lists models, shows one, and an unknown one leads to the list', async () => {
  const refusal = { error: { code: 404, status: 'NOT_FOUND', message: 'models/nope is not found' } };
  const { env } = await withEmulator({
    replies: [{ match: { path: ':generateContent' }, status: 404, body: refusal }],
  });
  const [list, shown, unknown, asked] = await Promise.all([
    runGemini(['models', '--format', 'json'], { env }),
    runGemini(['models', 'show', 'gemini-3.8-flash', '--format', 'json'], { env }),
    runGemini(['models', 'show', 'gemini-3.8-flsh'], { env }),
    runGemini(['ask', '--no-stream', '-m', 'nope', 'hello'], { env }),
  ]);
  const models = JSON.parse(list.stdout) as { id: string; inputTokenLimit: number }[];
  expect(models.find(({ id }) => id === 'gemini-3.8-flash')?.inputTokenLimit).toBe(1_048_576);
  expect(JSON.parse(shown.stdout)).toMatchObject(models.find(({ id }) => id === 'gemini-3.8-flash') ?? {});
  expect(unknown).toMatchObject({
    code: 10,
    stdout: '',
    stderr: expect.stringMatching(/did you mean gemini-3\.8-flash\?/),
  });
  expect(asked).toMatchObject({ code: 10, stderr: expect.stringMatching(/\nhint: `gemini models` lists/) });
});
