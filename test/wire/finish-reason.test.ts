import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockedError, GeminiError, IncompleteError } from '../../src/errors.ts';
import { BLOCK_REASONS, endingError, FINISH_REASONS } from '../../src/wire/finish-reason.ts';
import type { Candidate, GenerateContentResponse, Part } from '../../src/wire/generate-content.ts';

const ended = (finishReason: string | undefined, parts: Part[] = [{ text: 'Once' }], more: Candidate = {}) =>
  endingError({
    candidates: [{ content: { role: 'model', parts }, ...(finishReason && { finishReason }), ...more }],
    usageMetadata: { promptTokenCount: 7, thoughtsTokenCount: 30 },
  });

describe('how an answer ended', () => {
  test('STOP with something to show is the only good end', () => {
    expect(ended('STOP')).toBeUndefined();
    expect(ended('STOP', [{ functionCall: { name: 'f' } }])).toBeUndefined();
    expect(ended('STOP', [{ inlineData: { mimeType: 'image/png', data: 'AA' } }])).toBeUndefined();
    for (const reason of Object.keys(FINISH_REASONS)) {
      if (reason !== 'STOP') expect(ended(reason)).toBeInstanceOf(GeminiError);
    }
  });

  test.each(
    'SAFETY RECITATION LANGUAGE OTHER BLOCKLIST PROHIBITED_CONTENT SPII MODEL_ARMOR IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION IMAGE_OTHER'.split(
      ' ',
    ),
  )('%s is a block, and is named', (reason) => {
    const error = ended(reason);
    expect(error).toBeInstanceOf(BlockedError);
    expect(error).toMatchObject({ code: reason, retryable: false, message: expect.stringContaining(reason) });
  });

  test.each(['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'])(
    '%s is incomplete, with the server’s words, worth one more try',
    (reason) => {
      const error = ended(reason, [], { finishMessage: 'print(f(\nAIzaSyA1234567890abcdef' });
      expect(error).toBeInstanceOf(IncompleteError);
      expect(error).toMatchObject({ code: reason, retryable: true, maxAttempts: 2 });
      expect(error?.details).toEqual(['print(f( AIza****']);
    },
  );

  test('a reason unknown to us is shown as it is and is no success', () => {
    for (const reason of ['TOO_HOT', 'constructor', '__proto__']) {
      const error = ended(reason);
      expect(error).toBeInstanceOf(IncompleteError);
      expect(error?.message).toContain(reason);
    }
  });

  test('MAX_TOKENS: cut, or nothing but thinking', () => {
    expect(ended('MAX_TOKENS')?.message).toContain('cut at the token limit');
    const nothing = ended('MAX_TOKENS', [{ text: 'Hm.', thought: true }]);
    expect(nothing).toBeInstanceOf(IncompleteError);
    expect(nothing?.message).toContain('thinking');
    expect(nothing?.hint).toContain('--max-output-tokens');
  });

  test('no finish reason: the stream was cut', () => {
    expect(ended(undefined)).toMatchObject({
      exitCode: 8,
      message: expect.stringContaining('without a finish reason'),
    });
    expect(ended('FINISH_REASON_UNSPECIFIED')).toMatchObject({ exitCode: 8 });
  });

  test.each<[string, object]>([
    ['no candidates', {}],
    ['empty candidates', { candidates: [] }],
    ['content null', { candidates: [{ content: null, finishReason: 'STOP' }] }],
    ['no parts', { candidates: [{ content: { role: 'model' }, finishReason: 'STOP' }] }],
    ['empty text', { candidates: [{ content: { parts: [{ text: '' }] }, finishReason: 'STOP' }] }],
    [
      'a signature alone',
      {
        candidates: [{ content: { parts: [{ text: '', thoughtSignature: 'c2ln' }] }, finishReason: 'STOP' }],
      },
    ],
    [
      'thoughts alone',
      { candidates: [{ content: { parts: [{ text: 'Hm.', thought: true }] }, finishReason: 'STOP' }] },
    ],
    ['candidates null', { candidates: null }],
  ])('%s is an empty reply', (_what, response) => {
    const error = endingError({
      ...response,
      usageMetadata: { promptTokenCount: 7 },
    } as GenerateContentResponse);
    expect(error).toBeInstanceOf(IncompleteError);
    expect(error?.message).toContain('held no answer');
    expect(error?.details.join()).toContain('7 prompt');
  });

  test('never fails on odd shapes', () => {
    const names = fc.constantFrom(
      'candidates',
      'content',
      'parts',
      'text',
      'finishReason',
      'safetyRatings',
      'promptFeedback',
      'blockReason',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, fc.jsonValue({ maxDepth: 0 }), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    }));
    fc.assert(
      fc.property(fc.dictionary(names, value), (response) => {
        const error = endingError(response as GenerateContentResponse);
        if (error !== undefined) expect(error).toBeInstanceOf(GeminiError);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a prompt that was refused', () => {
  test.each([...Object.keys(BLOCK_REASONS), 'NEW_REASON'])('%s', (blockReason) => {
    const error = endingError({
      promptFeedback: {
        blockReason,
        blockReasonMessage: 'Too\nsharp.',
        safetyRatings: [
          { category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true },
          { category: 'HARM_CATEGORY_HARASSMENT', probability: 'NEGLIGIBLE' },
          { category: 'HARM_CATEGORY_HATE_SPEECH', probability: 'MEDIUM' },
        ],
      },
    });
    expect(error).toBeInstanceOf(BlockedError);
    expect(error?.message).toContain(blockReason);
    expect(error?.message).toContain('dangerous content HIGH, hate speech MEDIUM');
    expect(error?.message).not.toContain('harassment');
    expect(error).toMatchObject({ code: blockReason, retryable: false, details: ['Too sharp.'] });
  });
});
