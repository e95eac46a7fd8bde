import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors.ts';
import { reportError } from '../../src/terminal/report-error.ts';
import { memoryIO } from './memory-output.ts';

const TEXT = { format: 'text', debug: false } as const;
const JSON_ = { format: 'json', debug: false } as const;

async function report(error: unknown, options: Parameters<typeof reportError>[2] = TEXT, isTTY = false) {
  const io = memoryIO({ isTTY });
  const exitCode = await reportError(error, io, options);
  expect(io.stdout.text()).toBe('');
  return { exitCode, text: io.stderr.text() };
}

describe('an error', () => {
  it('is one line, its details and one hint', async () => {
    const error = new errors.RefusedError('the server refused\nthe request', {
      hint: 'try\nthis',
      details: ['contents[0]: \x1b]0;x\x07'],
    });
    expect(await report(error)).toEqual({
      exitCode: 10,
      text: 'gemini: the server refused the request\n  contents[0]: ␛]0;x␇\nhint: try this\n',
    });
  });

  it('is one JSON object on one line with --format json', async () => {
    const error = new errors.QuotaError('wait \u202e', {
      status: 429,
      code: 'RESOURCE_EXHAUSTED',
      details: ['a\nb'],
    });
    const { exitCode, text } = await report(error, JSON_);
    expect(exitCode).toBe(6);
    expect(text).toMatch(/^[\x20-\x7e]*\n$/);
    expect(JSON.parse(text)).toEqual({
      error: {
        code: 'quota',
        exitCode: 6,
        message: 'wait \u202e',
        status: 429,
        serverCode: 'RESOURCE_EXHAUSTED',
        details: ['a\nb'],
      },
    });
  });

  it('is coloured only where there are colours', async () => {
    const io = memoryIO({ colorLevel: 1, isTTY: true });
    await reportError(new errors.InputError('x'), io, TEXT);
    expect(io.stderr.text()).toBe('\x1b[31mgemini:\x1b[39m x\n');
  });

  it('never shows a secret', async () => {
    const error = new errors.AuthError('the key my-secret-key is wrong', {
      hint: 'not my-secret-key',
      details: ['ya29.abcdefg'],
    });
    for (const options of [TEXT, JSON_, { ...TEXT, debug: true }]) {
      const { text } = await report(error, { ...options, secrets: ['my-secret-key'] });
      expect(text).toContain('the key **** is wrong');
      expect(text).not.toMatch(/my-secret-key|abcdefg/);
    }
  });
});

describe('what is not a failure of the run', () => {
  it('a closed pipe says nothing', async () => {
    expect(await report(new errors.ClosedPipeError())).toEqual({ exitCode: 0, text: '' });
    expect(await report(new errors.ClosedPipeError(), JSON_)).toEqual({ exitCode: 0, text: '' });
  });

  it('a signal is only told to somebody who watches, or to a program', async () => {
    expect(await report(new errors.InterruptedError('SIGINT'))).toEqual({ exitCode: 130, text: '' });
    expect(await report(new errors.InterruptedError('SIGTERM'), TEXT, true)).toMatchObject({ exitCode: 143 });
    expect((await report(new errors.InterruptedError('SIGINT'), TEXT, true)).text).toMatch(
      /^\n.*interrupted\n$/,
    );
    expect(JSON.parse((await report(new errors.InterruptedError('SIGHUP'), JSON_)).text)).toMatchObject({
      error: { code: 'interrupted', exitCode: 129 },
    });
  });
});

describe('a bug of ours', () => {
  const bug = new TypeError('x is not a function', { cause: new Error('the first\x1b cause') });

  it('says where to report it and shows no stack', async () => {
    const { exitCode, text } = await report(bug, { ...TEXT, bugUrl: 'https://example.com/bugs' });
    expect(exitCode).toBe(1);
    expect(text).toMatch(
      /^gemini: internal error: x is not a function\nhint: .*https:\/\/example\.com\/bugs.*\n$/,
    );
  });

  it('shows its stack and its causes with --debug', async () => {
    const { text } = await report(bug, { ...TEXT, debug: true });
    expect(text).toMatch(
      /TypeError: x is not a function\n\s+at .*[\s\S]*caused by: Error: the first␛ cause\n\s+at /,
    );
  });

  it('may be anything that was thrown', async () => {
    for (const thrown of ['text', undefined, null, { a: 1 }]) expect((await report(thrown)).exitCode).toBe(1);
  });
});

it('every class of error has a name of its own', async () => {
  const { GeminiError, ClosedPipeError, InterruptedError, ...others } = errors;
  const names = new Set<string>();
  for (const Class of Object.values(others)) {
    names.add(JSON.parse((await report(new Class('x'), JSON_)).text).error.code);
  }
  expect(names.size).toBe(Object.keys(others).length);
  expect(names).not.toContain('internal');
});
