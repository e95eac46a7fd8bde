import { describe, expect, it } from 'vitest';
import { createFenceExtractor } from '../../src/answer/extract.ts';
import { chunk, media, showAnswer, text } from './show-answer.ts';

const extracted = (answer: string) => {
  const stage = createFenceExtractor();
  return [...answer].map((character) => stage.push(character)).join('') + stage.end();
};

describe('the first fenced block', () => {
  it.each([
    ['alone', 'Sure:\n```js\na\n\nb\n```\nbye', 'a\n\nb\n'],
    ['of two', '```\na\n```\n```\nb\n```\n', 'a\n'],
    ['of tildes, with backticks within', '~~~\n```\n~~~\n', '```\n'],
    ['of a longer fence', '````md\n```\nx\n```\n````\n', '```\nx\n```\n'],
    ['indented in a list', '1. x\n\n   ```sh\n   if\n     y\n  z\n   ```\n', 'if\n  y\nz\n'],
    ['with CRLF', 'x\r\n```js\r\na\r\n```\r\n', 'a\r\n'],
    ['never closed', '```\na\nb', 'a\nb'],
    ['closed without a line end', '```\na\n```', 'a\n'],
    ['empty', 'x\n```\n```\ny', ''],
  ])('%s', (_name, answer, expected) => {
    expect(extracted(answer)).toBe(expected);
  });

  it.each([
    ['no fence', 'a\nb\n'],
    ['an inline triple', 'use ```x``` so\n'],
    ['a fence within a line', 'see ```\na'],
    ['nothing', ''],
  ])('%s: the whole text', (_name, answer) => {
    expect(extracted(answer)).toBe(answer);
  });

  it('passes line by line, before it is whole', () => {
    const stage = createFenceExtractor();
    expect(stage.push('Sure:\n```js\na\nb')).toBe('a\n');
  });
});

describe('--extract', () => {
  it('writes the block alone: no heading, sources, calls or rendering', async () => {
    const chunks = [chunk(text('x\n```\n*a*')), chunk(text('\n```\n'), { functionCall: { name: 'f' } })];
    const { stdout } = await showAnswer(chunks, {
      extract: true,
      terminal: true,
      candidates: 2,
      sources: true,
    });
    expect(stdout).toBe('*a*\n');
  });

  it('finds code that the service ran', async () => {
    const chunks = [chunk(text('Computing'), { executableCode: { language: 'PYTHON', code: 'x' } })];
    expect((await showAnswer(chunks, { extract: true })).stdout).toBe('x\n');
  });

  it('without a block writes the whole answer', async () => {
    const chunks = [chunk(text('Hello')), chunk({ functionCall: { name: 'f' } })];
    const { stdout } = await showAnswer(chunks, { extract: true });
    expect(stdout).toBe('Hello\n{"functionCall":{"name":"f","args":{}}}\n');
  });

  it('tells on stderr where media are', async () => {
    const chunks = [chunk(media('image/png', Buffer.from('png')), text('```\na\n```'))];
    const { stdout, notes } = await showAnswer(chunks, { extract: true, outputDir: 'out' });
    expect(stdout).toBe('a\n');
    expect(notes.join()).toContain('answer-1.png');
  });
});
