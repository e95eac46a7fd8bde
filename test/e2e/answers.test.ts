import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScriptedReply } from '../../src/emulator/script.ts';
import type { Candidate, GenerateContentRequest, Part } from '../../src/wire/generate-content.ts';
import { readable, runOnTerminal } from '../helpers/in-terminal.ts';
import {
  EXAMPLES,
  type Finished,
  type RunOptions,
  runGemini,
  temporaryFolder,
} from '../helpers/run-gemini.ts';
import { withEmulator } from '../helpers/with-emulator.ts';

const RESPONSES = resolve(import.meta.dirname, '../fixtures/responses');
const SEEDS = resolve(import.meta.dirname, '../fixtures/seeds');

/** A chunk with one candidate. */
const chunk = (parts: Part[], more: Candidate = { finishReason: 'STOP' }) => ({
  candidates: [{ content: { role: 'model', parts }, ...more }],
});

/** Asks "hi" of an emulator that gives this one answer. */
async function ask(reply: ScriptedReply, args: string[] = [], options: RunOptions = {}): Promise<Finished> {
  const { env } = await withEmulator({ replies: [reply] });
  return runGemini(['ask', 'hi', ...args], { ...options, env: { ...env, ...options.env } });
}

describe('a response of the documents', () => {
  /** As printed; `bytes` at a time, so that cuts fall within characters, names and line ends. */
  const recorded = (file: string, bytes: number): ScriptedReply => {
    const data = readFileSync(join(RESPONSES, file));
    const pieces = Array.from({ length: Math.ceil(data.length / bytes) }, (_, index) =>
      data.subarray(index * bytes, (index + 1) * bytes),
    );
    return {
      writes: pieces.map((piece) => ({ base64: piece.toString('base64') })),
      headers: { 'content-type': file.endsWith('.sse') ? 'text/event-stream' : 'application/json' },
    };
  };
  const chunksOf = (file: string) => {
    const text = readFileSync(join(RESPONSES, file), 'utf8');
    if (file.endsWith('.json')) return JSON.parse(text);
    return text
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.replace(/^data: /, '')));
  };
  const textOf = (file: string) =>
    chunksOf(file)
      .map(
        (each: { candidates: { content: { parts: Part[] } }[] }) =>
          each.candidates[0]?.content.parts[0]?.text,
      )
      .join('');
  const tools = join(temporaryFolder(), 'tools.json');
  writeFileSync(tools, readFileSync(join(SEEDS, 'vertex-functions.canonical.json')));
  const CALL =
    '{"functionCall":{"name":"find_theaters","args":{"movie":"Barbie","location":"Mountain View, CA"}}}';

  it('all of them are here', () => {
    expect(readdirSync(RESPONSES).sort()).toEqual([
      'chat.sse',
      'function.json',
      'multimodal.json',
      'text.sse',
    ]);
  });

  it.each([
    ['text.sse', [], textOf('text.sse'), /^tokens: 9 in, 118 out; /],
    ['chat.sse', [], textOf('chat.sse'), /^tokens: 21 in, 40 out; /],
    ['multimodal.json', [], ' A yellow flower stands between dry leaves', /^tokens: 263 in, 8 out; /],
    // No role, and no count of the answer's tokens.
    ['function.json', ['--tools', `@${tools}`], CALL, /^tokens: 9 in; /],
  ])('%s is shown as it should be', async (file, args, stdout, usage) => {
    const [whole, pieces, json, lines] = await Promise.all([
      ask(recorded(file, 1_000_000), [...args, '-u']),
      ask(recorded(file, 11), args),
      ask(recorded(file, 97), [...args, '--format', 'json']),
      ask(recorded(file, 97), [...args, '--format', 'jsonl']),
    ]);
    expect({ code: whole.code, stdout: whole.stdout }).toEqual({ code: 0, stdout: `${stdout}\n` });
    expect(whole.stderr).toMatch(usage);
    expect({ ...pieces, stdoutBytes: 0 }).toEqual({
      code: 0,
      stdout: whole.stdout,
      stderr: '',
      stdoutBytes: 0,
    });
    const { candidates, usageMetadata } = JSON.parse(json.stdout);
    expect(candidates).toHaveLength(1);
    expect(candidates[0]).toMatchObject({ finishReason: 'STOP', safetyRatings: { length: 4 } });
    expect(usageMetadata).toEqual(chunksOf(file).at(-1).usageMetadata);
    expect(
      lines.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(chunksOf(file));
  });

  it('text.sse keeps its citations, and --sources names each source once', async () => {
    const [json, sources] = await Promise.all([
      ask(recorded('text.sse', 64), ['--format', 'json']),
      ask(recorded('text.sse', 64), ['--sources']),
    ]);
    expect(JSON.parse(json.stdout).candidates[0].citationMetadata.citations).toHaveLength(4);
    expect(sources.stdout).toBe(
      [
        `${textOf('text.sse')}\n\nSources:`,
        '[1] https://example.com/pancakes/batter',
        '[2] https://example.org/ladles?size=1&of=soup',
        '[3] https://example.net/breakfast/\n',
      ].join('\n'),
    );
  });
});

/** finishReason of Vertex AI and the Developer API, and the exit code that each means. */
const FINISH: Record<string, number> = {
  STOP: 0,
  ...{ MAX_TOKENS: 8, FINISH_REASON_UNSPECIFIED: 8, CONTINUATION: 8, NO_IMAGE: 8, SOMETHING_NEW: 8 },
  ...{ MALFORMED_FUNCTION_CALL: 8, UNEXPECTED_TOOL_CALL: 8, TOO_MANY_TOOL_CALLS: 8 },
  ...{ SAFETY: 5, RECITATION: 5, LANGUAGE: 5, OTHER: 5, BLOCKLIST: 5, PROHIBITED_CONTENT: 5, SPII: 5 },
  ...{ IMAGE_SAFETY: 5, IMAGE_PROHIBITED_CONTENT: 5, IMAGE_RECITATION: 5, IMAGE_OTHER: 5, MODEL_ARMOR: 5 },
};
const BLOCK = [
  ...['SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'IMAGE_SAFETY', 'MODEL_ARMOR', 'JAILBREAK'],
  'SOMETHING_NEW',
];

describe('how an answer ends', () => {
  /** Runs two at a time against one emulator, each asking for its own reply by name. */
  async function runAll(replies: Record<string, ScriptedReply>): Promise<Record<string, Finished>> {
    const entries = Object.entries(replies);
    const { env } = await withEmulator({
      strict: true,
      replies: entries.map(([name, reply]) => ({ ...reply, match: { body: `"${name}"` } })),
    });
    const runs: [string, Finished][] = [];
    const next = async (): Promise<void> => {
      const entry = entries.shift();
      if (!entry) return;
      runs.push([entry[0], await runGemini(['ask', entry[0]], { env })]);
      return next();
    };
    await Promise.all([next(), next(), next()]);
    return Object.fromEntries(runs);
  }

  it('each finishReason has its exit code, is named, and leaves the text where it is', async () => {
    const runs = await runAll(
      Object.fromEntries(
        Object.keys(FINISH).map((finishReason) => [
          finishReason,
          { chunks: [chunk([{ text: 'Half' }], {}), { candidates: [{ finishReason }] }] },
        ]),
      ),
    );
    const codes = Object.fromEntries(Object.entries(runs).map(([name, { code }]) => [name, code]));
    expect(codes).toEqual(FINISH);
    for (const [name, { stdout, stderr }] of Object.entries(runs)) {
      expect(stdout).toBe('Half\n');
      expect(stderr).toMatch(name === 'STOP' ? /^$/ : /^gemini: [^\n]+\n(hint: [^\n]+\n)?$/);
      if (!['STOP', 'MAX_TOKENS', 'FINISH_REASON_UNSPECIFIED'].includes(name)) expect(stderr).toContain(name);
    }
  });

  it('each blockReason of a prompt is exit 5 and names the reason, its message and the categories', async () => {
    const runs = await runAll(
      Object.fromEntries(
        BLOCK.map((blockReason) => [
          blockReason,
          {
            chunks: [
              {
                promptFeedback: {
                  blockReason,
                  blockReasonMessage: 'The words of the service.',
                  safetyRatings: [
                    { category: 'HARM_CATEGORY_HARASSMENT', probability: 'NEGLIGIBLE' },
                    { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true },
                  ],
                },
                usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 },
              },
            ],
          },
        ]),
      ),
    );
    for (const name of BLOCK) {
      expect(runs[name]).toMatchObject({ code: 5, stdout: '' });
      expect(runs[name]?.stderr).toMatch(
        new RegExp(`^gemini: [^\n]*${name}[^\n]*dangerous content HIGH\n {2}The words of the service\\.\n`),
      );
      expect(runs[name]?.stderr).not.toContain('harassment');
    }
  });

  it.each([
    ['STOP without any text', { chunks: [{ candidates: [{ finishReason: 'STOP' }] }] }, /no answer/],
    ['no candidates at all', { chunks: [{ usageMetadata: { promptTokenCount: 3 } }] }, /no answer/],
    ['thoughts alone', { chunks: [chunk([{ text: 'Hm', thought: true }])] }, /no answer/],
    [
      'MAX_TOKENS used up by thinking',
      { chunks: [chunk([{ text: 'Hm', thought: true }], { finishReason: 'MAX_TOKENS' })] },
      /thinking/,
    ],
    ['content: null', { body: [{ candidates: [{ content: null, finishReason: 'STOP' }] }] }, /no answer/],
  ])('%s is no success: exit 8', async (_name, reply, message) => {
    const { code, stdout, stderr } = await ask(reply);
    expect({ code, stdout }).toEqual({ code: 8, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

describe('what an answer holds besides text', () => {
  const THINKING = [
    chunk([{ text: 'First I ', thought: true }], {}),
    chunk([{ text: 'ponder.', thought: true }, { text: 'Four' }], {}),
    chunk([
      { text: 'teen.', thoughtSignature: 'c2ln' },
      { text: '', thoughtSignature: 'bGFzdA==' },
    ]),
  ];

  it('thoughts are never on stdout; on stderr if asked for', async () => {
    const { env, requests } = await withEmulator({ replies: [{ chunks: THINKING, times: 3 }] });
    const [plain, shown, json] = await Promise.all(
      [[], ['--show-thoughts'], ['--format', 'json']].map((args) =>
        runGemini(['ask', 'hi', ...args], { env }),
      ),
    );
    expect(plain).toMatchObject({ code: 0, stdout: 'Fourteen.\n', stderr: '' });
    expect(shown).toMatchObject({ code: 0, stdout: 'Fourteen.\n', stderr: 'First I ponder.\n' });
    expect(JSON.parse(json?.stdout ?? '').candidates[0].content.parts).toEqual([
      { text: 'First I ponder.', thought: true },
      { text: 'Four' },
      { text: 'teen.', thoughtSignature: 'c2ln' },
      { text: '', thoughtSignature: 'bGFzdA==' },
    ]);
    const thinking = requests.map(({ body }) => (body as GenerateContentRequest).generationConfig);
    expect(thinking.filter((config) => config?.thinkingConfig?.includeThoughts)).toHaveLength(1);
  });

  it('candidates that were asked for are numbered, others are left to json', async () => {
    const two = (first: string, second: string, more: Candidate = {}) => ({
      candidates: [
        { content: { role: 'model', parts: [{ text: first }] }, ...more },
        { content: { role: 'model', parts: [{ text: second }] }, index: 1, ...more },
      ],
    });
    const chunks = [two('One', 'Uno'), two(' more', ' más', { finishReason: 'STOP' })];
    const { env } = await withEmulator({ replies: [{ chunks, times: 3 }] });
    const asked = ['ask', 'hi', '-m', 'my-model'];
    const [numbered, first, json] = await Promise.all([
      runGemini([...asked, '--candidates', '2'], { env }),
      runGemini(asked, { env }),
      runGemini([...asked, '--format', 'json'], { env }),
    ]);
    expect(numbered).toMatchObject({ code: 0, stdout: '[1]\nOne more\n\n[2]\nUno más\n', stderr: '' });
    expect(first.stdout).toBe('One more\n');
    const texts = JSON.parse(json.stdout).candidates.map((each: Candidate) => each.content?.parts?.[0]?.text);
    expect(texts).toEqual(['One more', 'Uno más']);
  });

  it('candidates that were cut, or did not come, are named', async () => {
    const candidates = [
      { content: { parts: [{ text: 'One' }] }, finishReason: 'STOP' },
      { content: { parts: [{ text: 'Tw' }] }, index: 1, finishReason: 'MAX_TOKENS' },
      { index: 2, finishReason: 'SAFETY' },
    ];
    const run = await ask({ chunks: [{ candidates }] }, ['--candidates', '4', '-m', 'my-model']);
    expect(run).toMatchObject({ code: 0, stdout: '[1]\nOne\n\n[2]\nTw\n' });
    expect(run.stderr).toMatch(/^\[2\] .*token limit\n\[3\] .*SAFETY.*\n.*4.*3.*\n$/);
  });

  it('candidates are all held against the schema', async () => {
    const candidates = ['{"n": 1}', '{"n": "x"}'].map((text, index) => ({
      content: { role: 'model', parts: [{ text }] },
      index,
      finishReason: 'STOP',
    }));
    const run = await ask({ chunks: [{ candidates }] }, [
      '--candidates',
      '2',
      '--schema',
      'n int',
      '-m',
      'm',
    ]);
    expect(run.code).toBe(8);
    expect(run.stderr).toMatch(/\n {2}\[2\] n: /);
    expect(run.stderr).not.toContain('[1]');
  });

  it('code that the service ran, and its result', async () => {
    const chunks = [
      chunk([{ text: 'Let me see.' }, { executableCode: { language: 'PYTHON', code: 'print(6*7)' } }], {}),
      chunk([{ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '42\n' } }, { text: 'It is 42.' }]),
    ];
    const { stdout } = await ask({ chunks });
    expect(stdout).toBe('Let me see.\n\n```python\nprint(6*7)\n```\n\n```\n42\n```\n\nIt is 42.\n');
  });

  it('sources of a search, after the answer with --sources', async () => {
    const groundingMetadata = {
      webSearchQueries: ['who won'],
      searchEntryPoint: { renderedContent: '<div>' },
      groundingChunks: [
        { web: { uri: 'https://example.com/a', title: 'Example' } },
        { maps: { uri: 'https://maps.example.com/x', title: 'A place' } },
      ],
      groundingSupports: [{ segment: { endIndex: 5, text: 'Spain' }, groundingChunkIndices: [0] }],
    };
    const urlContextMetadata = {
      urlMetadata: [
        { retrievedUrl: 'https://example.org/b', urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_ERROR' },
      ],
    };
    const reply = {
      chunks: [chunk([{ text: 'Spain.' }], { finishReason: 'STOP', groundingMetadata, urlContextMetadata })],
    };
    const [plain, listed, json] = await Promise.all([
      ask(reply),
      ask(reply, ['--sources']),
      ask(reply, ['--format', 'json']),
    ]);
    expect(plain.stdout).toBe('Spain.\n');
    expect(listed.stdout).toBe(
      'Spain.\n\nSources:\n[1] Example: https://example.com/a\n[2] A place: https://maps.example.com/x\n[3] https://example.org/b (error)\n',
    );
    expect(JSON.parse(json.stdout).candidates[0]).toMatchObject({ groundingMetadata, urlContextMetadata });
  });

  it('fields that nobody knows yet are kept in json', async () => {
    const candidate = { tokenCount: 7, somethingNew: { deep: [1] }, finishReason: 'STOP' };
    const body = [{ ...chunk([{ text: 'x', newData: { a: 1 } } as Part], candidate), modelStatus: { m: 1 } }];
    const { stdout } = await ask({ body }, ['--format', 'json']);
    expect(JSON.parse(stdout)).toEqual(body[0]);
  });

  it('--extract gives the first fenced block alone', async () => {
    const text = 'Here:\n\n```js\nlet a = 1;\n\nlet b;\n```\n\nand\n\n```\nmore\n```\n';
    const chunks = [...text].map((character) => chunk([{ text: character }], {}));
    const { code, stdout } = await ask({ chunks: [...chunks, chunk([])] }, ['-x']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'let a = 1;\n\nlet b;\n' });
  });

  it('tokens with --usage: thoughts and cached ones too', async () => {
    const usageMetadata = {
      ...{ promptTokenCount: 300, candidatesTokenCount: 5, thoughtsTokenCount: 20, totalTokenCount: 325 },
      cachedContentTokenCount: 200,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 42 },
        { modality: 'IMAGE', tokenCount: 258 },
      ],
    };
    const { stdout, stderr } = await ask({ chunks: [{ ...chunk([{ text: 'x' }]), usageMetadata }] }, ['-u']);
    expect(stdout).toBe('x\n');
    expect(stderr).toMatch(/^tokens: 300 in .*42 text.*258 image.*200 cached.*5 out.*\b20 .* s in all\n$/);
  });
});

describe('media in an answer', () => {
  const png = readFileSync(join(EXAMPLES, 'cat.jpg'));
  const image = (data = png): Part => ({
    inlineData: { mimeType: 'image/jpeg', data: data.toString('base64'), displayName: '../../evil.sh' },
  });
  const reply = {
    chunks: [chunk([{ text: 'Here: ' }], {}), chunk([image()], {}), chunk([{ text: 'Enjoy.' }])],
  };

  it('are saved in --output-dir, never over another file; the paths stand in the answer', async () => {
    const cwd = temporaryFolder();
    const { env } = await withEmulator({ replies: [{ ...reply, times: 2 }] });
    const args = ['ask', 'hi', '--output-dir', 'made/by us'];
    const first = await runGemini(args, { env, cwd });
    const second = await runGemini(args, { env, cwd });
    expect(first).toMatchObject({ code: 0, stdout: 'Here: \nmade/by us/answer-1.jpg\nEnjoy.\n', stderr: '' });
    expect(second).toMatchObject({ code: 0, stdout: 'Here: \nmade/by us/answer-2.jpg\nEnjoy.\n' });
    for (const name of ['answer-1.jpg', 'answer-2.jpg']) {
      expect(readFileSync(join(cwd, 'made/by us', name)).equals(png)).toBe(true);
    }
    expect(readdirSync(join(cwd, 'made/by us'))).toHaveLength(2);
    expect(readdirSync(cwd)).toEqual(['made']);
  });

  it('have no place in a pipe: exit 3 and the next step, the text is all there', async () => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await ask(reply, [], { cwd });
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'Here: \n\nEnjoy.\n' });
    expect(stderr).toMatch(/image\/jpeg.*\n.*--output-dir/);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('a single one goes to stdout with -o -, or to the file of -o; the text goes to stderr', async () => {
    const cwd = temporaryFolder();
    const [piped, saved] = await Promise.all([
      ask(reply, ['-o', '-'], { cwd }),
      ask(reply, ['-o', 'cat.jpg'], { cwd }),
    ]);
    expect(piped.code).toBe(0);
    expect(piped.stdoutBytes.equals(png)).toBe(true);
    expect(piped.stderr).toBe('Here: \n\nEnjoy.\n');
    expect(saved).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(join(cwd, 'cat.jpg')).equals(png)).toBe(true);
  });

  it('two do not fit: exit 3', async () => {
    const { code, stdoutBytes, stderr } = await ask({ chunks: [chunk([image(), image()])] }, ['-o', '-']);
    expect(code).toBe(3);
    expect(stdoutBytes.equals(png)).toBe(true);
    expect(stderr).toContain('--output-dir');
  });
});

describe('on a terminal and in a pipe', () => {
  const MARKDOWN = '# Title\n\nSome **bold** and `code`.\n\n```js\nlet a;\n```\n';
  const NASTY = 'a\x1b]0;owned\x07b\x1b[31mc\x9b2Jd\u202ee\r\nf\tg\x7f';

  it('Markdown is rendered for people and untouched for programs', async () => {
    const chunks = [...MARKDOWN].map((text) => chunk([{ text }], {}));
    const reply = { chunks: [...chunks, chunk([])] };
    const { env } = await withEmulator({ replies: [reply] });
    const pty = runOnTerminal(['ask', 'hi'], { env });
    expect(await pty.exitCode).toBe(0);
    const screen = readable(pty.screen());
    expect(screen).toMatch(/Title\n\nSome bold and code\.\n/);
    expect(screen).not.toContain('**');
    expect(screen).toContain('let a;');
    expect(pty.screen()).toContain('\x1b[1m');

    const [piped, always, never] = await Promise.all([
      ask(reply),
      ask(reply, ['--markdown', 'always', '--color', 'always']),
      ask(reply, ['--markdown', 'never']),
    ]);
    expect(piped.stdout).toBe(MARKDOWN);
    expect(never.stdout).toBe(MARKDOWN);
    expect(readable(always.stdout)).toContain('Some bold and code.');
  });

  it('control characters are shown to people and left alone for programs', async () => {
    const reply = { chunks: [...NASTY].map((text) => chunk([{ text }], {})).concat([chunk([])]) };
    expect((await ask(reply)).stdout).toBe(`${NASTY}\n`);
    for (const args of [
      ['--markdown', 'never'],
      ['--markdown', 'always'],
      ['--format', 'json'],
    ]) {
      const { env } = await withEmulator({ replies: [reply] });
      const pty = runOnTerminal(['ask', 'hi', ...args], { env });
      expect(await pty.exitCode).toBe(0);
      // Colours of our own are no harm.
      const obeyed = pty
        .screen()
        .replace(/\x1b\[(?:\d+(?:;\d+)*)?m/g, '')
        .replaceAll('\r\n', '\n');
      expect(obeyed.replace(/\x1b\[\?(?:25|2026)[lh]|\x1b\[[012]?K|\x1b\[\d*G/g, '')).not.toMatch(
        /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/,
      );
      if (args[0] === '--markdown') expect(readable(pty.screen())).toContain('a␛]0;owned␇b␛[31mc<U+009B>2Jd');
    }
  });

  it('sources follow as footnotes, and media are saved where we are', async () => {
    const cwd = temporaryFolder();
    const part: Part = { inlineData: { mimeType: 'image/png', data: Buffer.from('png').toString('base64') } };
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://example.com/\x1b[2J', title: 'T' } }],
    };
    const { env } = await withEmulator({
      replies: [{ chunks: [chunk([{ text: 'Look:' }, part], { finishReason: 'STOP', groundingMetadata })] }],
    });
    const pty = runOnTerminal(['ask', 'hi'], { env, cwd });
    expect(await pty.exitCode).toBe(0);
    expect(readable(pty.screen())).toMatch(
      /Look:\nanswer-1\.png\n\nSources:\n\[1\] T: https:\/\/example\.com\/␛\[2J\n$/,
    );
    expect(readFileSync(join(cwd, 'answer-1.png'), 'utf8')).toBe('png');
  });
});
