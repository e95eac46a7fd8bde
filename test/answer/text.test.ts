import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepsText } from '../../src/answer/output.ts';
import type { GenerateContentResponse, Part } from '../../src/wire/generate-content.ts';
import { chunk, media, showAnswer, temporaryFolder, text } from './show-answer.ts';

describe('the parts of an answer in a pipe', () => {
  it('are shown in order: text, code, its result, text', async () => {
    const { stdout, stderr } = await showAnswer([
      chunk(text('The sum:'), { executableCode: { language: 'PYTHON', code: 'print(5)\n' } }),
      chunk({ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '5\n' } }, text('It is 5.')),
    ]);
    expect(stdout).toBe('The sum:\n\n```python\nprint(5)\n```\n\n```\n5\n```\n\nIt is 5.\n');
    expect(stderr).toBe('');
  });

  it('name an outcome that is not OK, with or without output', async () => {
    const { stdout } = await showAnswer([
      chunk({ codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: 'Traceback' } }),
      chunk({ codeExecutionResult: { outcome: 'OUTCOME_DEADLINE_EXCEEDED' } }),
      chunk({ codeExecutionResult: { outcome: 'OUTCOME_OK' } }),
    ]);
    expect(stdout).toMatch(/OUTCOME_FAILED.*\n\n```\nTraceback\n```\n\n.*OUTCOME_DEADLINE_EXCEEDED.*\n$/);
  });

  it('cannot end their own code block, nor put words beside its fence', async () => {
    const { stdout } = await showAnswer([
      chunk({ executableCode: { language: 'x\n# owned', code: 'a\n````\nb' } }),
    ]);
    expect(stdout).toBe('`````\na\n````\nb\n`````\n');
  });

  it('may be a file elsewhere or the turn of a speaker, each on its line', async () => {
    const { stdout } = await showAnswer([
      chunk(text('See'), { fileData: { fileUri: 'gs://bucket/out.mp4' } }),
      chunk({ audioTranscription: { speakerLabel: 'spk_1', text: 'Hello.' } }),
      chunk({ audioTranscription: { text: 'Bye.' } }),
    ]);
    expect(stdout).toBe('See\ngs://bucket/out.mp4\nspk_1: Hello.\nBye.\n');
  });

  it('of an unknown kind are mentioned once, and odd shapes do no harm', async () => {
    const odd = [null, 7, {}, { text: 5 }, { toolCall: { id: '1' } }, { toolCall: { id: '2' } }] as Part[];
    const { stdout, notes } = await showAnswer([
      chunk(text('a'), ...odd, text('b')),
      { candidates: [{ content: { parts: 'none' } }] } as unknown as GenerateContentResponse,
      {},
    ]);
    expect(stdout).toBe('ab\n');
    expect(notes.filter((note) => note.includes('toolCall'))).toHaveLength(1);
  });

  it('are nothing when there are none', async () => {
    const shown = await showAnswer([chunk(text('')), { usageMetadata: { totalTokenCount: 3 } }]);
    expect(shown).toMatchObject({ stdout: '', stderr: '', notes: [], error: undefined });
  });
});

describe('the text on stdout', () => {
  const pieces = fc.oneof(
    { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom('a', '\n', '`', ' ', '\r', '😀') }).map(text) },
    fc.constant<Part>({ executableCode: { language: 'PYTHON', code: 'x' } }),
    fc.constant<Part>({ text: 'hm', thought: true }),
    fc.constant<Part>({ fileData: { fileUri: 'gs://b/o' } }),
    fc.constant<Part>({ functionCall: { name: 'f' } }),
    fc.constant(media('audio/L16;rate=24000', Buffer.from('abcd'))),
  );
  const cwd = temporaryFolder();
  const outputDir = 'media';

  it.each([
    ['as it is', {}],
    ['of a code block', { extract: true }],
    ['rendered', { markdown: 'always' as const }],
  ])('%s is the same however the answer is cut into chunks', async (_name, options) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pieces, { maxLength: 8 }),
        fc.infiniteStream(fc.nat(3)),
        async (parts, cuts) => {
          const whole = await showAnswer([chunk(...parts)], {
            ...options,
            cwd,
            outputDir,
            showThoughts: true,
          });
          const split = parts.flatMap((part) => {
            const value = part.text;
            if (typeof value !== 'string' || value.length < 2) return [chunk(part)];
            const middle = ((cuts.next().value ?? 0) % (value.length - 1)) + 1;
            return [value.slice(0, middle), value.slice(middle)].map((piece) =>
              chunk({ ...part, text: piece }),
            );
          });
          const cut = await showAnswer(split, { ...options, cwd, outputDir, showThoughts: true });
          const numberless = (shown: string) => shown.replace(/answer-\d+/g, 'answer');
          expect(numberless(cut.stdout)).toBe(numberless(whole.stdout));
          expect(cut.stderr).toBe(whole.stderr);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of text parts alone is exactly their text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { maxLength: 6 }), async (values) => {
        const { stdout } = await showAnswer(
          values.map((value) => chunk(text(value))),
          { cwd },
        );
        const joined = Buffer.from(values.join('')).toString();
        // A last CR without its LF is no line end.
        if (joined.endsWith('\r')) expect(stdout).toBe(`${joined}\n`);
        else expect(stdout.replace(/\r?\n$/, '')).toBe(joined.replace(/(?:\r?\n)*$/, ''));
      }),
      { examples: [[['\r']], [['\n', '\r']], [['a\r', '\n']]] },
    );
  });
});

describe('thoughts', () => {
  const chunks = [
    chunk({ text: 'Let me ', thought: true }),
    chunk({ text: 'see.\n', thought: true }, text('The ans')),
    chunk({ text: 'Hm.', thought: true }, text('wer.')),
  ];

  it('are not shown unless asked for', async () => {
    const { stdout, stderr } = await showAnswer(chunks, { terminal: true });
    expect(stdout).toBe('The answer.\n');
    expect(stderr).toBe('');
  });

  it('go to stderr, and leave stdout as it is', async () => {
    const { stdout, stderr } = await showAnswer(chunks, { showThoughts: true });
    expect(stdout).toBe('The answer.\n');
    expect(stderr).toBe('Let me see.\n\nHm.\n');
  });

  it('stand on lines of their own on a screen', async () => {
    const { screen } = await showAnswer(chunks, { showThoughts: true, terminal: true });
    expect(screen).toBe('Let me see.\n\nThe ans\n\nHm.\n\n\nwer.\n');
  });

  it('are dim where there are colours, line by line', async () => {
    const { stderr } = await showAnswer([chunk({ text: 'a\nb\n', thought: true })], {
      showThoughts: true,
      colorLevel: 1,
    });
    expect(stderr).toBe('\x1b[2ma\x1b[22m\n\x1b[2mb\x1b[22m\n');
  });

  it('have their controls shown on a terminal', async () => {
    const { stderr } = await showAnswer([chunk({ text: '\x1b[2J', thought: true })], {
      showThoughts: true,
      stderrTerminal: true,
    });
    expect(stderr).toBe('␛[2J\n');
  });
});

describe('function calls', () => {
  const chunks = [
    chunk(text('One moment.'), {
      functionCall: { name: 'weather', args: { city: 'Oslo' } },
      thoughtSignature: 'c2ln',
    }),
    chunk({ functionCall: { id: '7', name: 'time' } }),
    chunk(text('Done?')),
  ];

  it('are printed at the end, one JSON object a line', async () => {
    const { stdout } = await showAnswer(chunks);
    expect(stdout).toBe(
      'One moment.\n\nDone?\n' +
        '{"functionCall":{"name":"weather","args":{"city":"Oslo"}}}\n' +
        '{"functionCall":{"name":"time","args":{},"id":"7"}}\n',
    );
  });

  it('are those that the caller gives, if any', async () => {
    expect((await showAnswer(chunks, { calls: [] })).stdout).toBe('One moment.\n\nDone?\n');
  });

  it('stay the same value on a terminal without a raw control', async () => {
    const args = { city: 'a\x1b[2J\x9b1m\u202eb' };
    const { stdout } = await showAnswer([chunk({ functionCall: { name: 'f', args } })], { terminal: true });
    expect(stdout).not.toMatch(/[\x1b\x9b\u202e]/);
    expect(JSON.parse(stdout)).toEqual({ functionCall: { name: 'f', args } });
  });
});

describe('several candidates', () => {
  const interleaved: GenerateContentResponse[] = [
    { candidates: [{ content: { parts: [text('fir')] } }, { index: 1, content: { parts: [text('sec')] } }] },
    {
      candidates: [
        { index: 1, content: { parts: [text('ond')] } },
        { index: 2, content: { parts: [text('3rd')] } },
      ],
    },
    { candidates: [{ index: 0, content: { parts: [text('st')] } }] },
    { candidates: [{ index: 1, content: { parts: [{ functionCall: { name: 'f', args: {} } }] } }] },
  ];

  it('are numbered, the first one while it comes', async () => {
    const { stdout } = await showAnswer(interleaved, { candidates: 3 });
    expect(stdout).toBe('[1]\nfirst\n\n[2]\nsecond\n{"functionCall":{"name":"f","args":{}}}\n\n[3]\n3rd\n');
  });

  it('that were not asked for are left out', async () => {
    expect((await showAnswer(interleaved)).stdout).toBe('first\n');
    expect((await showAnswer(interleaved, { candidates: 2 })).stdout).not.toContain('3rd');
  });

  it('that did not come leave no number behind', async () => {
    expect((await showAnswer([chunk(text('only'))], { candidates: 4 })).stdout).toBe('[1]\nonly\n');
    expect((await showAnswer([{}], { candidates: 4 })).stdout).toBe('');
  });
});

describe('the text of the folded response', () => {
  it.each([
    [{ format: 'json' as const }, true],
    [{ format: 'text' as const, candidates: 2 }, true],
    [{ format: 'text' as const, candidates: 2, extract: true }, false],
    [{ format: 'text' as const }, false],
    [{ format: 'jsonl' as const, candidates: 2 }, false],
  ])('is needed for %j: %s', (options, expected) => {
    expect(keepsText(options)).toBe(expected);
  });
});
