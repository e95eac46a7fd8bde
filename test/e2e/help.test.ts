import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { runGemini } from '../helpers/run-gemini.ts';

it('the built program has its pages, and its manual page is the one that is packed', async () => {
  const [manual, topic, mistyped] = await Promise.all([
    runGemini(['help', 'man']),
    runGemini(['help', 'exit-codes']),
    runGemini(['files', 'uplod', 'x.mp4']),
  ]);
  const packed = resolve(import.meta.dirname, '../../man/gemini.1');
  expect(manual).toMatchObject({ code: 0, stderr: '', stdout: readFileSync(packed, 'utf8') });
  expect(topic).toMatchObject({ code: 0, stderr: '' });
  expect(mistyped).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/"uplod"\nhint: .*upload/),
  });
});
