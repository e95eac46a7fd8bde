import { describe, expect, test } from 'vitest';
import { checkParameters } from '../../src/models/check-parameters.ts';
import type { GenerationConfig } from '../../src/wire/generate-content.ts';

function found(model: string, config: GenerationConfig): string {
  const { errors, warnings } = checkParameters(model, config);
  return [...errors.map(() => 'error'), ...warnings.map(() => 'warning')].join(' ');
}

describe('checkParameters', () => {
  test.each<[string, GenerationConfig, string]>([
    // The ends of a documented range are inside it.
    [
      'gemini-1.0-pro-vision',
      { temperature: 1, topP: 0, topK: 40, maxOutputTokens: 2048, candidateCount: 1 },
      '',
    ],
    ['gemini-1.0-pro-vision', { temperature: 1.01 }, 'error'],
    ['gemini-1.0-pro-vision', { topK: 41 }, 'error'],
    ['gemini-1.0-pro-vision', { maxOutputTokens: 2049 }, 'error'],
    ['gemini-1.0-pro-001', { temperature: 1.5 }, 'error'],
    ['gemini-1.0-pro', { temperature: 1.5 }, ''],
    ['gemini-1.0-pro', { candidateCount: 2 }, 'error'],
    // The document's own sample: said not to be supported, and sent all the same.
    ['gemini-1.0-pro', { temperature: 0.2, topP: 0.8, topK: 40 }, 'warning'],
    ['gemini-1.0-pro', { responseMimeType: 'application/json' }, 'warning'],
    ['gemini-1.5-pro', { responseMimeType: 'application/json', maxOutputTokens: 8193 }, 'error'],
    ['gemini-2.5-flash', { temperature: 2, maxOutputTokens: 65_536, topK: 64 }, ''],
    ['gemini-2.5-flash', { temperature: 2.1 }, 'error'],
    ['gemini-2.5-flash', { maxOutputTokens: 100_000, topK: 40 }, 'warning warning'],
    ['gemini-3.8-flash', { temperature: 1, topP: 0.9 }, 'warning warning'],
    ['gemini-3.8-flash', { frequencyPenalty: 1, candidateCount: 2 }, 'warning warning'],
    ['gemini-3.8-flash', { temperature: 4 }, 'error warning'],
    ['a-model-of-tomorrow', { temperature: 99, topK: 9999, candidateCount: 100 }, ''],
  ])('%s %j: %s', (model, config, expected) => {
    expect(found(model, config)).toBe(expected);
  });

  test.each<[string, GenerationConfig['thinkingConfig'] & object, string]>([
    ['gemini-2.5-pro', { thinkingBudget: 128 }, ''],
    ['gemini-2.5-pro', { thinkingBudget: 0 }, 'error'],
    ['gemini-2.5-pro', { thinkingBudget: -1 }, ''],
    ['gemini-2.5-flash', { thinkingBudget: 0 }, ''],
    ['gemini-2.5-flash', { thinkingBudget: 24_577 }, 'error'],
    ['gemini-2.5-flash-lite', { thinkingBudget: 511 }, 'error'],
    ['gemini-2.5-flash', { thinkingLevel: 'LOW' }, 'warning'],
    ['gemini-3.8-flash', { thinkingLevel: 'LOW' }, ''],
    ['gemini-3.8-flash', { thinkingLevel: 'MINIMAL' }, 'error'],
    ['gemini-3.6-flash', { thinkingLevel: 'MINIMAL' }, 'warning'],
    ['gemini-3.8-flash', { thinkingBudget: 1024 }, 'warning'],
    ['gemini-3.8-flash', { thinkingBudget: 1024, thinkingLevel: 'LOW' }, 'error warning'],
    ['gemini-1.5-pro', { includeThoughts: true }, 'warning'],
  ])('%s thinking %j: %s', (model, thinkingConfig, expected) => {
    expect(found(model, { thinkingConfig })).toBe(expected);
  });

  test('an error names the model as given, the parameter, the range and the value', () => {
    expect(checkParameters('models/gemini-1.0-pro-vision', { temperature: 1.5 }).errors).toEqual([
      expect.stringMatching(/models\/gemini-1\.0-pro-vision.*temperature.*0.*1.*1\.5/),
    ]);
  });
});
