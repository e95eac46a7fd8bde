import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { type GenerationFlags, generationConfigFrom } from '../../src/prompt/generation-config.ts';

describe('generationConfigFrom', () => {
  test('nothing given, nothing sent', () => {
    expect(generationConfigFrom({})).toBeUndefined();
    expect(generationConfigFrom({ temperature: undefined, stop: [], showThoughts: false })).toBeUndefined();
  });

  test('every flag', () => {
    expect(
      generationConfigFrom({
        temperature: '0.2',
        topP: '.8',
        topK: '40',
        maxOutputTokens: '200',
        stop: ['Str', 'reverse'],
        candidates: '2',
        seed: '-7',
        responseMimeType: 'text/x.enum',
        thinking: 'high',
        showThoughts: true,
        mediaResolution: 'Low',
      }),
    ).toStrictEqual({
      temperature: 0.2,
      topP: 0.8,
      topK: 40,
      maxOutputTokens: 200,
      candidateCount: 2,
      seed: -7,
      stopSequences: ['Str', 'reverse'],
      responseMimeType: 'text/x.enum',
      mediaResolution: 'MEDIA_RESOLUTION_LOW',
      thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: true },
    });
    expect(generationConfigFrom({ temperature: '0' })).toStrictEqual({ temperature: 0 });
  });

  test.each([
    ['off', { thinkingBudget: 0 }],
    ['none', { thinkingBudget: 0 }],
    ['0', { thinkingBudget: 0 }],
    ['dynamic', { thinkingBudget: -1 }],
    ['-1', { thinkingBudget: -1 }],
    ['Minimal', { thinkingLevel: 'MINIMAL' }],
    ['2048', { thinkingBudget: 2048 }],
  ])('--thinking %s', (thinking, thinkingConfig) => {
    expect(generationConfigFrom({ thinking })).toStrictEqual({ thinkingConfig });
  });

  test.each<[string, GenerationFlags]>([
    ['--temperature', { temperature: '' }],
    ['--temperature', { temperature: 'abc' }],
    ['--temperature', { temperature: 'NaN' }],
    ['--temperature', { temperature: '1e999' }],
    ['--temperature', { temperature: '-0.1' }],
    ['--temperature', { temperature: '0x1' }],
    ['--temperature', { temperature: '0,5' }],
    ['--top-p', { topP: '1.01' }],
    ['--top-k', { topK: '40.5' }],
    ['--top-k', { topK: '0' }],
    ['--max-output-tokens', { maxOutputTokens: '1e3' }],
    ['--max-output-tokens', { maxOutputTokens: '99999999999999999999' }],
    ['--candidates', { candidates: '0' }],
    ['--seed', { seed: '2147483648' }],
    ['--stop', { stop: ['1', '2', '3', '4', '5', '6'] }],
    ['--stop', { stop: [''] }],
    ['--response-mime-type', { responseMimeType: 'json' }],
    ['--thinking', { thinking: 'hihg' }],
    ['--thinking', { thinking: '-2' }],
    ['--thinking', { thinking: 'toString' }],
    ['--media-resolution', { mediaResolution: 'ultra' }],
  ])('%s refuses %j', (flag, flags) => {
    expect(() => generationConfigFrom(flags)).toThrow(UsageError);
    expect(() => generationConfigFrom(flags)).toThrow(flag);
  });

  test('any text is a number in range or a UsageError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String)), (typed) => {
        try {
          const topP = generationConfigFrom({ topP: typed })?.topP ?? Number.NaN;
          expect(topP >= 0 && topP <= 1).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});
