import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClosedPipeError } from '../../src/errors.ts';
import { createAnswerWriter } from '../../src/terminal/answer.ts';
import { cutAt, memoryOutput } from './memory-output.ts';

async function written(pieces: readonly string[], options: { sanitize?: boolean } = {}): Promise<string> {
  const out = memoryOutput();
  const answer = createAnswerWriter({ out, sanitize: false, ...options });
  for (const piece of pieces) await answer.write(piece);
  await answer.end();
  // As the stream would: each write is encoded for itself.
  return out.writes.map((text) => Buffer.from(text).toString()).join('');
}

describe('the answer in a pipe', () => {
  it('is the text, with one newline at its end, wherever it was cut', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '😀', '\n', '\r\n', '\x1b', 'é', ' ') });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(), { maxLength: 6 }), async (answer, cuts) => {
        const body = answer.replace(/(?:\r?\n)*$/, '');
        const lineEnd = answer.startsWith('\r\n', body.length) ? '\r\n' : '\n';
        expect(await written(cutAt(answer, cuts))).toBe(answer === '' ? '' : body + lineEnd);
      }),
    );
  });

  it.each([
    ['nothing', [], ''],
    ['an empty piece', [''], ''],
    ['no newline', ['a'], 'a\n'],
    ['many newlines', ['a\n', '\n', '\n'], 'a\n'],
    ['newlines inside', ['a\n', '\n', 'b'], 'a\n\nb\n'],
    ['CRLF', ['a\r', '\n\r\n'], 'a\r\n'],
    ['a CR that is no line end', ['a\r'], 'a\r\n'],
    ['only newlines', ['\n\n'], '\n'],
    ['halves of a pair', ['\ud83d', '\ude00'], '😀\n'],
    ['a half left alone', ['a\ud83d'], 'a\ufffd\n'],
    ['an escape', ['\x1b[31m'], '\x1b[31m\n'],
  ])('%s', async (_name, pieces, expected) => {
    expect(await written(pieces)).toBe(expected);
  });
});

describe('the answer on a terminal', () => {
  it('has its controls shown, even one cut in two', async () => {
    expect(await written(['a\x1b', '[31m\r', '\nb\r'], { sanitize: true })).toBe('a␛[31m\nb␍\n');
  });

  it('goes through the renderer after that', async () => {
    const out = memoryOutput();
    const render = { push: (text: string) => text.toUpperCase(), end: () => '!' };
    const answer = createAnswerWriter({ out, sanitize: true, render });
    await answer.write('\x1bx');
    await answer.end();
    expect(out.text()).toBe('␛X!\n');
  });
});

describe('writing', () => {
  it('writes the first piece at once and gathers those that come together', async () => {
    const out = memoryOutput();
    const answer = createAnswerWriter({ out, sanitize: false });
    await answer.write('1');
    expect(out.writes).toEqual(['1']);
    for (const piece of ['2', '3', '4']) await answer.write(piece);
    await new Promise(setImmediate);
    await answer.write('5');
    await answer.end();
    expect(out.writes).toEqual(['1', '234', '5\n']);
  });

  it('announces the first visible character, once and before it is written', async () => {
    const out = memoryOutput();
    const answer = createAnswerWriter({ out, sanitize: false, onFirst: () => out.writes.push('[first]') });
    await answer.write('');
    expect(out.writes).toEqual([]);
    await answer.write('a');
    await answer.write('b');
    await answer.end();
    expect(out.text()).toBe('[first]ab\n');
  });

  it('waits for a slow reader', async () => {
    const out = memoryOutput();
    let release = () => {};
    const answer = createAnswerWriter({
      out: {
        ...out,
        write: () =>
          new Promise((resolve) => {
            release = resolve;
          }),
      },
      sanitize: false,
    });
    let taken = false;
    const waiting = answer.write('a').then(() => {
      taken = true;
    });
    await new Promise(setImmediate);
    expect(taken).toBe(false);
    release();
    await waiting;
  });

  it('reports a failed write to the next caller, and none is unhandled', async () => {
    let writes = 0;
    const out = {
      ...memoryOutput(),
      write: async () => {
        writes += 1;
        if (writes > 1) throw new ClosedPipeError();
      },
    };
    const answer = createAnswerWriter({ out, sanitize: false });
    await answer.write('a');
    await answer.write('b');
    await new Promise(setImmediate);
    await expect(answer.write('c')).rejects.toBeInstanceOf(ClosedPipeError);
    await expect(answer.end()).rejects.toBeInstanceOf(ClosedPipeError);
  });
});
