import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, runGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const base64 = (file: string) => readFileSync(join(EXAMPLES, file)).toString('base64');

describe('a question', () => {
  it('about a real photo streams an answer from the emulator of its own process', async () => {
    const { code, stdout, stderr } = await runGemini([
      'ask',
      '-b',
      'emulator',
      '--image',
      'coffee.jpg',
      'what is this',
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('image/jpeg');
    expect(stdout).toContain('600×400');
    expect(stdout).toContain('what is this');
    expect(stdout).toMatch(/[^\n]\n$/);
  });

  it('sends its parts in the order typed, whatever they are', async () => {
    const { env, requests } = await withEmulator();
    const args = [
      'ask',
      'Before:',
      '--image',
      'coffee.jpg',
      'After:',
      '-a',
      'cat.jpg',
      '--audio',
      'talk.mp3',
      '-p',
      'What changed?',
    ];
    expect((await runGemini(args, { env })).code).toBe(0);
    expect(requests.map(({ body }) => body)).toEqual([
      {
        contents: [
          {
            role: 'user',
            parts: [
              { text: 'Before:' },
              { inlineData: { mimeType: 'image/jpeg', data: base64('coffee.jpg') } },
              { text: 'After:' },
              { inlineData: { mimeType: 'image/jpeg', data: base64('cat.jpg') } },
              { inlineData: { mimeType: 'audio/mp3', data: base64('talk.mp3') } },
              { text: 'What changed?' },
            ],
          },
        ],
      },
    ]);
  });

  it.each([[['why?']], [['-p', 'why?']], [['ask', '--text', 'why?']], [['ask', '--', 'why?']]])(
    '%j means ask',
    async (args) => {
      const { env, requests } = await withEmulator();
      expect((await runGemini(args, { env })).code).toBe(0);
      expect(requests[0]?.body).toEqual({ contents: [{ role: 'user', parts: [{ text: 'why?' }] }] });
    },
  );

  it('asks by streamGenerateContent, or generateContent with --no-stream, and says the same', async () => {
    const { env, requests } = await withEmulator();
    const streamed = await runGemini(['ask', 'hello'], { env });
    const whole = await runGemini(['ask', '--no-stream', 'hello'], { env });
    expect(whole.stdout).toBe(streamed.stdout);
    expect(requests.map(({ path }) => path)).toEqual([
      '/v1beta/models/gemini-3.8-flash:streamGenerateContent',
      '/v1beta/models/gemini-3.8-flash:generateContent',
    ]);
  });

  it('sends only what was set', async () => {
    const { env, requests } = await withEmulator();
    const flags = [
      '--temperature',
      '0',
      '--stop',
      'END',
      '--stop',
      '###',
      '--safety',
      'hate-speech=none',
      '-s',
      'Be brief.',
    ];
    expect((await runGemini(['ask', 'hi', ...flags], { env })).code).toBe(0);
    expect(requests[0]?.body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      generationConfig: { temperature: 0, stopSequences: ['END', '###'] },
      safetySettings: [{ category: 'HARM_CATEGORY_HATE_SPEECH', threshold: 'BLOCK_NONE' }],
    });
  });
});

describe('stdin', () => {
  const textsOf = async (args: string[], stdin: string | undefined) => {
    const { env, requests } = await withEmulator();
    const run = await runGemini(args, { env, ...(stdin === undefined ? {} : { stdin }) });
    const body = requests[0]?.body as { contents: { parts: { text: string }[] }[] } | undefined;
    return { ...run, texts: body?.contents[0]?.parts.map(({ text }) => text) };
  };

  it('comes first', async () => {
    expect((await textsOf(['ask', 'translate'], 'guten Tag ☕\n')).texts).toEqual([
      'guten Tag ☕\n',
      'translate',
    ]);
  });

  it('stands where "-" is', async () => {
    expect((await textsOf(['ask', 'a', '-', 'b'], 'mid')).texts).toEqual(['a', 'mid', 'b']);
  });

  it('is nothing when empty, ignored with --no-stdin', async () => {
    expect((await textsOf(['ask', 'a'], '')).texts).toEqual(['a']);
    expect((await textsOf(['ask', 'a', '--no-stdin'], 'ignored')).texts).toEqual(['a']);
  });

  it('alone is a question', async () => {
    expect((await textsOf([], 'why?')).texts).toEqual(['why?']);
  });

  it('9 MB arrive whole', async () => {
    const text = '0123456789abcdé\n'.repeat(600_000);
    const { texts, code } = await textsOf(['ask', 'a'], text);
    expect(code).toBe(0);
    expect(texts?.[0] === text).toBe(true);
  });
});

describe('the answer', () => {
  it('as json is the whole folded response, as jsonl one chunk a line', async () => {
    const { env } = await withEmulator();
    const text = (await runGemini(['ask', 'hello'], { env })).stdout;
    const json = JSON.parse((await runGemini(['ask', 'hello', '--format', 'json'], { env })).stdout);
    expect(`${json.candidates[0].content.parts[0].text}\n`).toBe(text);
    expect(json.candidates[0].finishReason).toBe('STOP');
    const lines = (await runGemini(['ask', 'hello', '--format', 'jsonl'], { env })).stdout
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeGreaterThan(1);
    const pieces = lines.map((line) => JSON.parse(line).candidates?.[0]?.content?.parts?.[0]?.text ?? '');
    expect(`${pieces.join('')}\n`).toBe(text);
  });

  it('goes to a file, which replaces the old one only when it is complete', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'out.txt');
    writeFileSync(file, 'old');
    const good = await withEmulator();
    const { stdout } = await runGemini(['ask', 'hello'], { env: good.env });
    expect((await runGemini(['ask', 'hello', '-o', file], { env: good.env })).stdout).toBe('');
    expect(readFileSync(file, 'utf8')).toBe(stdout);
    expect(readdirSync(folder)).toEqual(['out.txt']);
  });

  it('is followed by tokens and time with --usage, on stderr', async () => {
    const { env } = await withEmulator();
    const { stdout, stderr } = await runGemini(['ask', '--image', 'coffee.jpg', 'hi', '-u'], { env });
    expect(stdout).not.toContain('tokens');
    expect(stderr).toMatch(/^tokens: \d+ in \(.*\d+ image.*\), \d+ out; .* s/);
  });
});

describe('--dry-run', () => {
  it('prints exactly what is sent, and needs neither network nor credential', async () => {
    const args = ['ask', 'a', '--image', 'coffee.jpg', '--temperature', '0.5', '-m', 'gemini-2.5-flash'];
    const dry = await runGemini([...args, '-b', 'developer', '--dry-run'], {
      env: { GEMINI_API_KEY: 'canary-key-1234' },
    });
    const { env, requests } = await withEmulator();
    await runGemini(args, { env });
    expect(JSON.parse(dry.stdout)).toEqual(requests[0]?.body);
    expect(Buffer.byteLength(dry.stdout) - 1).toBe(requests[0]?.bodyBytes);
  });

  it('=http adds method, URL and headers, secrets masked', async () => {
    const env = { GEMINI_API_KEY: 'canary-key-1234' };
    const { stdout, stderr, code } = await runGemini(['ask', '--dry-run=http', 'a'], { env });
    expect(code).toBe(0);
    const [head, body] = stdout.split('\n\n');
    expect(head).toMatch(/^POST https:\/\/generativelanguage\.googleapis\.com\/v1beta\/models\/\S+\n/);
    expect(head).toMatch(/content-length: (\d+)/);
    expect(Number(/content-length: (\d+)/.exec(head ?? '')?.[1])).toBe(
      Buffer.byteLength((body ?? '').trimEnd()),
    );
    expect(stdout + stderr).not.toContain('canary');
  });

  it('leaves the word after it alone', async () => {
    const { stdout } = await runGemini(['ask', '-b', 'emulator', '--dry-run', 'http']);
    expect(JSON.parse(stdout).contents[0].parts).toEqual([{ text: 'http' }]);
  });
});

describe('what cannot be asked', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'empty.png'), '');
  writeFileSync(join(folder, 'bad.txt'), Buffer.from([0x61, 0xff, 0xfe]));
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);

  it.each([
    [3, ['ask', '--image', 'nothing-here.jpg']],
    [3, ['ask', '-a', join(folder, 'folder')]],
    [3, ['ask', '-a', join(folder, 'empty.png')]],
    [3, ['ask', '-a', join(folder, 'pipe')]],
    [3, ['ask', '--prompt-file', 'nothing-here.txt']],
    [3, ['ask', '--prompt-file', join(folder, 'bad.txt')]],
    [2, ['ask', '--image', 'talk.mp3', 'what']],
    [2, ['ask']],
    [2, ['ask', 'a', '--temprature', '1']],
    [2, ['ask', 'a', '--temperature', 'hot']],
    [2, ['ask', 'a', '--format', 'yaml']],
    [2, ['ask', 'a', '-b', 'nobody']],
    [2, ['ask', 'a', '-m', '../x']],
    [2, ['ask', '-', '-']],
    [2, ['ask', 'a', '--image']],
  ])('exit %i for %j: one line, at most one hint, nothing on stdout, nothing sent', async (exit, args) => {
    const { env, requests } = await withEmulator();
    const { code, stdout, stderr } = await runGemini(args, { env });
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toMatch(/^gemini: [^\n]+\n(hint: [^\n]+\n)?$/);
    expect(requests).toEqual([]);
  });

  it('exit 4 and a way that needs no account when nothing is set up', async () => {
    const { code, stderr } = await runGemini(['ask', 'hello']);
    expect(code).toBe(4);
    expect(stderr).toContain('-b emulator');
  });

  it('as one JSON object with --format json', async () => {
    const { code, stderr } = await runGemini([
      'ask',
      '-b',
      'emulator',
      '--image',
      'nothing.jpg',
      '--format',
      'json',
    ]);
    expect(code).toBe(3);
    expect(JSON.parse(stderr)).toMatchObject({ error: { exitCode: 3 } });
  });
});

describe('help', () => {
  it('--version is the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(EXAMPLES, '../package.json'), 'utf8'));
    expect((await runGemini(['--version'])).stdout).toBe(`${version}\n`);
    expect((await runGemini(['-V'])).stdout).toBe(`${version}\n`);
  });

  it.each([[['--help']], [['ask', '--help']], [['help', 'ask']], [['emulate', '-h']]])(
    '%j is on stdout, exit 0',
    async (args) => {
      const { code, stdout, stderr } = await runGemini(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('Examples:');
    },
  );
});
