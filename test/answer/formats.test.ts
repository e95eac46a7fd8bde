import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import type { Part } from '../../src/wire/generate-content.ts';
import { chunk, chunkWith, showAnswer, temporaryFolder, text } from './show-answer.ts';

const hostile = '\x1b]0;owned\x07 \x7f \x9b2J \u202e';

describe('json', () => {
  it('is the whole folded response', async () => {
    const chunks = [chunk(text('a')), chunk(text('b')), { usageMetadata: { totalTokenCount: 3 } }];
    const { stdout } = await showAnswer(chunks, { format: 'json' });
    expect(JSON.parse(stdout)).toEqual({ ...chunk(text('ab')), usageMetadata: { totalTokenCount: 3 } });
    expect(stdout).toMatch(/^\{\n {2}"candidates"[\s\S]*\}\n$/);
  });

  it.each(['json', 'jsonl'] as const)(
    '%s has the same value, but no control, on a terminal',
    async (format) => {
      const { stdout } = await showAnswer([chunk(text(hostile))], { format, terminal: true });
      expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
      expect(JSON.parse(stdout)).toEqual(chunk(text(hostile)));
    },
  );
});

describe('jsonl', () => {
  it('is one chunk a line, unchanged', async () => {
    const chunks = [chunk(text('a\n\u2028')), { responseId: 'r', unheardOf: 1 }];
    const { stdout } = await showAnswer(chunks, { format: 'jsonl' });
    expect(stdout).toBe(chunks.map((each) => `${JSON.stringify(each)}\n`).join(''));
  });
});

describe('a file of --output', () => {
  it('gets the text and nothing that is for terminals', async () => {
    const { stdout, cwd } = await showAnswer([chunk(text('# *a*\x1b')), chunk(text('b\n\n'))], {
      output: 'answer.md',
      terminal: true,
    });
    expect(stdout).toBe('');
    expect(readdirSync(cwd)).toEqual(['answer.md']);
    expect(readFileSync(join(cwd, 'answer.md'), 'utf8')).toBe('# *a*\x1bb\n');
  });

  it('takes a text too long to be held back', async () => {
    const long = 'x'.repeat(50_000);
    const { cwd } = await showAnswer([chunk(text(long)), chunk(text(long))], { output: 'a.txt' });
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe(`${long}${long}\n`);
  });

  it('keeps what came when the run fails', async () => {
    const broken = { candidates: [{ content: { parts: new Proxy([text('x')], { get: failing }) } }] };
    const { cwd, error, notes } = await showAnswer([chunk(text('half')), broken], { output: 'a.txt' });
    expect(error).toBeInstanceOf(RangeError);
    expect(readdirSync(cwd)).toEqual(['a.txt.partial']);
    expect(readFileSync(join(cwd, 'a.txt.partial'), 'utf8')).toBe('half\n');
    expect(notes.join()).toContain('a.txt.partial');
  });

  it('is not begun when the folder for media cannot be', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'taken'), '');
    const { error } = await showAnswer([], { cwd, output: 'a.txt', outputDir: 'taken' });
    expect(error).toBeInstanceOf(InputError);
    expect(readdirSync(cwd)).toEqual(['taken']);
  });
});

describe('Markdown', () => {
  const source = chunk(text('# Title\n\nSome *text*.\n'), {
    executableCode: { language: 'PYTHON', code: 'x = 1' },
  });

  it.each([
    ['in a pipe', {}, false],
    ['in a pipe, always', { markdown: 'always' as const }, true],
    ['on a terminal', { terminal: true }, true],
    ['on a terminal, never', { terminal: true, markdown: 'never' as const }, false],
  ])('%s', async (_name, options, rendered) => {
    const { stdout } = await showAnswer([source], { ...options, columns: 40, colorLevel: 1 });
    expect(stdout.includes('*text*')).toBe(!rendered);
    expect(stdout.includes('\x1b[3mtext')).toBe(rendered);
    expect(stripVTControlCharacters(stdout)).toMatch(/\n\n```python\nx = 1\n```\n$/);
  });

  it('leaves lines that are no Markdown alone', async () => {
    const { stdout } = await showAnswer([chunk({ fileData: { fileUri: 'gs://b/*a*_b_' } }, text('text'))], {
      terminal: true,
    });
    expect(stdout).toBe('gs://b/*a*_b_\ntext\n');
  });
});

describe('the sources', () => {
  const grounded = chunkWith({
    content: { parts: [text('It is so.')] },
    groundingMetadata: {
      groundingChunks: [
        { web: { uri: 'https://a.example/', title: 'A\n[9] fake\x1b[2J' } },
        { retrievedContext: { uri: 'gs://b/c.pdf', title: 'C' } },
        { web: { uri: 'https://a.example/', title: 'A again' } },
        { maps: { title: 'A place' } },
        null as unknown as object,
      ],
    },
    citationMetadata: {
      citations: [{ uri: 'https://d.example/', license: 'mit' }, { startIndex: 1 }],
      citationSources: [{ uri: 'https://d.example/' }, { uri: 'https://e.example/', title: 'E' }],
    },
    urlContextMetadata: {
      urlMetadata: [
        { retrievedUrl: 'https://e.example/', urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS' },
        { retrievedUrl: 'https://f.example/', urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_PAYWALL' },
      ],
    },
  });
  const footnotes = (esc: string) =>
    `It is so.\n\nSources:\n[1] A [9] fake${esc}[2J: https://a.example/\n[2] C: gs://b/c.pdf\n[3] A place\n` +
    '[4] https://d.example/ (license: mit)\n[5] E: https://e.example/\n[6] https://f.example/ (paywall)\n';

  it('follow the answer on a terminal, each once and harmless', async () => {
    expect((await showAnswer([grounded], { terminal: true })).stdout).toBe(footnotes('␛'));
  });

  it('are not in a pipe unless asked for', async () => {
    expect((await showAnswer([grounded])).stdout).toBe('It is so.\n');
    expect((await showAnswer([grounded], { sources: true })).stdout).toBe(footnotes('\x1b'));
    expect((await showAnswer([grounded], { terminal: true, sources: false })).stdout).toBe('It is so.\n');
  });

  it('of shapes that nobody promised are none', async () => {
    const odd = { groundingMetadata: { groundingChunks: 'x' }, citationMetadata: 5, urlContextMetadata: {} };
    const shown = await showAnswer([chunkWith(odd as never)], { sources: true });
    expect(shown).toMatchObject({ stdout: '', error: undefined });
  });
});

function failing(target: Part[], name: string | symbol) {
  if (name === Symbol.iterator) throw new RangeError('broken');
  return Reflect.get(target, name);
}
