import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runOnTerminal } from '../helpers/in-terminal.ts';
import { runGemini, temporaryFolder } from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const MEDIA = resolve(import.meta.dirname, '../fixtures/media');
const media = (name: string) => join(MEDIA, name);
/** Where nobody listens: whoever sends anything there fails. */
const NOWHERE = ['--base-url', 'http://127.0.0.1:1', '--retries', '0'];

/** A grey PNG of that size. */
function png(width: number, height: number): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), content]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(content.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.from('0000000000000000 08 00 00 00 00'.replaceAll(' ', ''), 'hex');
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const content = chunk('IDAT', deflateSync(Buffer.alloc((width + 1) * height)));
  return Buffer.concat([signature, chunk('IHDR', header), content, chunk('IEND', Buffer.alloc(0))]);
}

type Listed = { kind: string; tokens?: number; [fact: string]: unknown };
type Plan = {
  parts: Listed[];
  tokens: number;
  price?: { input: number };
  errors: string[];
  warnings: string[];
};

describe('--plan', () => {
  const args = [
    ...['ask', '--plan', '-s', 'Be short.', 'Compare:', '--image', 'coffee.jpg', '--audio', 'talk.mp3'],
    ...['-a', media('3-pages.pdf'), '--video', `${media('with-sound.mp4')}#t=0,2&fps=2`],
  ];

  it('shows each part with what it holds, how it travels, its tokens and its limit; nothing is sent', async () => {
    const { code, stdout, stderr } = await runGemini([...args, ...NOWHERE]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [table = '', rules = ''] = stdout.split('\n\n');
    const [header = '', ...rows] = table.split('\n');
    expect(header.split(/ {2,}/)).toEqual([
      'part',
      'source',
      'type',
      'size',
      'holds',
      'delivery',
      'tokens',
      'limit',
    ]);
    // Columns stand under each other.
    const start = header.indexOf('holds');
    expect(rows.map((row) => row.slice(start).split(/ {2,}/)[0])).toEqual([
      '9 characters',
      '8 characters',
      '600×400',
      '18.4 s',
      '3 pages',
      '64×48, 3 s',
      '',
    ]);
    expect(rows.join('\n')).toMatch(/coffee\.jpg +image\/jpeg +56 kB +600×400 +inline +1,120 +3,600 images/);
    expect(rows.at(-1)).toMatch(/^ +total +.*3,595 +1,048,576 tokens$/);
    expect(rules).toMatch(/image: 1120 an image\n/);
    expect(rules).toMatch(/video: 70 a frame, 2 a second, 25 a second of sound\n/);
  });

  it('is JSON for scripts', async () => {
    const { stdout, code } = await runGemini([...args, ...NOWHERE, '--format', 'json']);
    expect(code).toBe(0);
    const plan = JSON.parse(stdout) as Plan;
    expect(plan).toMatchObject({ backend: 'developer', model: 'gemini-3.8-flash', unknown: 0, errors: [] });
    expect(plan.parts.map(({ kind }) => kind)).toEqual([
      'system',
      'text',
      'image',
      'audio',
      'document',
      'video',
    ]);
    expect(plan.parts[5]).toMatchObject({
      part: 6,
      options: 't=0,2&fps=2',
      mimeType: 'video/mp4',
      bytes: readFileSync(media('with-sound.mp4')).length,
      seconds: 3,
      sound: true,
      delivery: 'inline',
      tokens: 4 * 70 + 2 * 25,
    });
    expect(plan.parts.reduce((sum, { tokens = 0 }) => sum + tokens, 0)).toBe(plan.tokens);
  });

  it('counts by the family of the model: 1000×2000 is 774 on 1.5', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'tall.png'), png(1000, 2000));
    const planned = async (...more: string[]) => {
      const run = ['ask', '--plan', '--format', 'json', '--image', 'tall.png', ...more];
      return (JSON.parse((await runGemini(run, { cwd: folder })).stdout) as Plan).tokens;
    };
    expect(await planned('-m', 'gemini-1.5-pro')).toBe(774);
    expect(await planned('-m', 'gemini-1.0-pro-vision')).toBe(258);
    expect(await planned('--media-resolution', 'low')).toBe(280);
  });

  it('counts what a request file and functions hold', async () => {
    const folder = temporaryFolder();
    const image = {
      inlineData: { mimeType: 'image/png', data: readFileSync(media('50x30.png')).toString('base64') },
    };
    const request = { contents: [{ role: 'user', parts: [{ text: 'abcdefgh' }, image] }] };
    writeFileSync(join(folder, 'request.json'), JSON.stringify(request));
    writeFileSync(join(folder, 'tools.json'), JSON.stringify([{ name: 'weather' }]));
    const run = [
      'ask',
      '--plan',
      '--format',
      'json',
      '--request',
      'request.json',
      '--tools',
      '@tools.json',
      'abcd',
    ];
    const { parts } = JSON.parse((await runGemini(run, { cwd: folder })).stdout) as Plan;
    expect(parts.map(({ kind, tokens }) => [kind, tokens])).toEqual([
      ['tools', 5],
      ['text', 2],
      ['image', 1120],
      ['text', 1],
    ]);
    expect(parts[2]).toMatchObject({ width: 50, height: 30 });
  });

  it('says what it does not know, and adds up the rest', async () => {
    const run = ['ask', '--plan', '-b', 'vertex', '-a', 'gs://bucket/talk.mp4', 'abcd'];
    const { stdout, code } = await runGemini(run);
    expect(code).toBe(0);
    expect(stdout).toMatch(/gs:\/\/bucket\/talk\.mp4 +video\/mp4 +by URI +\?/);
    expect(stdout).toMatch(/total .* at least 1 /);
  });

  it('shows what will be uploaded, and what cannot be sent', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'film.mp4'), readFileSync(media('silent.mp4')));
    truncateSync(join(folder, 'film.mp4'), 90_000_000);
    const run = ['ask', '--plan', '-a', 'film.mp4', '--image', media('50x30.png')];
    const uploaded = await runGemini([...run, '-b', 'developer'], { cwd: folder });
    expect(uploaded).toMatchObject({ code: 0, stderr: '' });
    expect(uploaded.stdout).toMatch(/film\.mp4 .* upload /);
    expect(uploaded.stdout).toMatch(/50x30\.png .* inline /);
    const never = await runGemini([...run, '-b', 'developer', '--upload', 'never'], { cwd: folder });
    expect(never.code).toBe(3);
    expect(never.stdout).toMatch(/film\.mp4/);
    expect(never.stderr).toMatch(/^gemini: too large: 120 MB to send[^\n]*\nhint: [^\n]*\n$/);
  });

  it('shows what is too much, and then refuses it', async () => {
    const run = [
      'ask',
      '--plan',
      '-m',
      'gemini-1.0-pro-vision',
      '--image',
      'coffee.jpg',
      '--image',
      'cat.jpg',
    ];
    const refused = await runGemini(run);
    expect(refused.code).toBe(3);
    expect(refused.stdout).toContain('cat.jpg');
    expect(refused.stderr).toMatch(/^gemini: 2 images sent inline, and gemini-1\.0-pro-vision takes 1/);
    expect((await runGemini([...run, '--no-limits'])).code).toBe(0);
  });

  it('fits the screen', async () => {
    const { exitCode, screen } = runOnTerminal(['ask', '--plan', '-a', media('3-pages.pdf'), '--no-stdin']);
    expect(await exitCode).toBe(0);
    const lines = screen()
      .replace(/\x1b\[[0-9;?]*[a-zA-Z]/g, '')
      .split('\r\n');
    const table = lines.slice(0, lines.indexOf(''));
    expect(table).toHaveLength(3);
    expect(table[0]).toMatch(/source/);
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});

describe('prices', () => {
  const run = ['ask', '--plan', '--format', 'json', '--image', 'coffee.jpg'];
  const priceOf = async (args: string[], env: Record<string, string> = {}) => {
    const { stdout, code } = await runGemini([...run, ...args], { env });
    expect(code).toBe(0);
    return (JSON.parse(stdout) as Plan).price;
  };

  it('are shown where one is known, and nowhere else', async () => {
    expect((await priceOf(['-b', 'developer', '-m', 'gemini-3.5-flash']))?.input).toBeCloseTo(0.00168);
    expect(await priceOf(['-b', 'vertex', '-m', 'gemini-3.5-flash'])).toBeUndefined();
    expect(await priceOf(['-b', 'emulator'])).toBeUndefined();
  });

  it('of the person’s own list go first; a broken list is named', async () => {
    const folder = temporaryFolder();
    const env = { XDG_CONFIG_HOME: folder };
    mkdirSync(join(folder, 'gemini-prompt'));
    const list = join(folder, 'gemini-prompt', 'prices.json');
    writeFileSync(list, '{ "gemini-3.8-flash": { "input": 100 } }');
    expect(await priceOf(['-b', 'vertex'], env)).toMatchObject({ input: 0.112, source: 'your prices.json' });
    writeFileSync(list, '{ "gemini-3.8-flash": "cheap" }');
    const { code, stderr } = await runGemini(run, { env });
    expect(code).toBe(2);
    expect(stderr).toContain(list);
  });
});

describe('limits, before anything is sent', () => {
  it('every violation is listed at once', async () => {
    const { env, requests } = await withEmulator();
    const vision = ['ask', '-m', 'gemini-1.0-pro-vision', '--image', 'coffee.jpg', '--image', 'cat.jpg'];
    const { code, stdout, stderr } = await runGemini([...vision, '--audio', 'talk.mp3', 'hi'], { env });
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/2 images sent inline/);
    expect(stderr).toMatch(/talk\.mp3: 1 recording, and gemini-1\.0-pro-vision takes none/);
    expect(requests).toEqual([]);
  });

  it('what changes only warns, and --no-limits says nothing', async () => {
    const { env, requests } = await withEmulator();
    const run = ['ask', ...Array.from({ length: 11 }, () => ['--video', media('silent.mp4')]).flat(), 'hi'];
    const warned = await runGemini(run, { env });
    expect(warned.code).toBe(0);
    expect(warned.stderr).toMatch(/^warning: 11 videos, and gemini-3\.8-flash is documented to take 10/);
    expect((await runGemini([...run, '--no-limits'], { env })).stderr).toBe('');
    expect(requests).toHaveLength(2);
  });

  it('broken and encrypted files are named, all of them', async () => {
    const { env, requests } = await withEmulator();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'cut.pdf'), readFileSync(media('object-streams.pdf')).subarray(0, 300));
    const run = ['ask', '-a', media('password-r6.pdf'), '-a', 'cut.pdf', '-a', media('3-pages.pdf'), 'hi'];
    const { code, stderr } = await runGemini(run, { env, cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toMatch(/password-r6\.pdf is an encrypted PDF/);
    expect(stderr).toMatch(/cut\.pdf is a broken PDF/);
    expect(stderr).not.toContain('3-pages.pdf');
    expect(requests).toEqual([]);
  });
});

describe('--max-tokens-in', () => {
  it('stops what is estimated to be more, before sending', async () => {
    const { env, requests } = await withEmulator();
    const run = ['ask', '--image', 'coffee.jpg', 'what is this', '--max-tokens-in'];
    const { code, stderr } = await runGemini([...run, '1k'], { env });
    expect(code).toBe(3);
    expect(stderr).toMatch(/about 1,123 tokens, and --max-tokens-in allows 1,000/);
    expect(requests).toEqual([]);
    expect((await runGemini([...run, '1123'], { env })).code).toBe(0);
    expect(requests).toHaveLength(1);
  });

  it('holds for text alone; what is no number is a usage error', async () => {
    const { env } = await withEmulator();
    expect((await runGemini(['ask', 'x'.repeat(404), '--max-tokens-in', '100'], { env })).code).toBe(3);
    expect((await runGemini(['ask', 'x'.repeat(400), '--max-tokens-in', '100'], { env })).code).toBe(0);
    expect((await runGemini(['ask', 'hi', '--max-tokens-in', 'many'], { env })).code).toBe(2);
  });

  it('says when it cannot tell', async () => {
    const { env } = await withEmulator();
    const run = [
      'ask',
      '-b',
      'vertex',
      '-a',
      'gs://bucket/talk.mp4',
      'hi',
      '--max-tokens-in',
      '10',
      '--project',
      'p',
    ];
    const { code, stderr } = await runGemini(run, { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: the tokens of one part are not known/);
  });
});

describe('tokens', () => {
  const prompt = ['-s', 'Be short.', '--image', 'coffee.jpg', '--audio', 'talk.mp3', 'what is this'];

  it('estimates offline: a table, the number alone, or JSON', async () => {
    const table = await runGemini(['tokens', ...prompt, ...NOWHERE]);
    expect(table.stderr).toBe('');
    expect(table.stdout).toMatch(
      /^source +holds +tokens +rule\n"Be short\." +9 characters +3 +4 characters a token/,
    );
    expect(table.stdout).toMatch(/\ntotal +1,586 +estimated for gemini-3\.8-flash\n$/);
    expect((await runGemini(['tokens', '-q', ...prompt])).stdout).toBe('1586\n');
    const { stdout } = await runGemini(['tokens', '--format', 'json', ...prompt]);
    expect(JSON.parse(stdout)).toMatchObject({ tokens: 1586, unknown: 0, parts: [{}, {}, {}, {}] });
  });

  it.each([
    ['gemini-1.5-pro', ['-s', 'Be short.', '--image', 'coffee.jpg', '--audio', 'talk.mp3', 'what is this']],
    ['gemini-2.5-flash', ['--image', 'coffee.jpg', '--audio', 'talk.mp3', 'hello']],
    [
      'gemini-3.8-flash',
      ['--image', 'coffee.jpg', '--media-resolution', 'low', '-a', media('3-pages.pdf'), 'hello'],
    ],
    ['gemini-1.0-pro-vision', ['--video', media('with-sound.mp4'), 'hello']],
  ])('the service counts the same by the same documents (%s)', async (model, args) => {
    const { env } = await withEmulator();
    const estimate = await runGemini(['tokens', '-q', '-m', model, ...args], { env });
    const exact = await runGemini(['tokens', '-q', '--exact', '-m', model, ...args], { env });
    expect(exact.stderr).toBe('');
    expect(estimate.stdout).toMatch(/^\d+\n$/);
    expect(estimate.stdout).toBe(exact.stdout);
  });

  it('--exact sends the whole request, in each service’s form', async () => {
    const { env, requests } = await withEmulator();
    const args = ['tokens', '--exact', '-s', 'Be short.', '--temperature', '1', 'hello'];
    const { stdout } = await runGemini(args, { env });
    expect(stdout).toBe('5 tokens (5 text), counted by the service for gemini-3.8-flash\n');
    await runGemini([...args, '-b', 'vertex', '--project', 'p'], { env });
    const fields = {
      contents: [{ role: 'user', parts: [{ text: 'hello' }] }],
      systemInstruction: { parts: [{ text: 'Be short.' }] },
      generationConfig: { temperature: 1 },
    };
    expect(requests.map(({ path, body }) => ({ path, body }))).toEqual([
      {
        path: '/v1beta/models/gemini-3.8-flash:countTokens',
        body: { generateContentRequest: { model: 'models/gemini-3.8-flash', ...fields } },
      },
      {
        path: '/v1/projects/p/locations/global/publishers/google/models/gemini-3.8-flash:countTokens',
        body: fields,
      },
    ]);
  });

  it('--exact passes on what goes wrong', async () => {
    const error = { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'too often' } };
    const replies = [{ status: 429, body: error }, { body: '<html>Log in</html>' }];
    const { env } = await withEmulator({ replies });
    const run = ['tokens', '--exact', '--retries', '0', 'hi'];
    expect(await runGemini(run, { env })).toMatchObject({ code: 6, stdout: '' });
    expect(await runGemini(run, { env })).toMatchObject({ code: 7, stdout: '' });
  });

  it('--exact is refused where the service has no such method', async () => {
    const { code, stderr } = await runGemini([
      'tokens',
      '--exact',
      '-b',
      'openai',
      '-m',
      'llama',
      'hi',
      ...NOWHERE,
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/-b openai does not count tokens/);
  });
});
