import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runGemini } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const SEEDS = resolve(import.meta.dirname, '../fixtures/seeds');
const canonical = (name: string) => JSON.parse(readFileSync(join(SEEDS, `${name}.canonical.json`), 'utf8'));
const env = { GOOGLE_CLOUD_PROJECT: 'test-project' };

/** The samples of the Vertex documents, made from flags. */
const FROM_FLAGS: [name: string, args: string[]][] = [
  [
    'vertex-text',
    [
      'How do I bake banana bread?',
      '-m',
      'gemini-1.0-pro',
      '--safety',
      'sexually-explicit=low',
      '--temperature',
      '0.2',
      '--top-p',
      '0.8',
      '--top-k',
      '40',
    ],
  ],
  [
    'multimodal-curl',
    [
      '-a',
      'gs://my-bucket/images/cat.png',
      'What does this picture show?',
      '-m',
      'gemini-1.0-pro-vision',
      '--safety',
      'sexually-explicit=low',
      '--temperature',
      '0.4',
      '--top-p',
      '1',
      '--top-k',
      '32',
      '--max-output-tokens',
      '2048',
    ],
  ],
];

describe('the samples of the Vertex documents', () => {
  it.each(FROM_FLAGS)('%s: flags make the body of the document, streaming and not', async (name, args) => {
    for (const stream of [[], ['--no-stream']]) {
      const { code, stdout } = await runGemini(['ask', '-b', 'vertex', ...args, ...stream, '--dry-run'], {
        env,
      });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual(canonical(name));
    }
  });

  it('a picture in a bucket and a question go out as fileData and text, and come back as an answer', async () => {
    const args = [
      'ask',
      '-b',
      'vertex',
      '-a',
      'gs://generativeai-downloads/images/scones.jpg',
      'what is this image?',
    ];
    const emulator = await withEmulator();
    for (const stream of [[], ['--no-stream']]) {
      const run = await runGemini([...args, ...stream], { env: { ...env, ...emulator.env } });
      expect(run.code).toBe(0);
      expect(run.stdout).toContain('gs://generativeai-downloads/images/scones.jpg');
    }
    const expected = {
      contents: [
        {
          role: 'user',
          parts: [
            {
              fileData: { mimeType: 'image/jpeg', fileUri: 'gs://generativeai-downloads/images/scones.jpg' },
            },
            { text: 'what is this image?' },
          ],
        },
      ],
    };
    expect(emulator.requests.map(({ body }) => body)).toEqual([expected, expected]);
    const path = '/v1/projects/test-project/locations/global/publishers/google/models/gemini-3.8-flash';
    expect(emulator.requests.map((request) => request.path)).toEqual([
      `${path}:streamGenerateContent`,
      `${path}:generateContent`,
    ]);
  });
});

it('npm run seeds: every request of the three documents is sent, answered and equal', () => {
  const script = resolve(import.meta.dirname, '../../scripts/seeds.js');
  const { status, stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  expect(status).toBe(0);
  expect(lines.slice(0, -1).filter((line) => !line.endsWith(', answered, equal'))).toEqual([]);
  expect(lines.length).toBeGreaterThan(14);
});
